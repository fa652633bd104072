"""A house of its own for a benchmark: durable engines, the product's commands, and the upstream."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2

from benchmarks import measure
from benchmarks.pictures import BYTES
from likelist import engines

ROOT = Path(__file__).resolve().parents[1]
# The engines are on this disk, and so are the pictures: never in memory.
VAR = ROOT / "var"
# What the environment of whoever measures must not say of the house.
_OURS = (
    "DATABASE_URL",
    "REDIS_URL",
    "S3_",
    "INSTAGRAM_",
    "LIKELIST_",
    "CRAWL_",
    "MEDIA_",
    "PYTHON",
)


class Upstream:
    """The process of `benchmarks.upstream`, and its levers."""

    def __init__(self, size: int = BYTES) -> None:
        command = [sys.executable, "-m", "benchmarks.upstream", "--size", str(size)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT)
        assert self.process.stdout
        self.origin = self.process.stdout.readline().strip()

    def close(self) -> None:
        self.process.terminate()
        self.process.communicate()

    def weather(self, latency: float, faults: dict[str, float] | None = None) -> None:
        """Seconds before each answer, and shares of media answers that are spoilt. Counts anew."""
        self._lever("_weather", latency=latency, faults=json.dumps(faults or {}))

    def give(self, person: str, more: int) -> None:
        """So many likes more than the token says."""
        self._lever("_set", person=person, more=more)

    def counts(self) -> dict[str, int]:
        return dict(self._lever("_counts")["counts"])

    def pages(self, token: str) -> str:
        return f"{self.origin}/v1/users/self/media/liked?count=33&access_token={token}"

    def _lever(self, name: str, **said: Any) -> Any:
        url = f"{self.origin}/{name}?{urllib.parse.urlencode(said)}"
        with urllib.request.urlopen(url, timeout=60) as answer:
            return json.load(answer)


class House:
    """The product beside an upstream: `manage` runs a command as its users do."""

    def __init__(self, data: Path, upstream: Upstream, interval: float) -> None:
        self.data = data
        self.database = ""
        self.upstream = upstream
        host = upstream.origin.removeprefix("http://")
        environ = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        self.environ = environ | {
            "LIKELIST_DATA": str(data),
            "DJANGO_SETTINGS_MODULE": "likelist.settings",
            "INSTAGRAM_CLIENT_ID": "bench",
            "INSTAGRAM_CLIENT_SECRET": "bench",
            "INSTAGRAM_OAUTH_URL": upstream.origin,
            "INSTAGRAM_API_URL": f"{upstream.origin}/v1",
            "FETCH_ALLOW_PRIVATE_HOSTS": host,
            "CRAWL_REQUEST_INTERVAL": str(interval),
            "PYTHONUNBUFFERED": "1",
        }

    def manage(self, *words: str, **variables: str) -> measure.Cost:
        """Run one of the product's commands; what it cost, its start included."""
        command = [sys.executable, str(ROOT / "manage.py"), *words]
        return measure.run(command, self.environ | variables)

    def must(self, *words: str, **variables: str) -> measure.Cost:
        """The same; a failure ends the benchmark with its words."""
        cost = self.manage(*words, **variables)
        if cost.status:
            raise SystemExit(f"manage.py {' '.join(words)} failed:\n{cost.said[-4000:]}")
        return cost

    def connect(self, person: str, likes: int) -> str:
        """Somebody with so many likes, connected and not visited yet; their token."""
        token = f"{person}-{likes}"
        self.must("connect", person, "--provider", "instagram", "--token", token)
        return token

    def connect_all(self, tokens: Sequence[str]) -> None:
        """The same for many people, by one process."""
        self.must("shell", "-v", "0", "-c", _CONNECT, BENCH_TOKENS=" ".join(tokens))

    @contextmanager
    def worker(self, processes: int = 0, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
        """A worker, up and ready in the block: that of `make run`, or one of so many processes."""
        words = ["-m", "likelist.runner.clockwork", "worker"]
        if processes:
            words = ["-m", "celery", "-A", "likelist", "worker", "-l", "INFO", "-Q", "crawl,media"]
            words += ["-c", str(processes), "--without-gossip", "--without-mingle"]
        with self._running("worker", words, variables) as worker:
            log = self.data / "worker.log"
            while b" ready." not in log.read_bytes():
                if worker.poll() is not None:
                    raise SystemExit(f"the worker did not start:\n{log.read_text()[-4000:]}")
                time.sleep(0.05)
            yield worker

    @contextmanager
    def beat(self, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
        """The beat of `make run` in the block: what is due is opened and rung for."""
        words = ["-m", "likelist.runner.clockwork", "beat"]
        with self._running("beat", words, variables) as beat:
            yield beat

    @contextmanager
    def _running(
        self, name: str, words: list[str], variables: dict[str, str]
    ) -> Iterator[subprocess.Popen[bytes]]:
        with (self.data / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *words],
                env=self.environ | variables,
                stdout=log,
                stderr=log,
                cwd=ROOT,
            )
        try:
            yield process
        finally:
            process.terminate()
            process.wait()

    @property
    def postmaster(self) -> int:
        """The process whose children serve the database's connections."""
        found = self.data.glob("engines/postgres/*/postmaster.pid")
        return int(next(found).read_text().split()[0])

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query; none of a statement that has none."""
        with closing(psycopg2.connect(self.database)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(query)
                return cursor.fetchall() if cursor.description else []

    def number(self, query: str) -> float:
        """The one number that a query answers; 0 for none."""
        return float(self.ask(query)[0][0] or 0)

    def until(self, query: str, wanted: float, *, seconds: float = 900.0) -> None:
        """Wait until a query answers with so much; a house that never gets there is an error."""
        ends = time.monotonic() + seconds
        while (there := self.number(query)) < wanted:
            if time.monotonic() > ends:
                raise SystemExit(f"{there:g} of {wanted:g} after {seconds:g} s: {query}")
            time.sleep(0.1)


_CONNECT = """
import os
from django.core.management import call_command
for token in os.environ["BENCH_TOKENS"].split():
    who = token.partition("-")[0]
    call_command("connect", who, provider="instagram", token=token, stdout=open(os.devnull, "w"))
"""


@contextmanager
def house(*, size: int = BYTES, interval: float = 0.0, kept: str = "") -> Iterator[House]:
    """A house with its engines up and migrated, as if it had been running.

    Gone afterwards; one that is `kept` stays under that name, and is there again the next time.
    """
    VAR.mkdir(exist_ok=True)
    with ExitStack() as stack:
        data = VAR / f"bench-{kept}" if kept else Path(tempfile.mkdtemp(prefix="bench-", dir=VAR))
        if not kept:
            stack.callback(shutil.rmtree, data, ignore_errors=True)
        upstream = Upstream(size)
        stack.callback(upstream.close)
        made = House(data, upstream, interval)
        made.database = stack.enter_context(engines.hold(data, made.environ))["DATABASE_URL"]
        made.must("migrate", "-v", "0")
        yield made
