"""Somebody who is signed in and opens pages of a gunicorn: what each costs."""

from __future__ import annotations

import http.client
import re
import subprocess
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from benchmarks.house import House
from benchmarks.measure import _family
from likelist.runner import services

PORT = 18_765
_SESSION = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from accounts.models import User
user = User.objects.get(username="{name}")
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print("session:", session.session_key)
"""
_TILE = re.compile(r'href="/likes/\d+/"')
_PICTURE = re.compile(r"<img [^>]*>")


@dataclass(frozen=True, slots=True)
class Opened:
    """A page that was opened so often: milliseconds by the clock and of computing, and its HTML."""

    clock: Sequence[float]
    computed: Sequence[float]
    html: str
    status: int

    @property
    def middle(self) -> float:
        return median(self.clock)

    @property
    def slow(self) -> float:
        """95 of 100 are no slower."""
        return quantiles(self.clock, n=20)[-1]

    @property
    def work(self) -> float:
        """Milliseconds that the web server and the database computed for it."""
        return median(self.computed)

    @property
    def slow_work(self) -> float:
        return quantiles(self.computed, n=20)[-1]

    @property
    def size(self) -> int:
        return len(self.html.encode())

    @property
    def packed(self) -> int:
        """How large it is for a proxy that compresses."""
        return len(zlib.compress(self.html.encode()))

    @property
    def tiles(self) -> int:
        return len(set(_TILE.findall(self.html)))

    @property
    def eager(self) -> int:
        """Pictures that a browser loads wherever they are on the page."""
        return sum('loading="lazy"' not in picture for picture in _PICTURE.findall(self.html))


class Reader:
    """One person with a browser: opens pages one after the other, over a connection kept open."""

    def __init__(self, home: House, name: str, web: int) -> None:
        said = home.must("shell", "-v", "0", "-c", _SESSION.format(name=name)).said
        self.session = said.rpartition("session: ")[2].strip()
        self._computing = (web, home.postmaster)
        self._line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)

    def open(self, path: str, times: int = 1) -> Opened:
        """The same page so often, after once for nothing."""
        status, html = self._get(path)
        clock, computed = [], []
        for _ in range(times):
            began, spent = time.perf_counter(), self._spent()
            self._get(path)
            clock.append(1000 * (time.perf_counter() - began))
            computed.append(1000 * (self._spent() - spent))
        return Opened(clock, computed, html, status)

    def _get(self, path: str) -> tuple[int, str]:
        self._line.request("GET", path, headers={"Cookie": f"session={self.session}"})
        answer = self._line.getresponse()
        return answer.status, answer.read().decode()

    def _spent(self) -> float:
        """Processor seconds of the web server and the database until now."""
        return sum(map(_computed, _family(self._computing)))


def _computed(pid: int) -> float:
    """Exact to the nanosecond, and of all threads: 10 ms, as in `stat`, is a page already."""
    spent = 0
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                spent += int((thread / "schedstat").read_text().split()[0])
    return spent / 1e9


@contextmanager
def gunicorn(home: House) -> Iterator[int]:
    """The web server of `make run`; its process."""
    command = services.web(home.data, PORT).command
    with (home.data / "web.log").open("wb") as log:
        process = subprocess.Popen(command, env=home.environ, stdout=log, stderr=log)
    try:
        _wait(process, home.data / "web.log")
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _wait(process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + 120
    while time.monotonic() < ends and process.poll() is None:
        with suppress(OSError):
            line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
            line.request("GET", "/healthz/live")
            if line.getresponse().status < 500:
                return
        time.sleep(0.1)
    raise SystemExit(f"the web server did not start:\n{log.read_text()[-4000:]}")
