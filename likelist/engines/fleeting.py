"""Engines for one test run: fast, forgetful, and gone with the process that asked for them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from likelist import runenv
from likelist.engines import postgres, valkey, wheels
from likelist.engines.errors import EngineError, sentence


@dataclass
class Throwaway:
    """Engines that live until `close`, or until this process is gone, however it went."""

    urls: dict[str, str]
    process: subprocess.Popen[str]

    def close(self) -> None:
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait(20)
        if self.process.stdout:
            self.process.stdout.close()


def start() -> Throwaway:
    """DATABASE_URL and REDIS_URL of fresh engines in a temporary directory."""
    process = subprocess.Popen(
        [sys.executable, "-m", "likelist.engines", "--throwaway"],
        cwd=runenv.ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    said = json.loads((process.stdout.readline() if process.stdout else "") or "{}")
    if "urls" in said:
        return Throwaway(said["urls"], process)
    Throwaway({}, process).close()
    raise EngineError(said.get("trouble", "The throwaway engines do not start."))


@contextmanager
def throwaway() -> Iterator[dict[str, str]]:
    """The same as a block."""
    engines = start()
    try:
        yield engines.urls
    finally:
        engines.close()


def serve() -> int:
    """The other end: run until standard input ends, which the kernel sees to."""
    with ExitStack() as stack:
        home = Path(tempfile.mkdtemp(prefix="likelist-test-"))
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        try:
            urls = _start(home, stack)
        except (EngineError, OSError) as exc:
            _say(trouble=sentence(exc))
            return 1
        _say(urls=urls)
        sys.stdin.read()
    return 0


def _start(home: Path, stack: ExitStack) -> dict[str, str]:
    settings = postgres.TUNING | postgres.UNSAFE | {"max_connections": "200"}
    database = postgres.Server(
        wheels.postgres(), home / "18", home, home / "postgres.log", settings=settings
    )
    database.create("-N")
    bell = valkey.Server(wheels.valkey(), home / "valkey", home, home / "valkey.log", lasting=False)
    for server in (database, bell):
        stack.callback(server.stop)
        server.start()
    return {"DATABASE_URL": database.url, "REDIS_URL": bell.url}


def _say(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()
