"""A house of its own for a benchmark: durable engines, the product's commands, and the upstream."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks import measure
from benchmarks.pictures import BYTES
from likelist import engines

ROOT = Path(__file__).resolve().parents[1]
# The engines are on this disk, and so are the pictures: never in memory.
VAR = ROOT / "var"
# What the environment of whoever measures must not say of the house.
_OURS = ("DATABASE_URL", "REDIS_URL", "S3_", "INSTAGRAM_", "LIKELIST_", "CRAWL_", "MEDIA_")


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

    @contextmanager
    def worker(self, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
        """The worker of `make run`, up and ready in the block."""
        command = [sys.executable, "-m", "likelist.runner.clockwork", "worker"]
        log = self.data / "worker.log"
        with log.open("wb") as file:
            environ = self.environ | variables
            worker = subprocess.Popen(command, env=environ, stderr=file, stdout=file, cwd=ROOT)
        try:
            while b" ready." not in log.read_bytes():
                if worker.poll() is not None:
                    raise SystemExit(f"the worker did not start:\n{log.read_text()[-4000:]}")
                subprocess.run(["sleep", "0.05"], check=True)
            yield worker
        finally:
            worker.terminate()
            worker.wait()

    def ask(self, query: str) -> list[list[Any]]:
        """Rows of a query, by the database's own client."""
        told = self.must("shell", "-v", "0", "-c", _ASK, BENCH_QUERY=query).said
        return list(json.loads(told.strip().splitlines()[-1]))


_ASK = """
import json, os
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute(os.environ["BENCH_QUERY"])
    print(json.dumps(cursor.fetchall(), default=str))
"""


@contextmanager
def house(*, size: int = BYTES, interval: float = 0.0) -> Iterator[House]:
    """A house with its engines up and migrated, as if it had been running; gone afterwards."""
    VAR.mkdir(exist_ok=True)
    with ExitStack() as stack:
        data = Path(tempfile.mkdtemp(prefix="bench-", dir=VAR))
        stack.callback(shutil.rmtree, data, ignore_errors=True)
        upstream = Upstream(size)
        stack.callback(upstream.close)
        made = House(data, upstream, interval)
        stack.enter_context(engines.hold(data, made.environ))
        made.must("migrate", "-v", "0")
        yield made
