"""`python -m likelist.runner`: open the house, keep it open, close it on a signal."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from likelist import engines, runenv
from likelist.engines import wire
from likelist.runner import leash, report
from likelist.runner.errors import CannotRun
from likelist.runner.house import House

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Closing(BaseException):
    """Somebody asked the house to close; nobody on the way may mistake it for an error."""


class Bell:
    """Signals: the first one closes the house; Ctrl-C again, later, hurries it."""

    def __init__(self) -> None:
        self.quiet = False
        self.first_at = 0.0
        self.hurry = False
        for number in SIGNALS:
            signal.signal(number, self._ring)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        # make passes on what the whole group got already: the second of two at once means nothing.
        if self.first_at and time.monotonic() - self.first_at > 1 and number == signal.SIGINT:
            self.hurry = True
        self.first_at = self.first_at or time.monotonic()
        if not self.quiet:
            self.quiet = True
            raise Closing


def main() -> int:
    """Exit code 0 after an orderly end, 1 with one sentence when the house cannot open."""
    bell = Bell()
    try:
        return _run(bell)
    except Closing:
        return 0
    except (CannotRun, engines.EngineError) as exc:
        report.say(f"\n✗ {exc}")
    except OSError as exc:
        report.say(f"\n✗ {engines.sentence(exc)}")
    return 1


def _run(bell: Bell) -> int:
    if sys.platform != "linux":
        raise CannotRun("make run needs Linux: elsewhere use docker compose (see README.md).")
    data = runenv.data_dir().resolve()
    runenv.ensure(data)
    with _alone(data):
        house = House(data, _port())
        report.say(f"Likelist opens, with its data in {data}")
        with _leash(house.mark):
            try:
                house.open()
                _greet(house)
                house.tend()
            except Closing:
                report.say("\nClosing …")
            finally:
                bell.quiet = True
                house.close(hurry=lambda: bell.hurry)
    report.say("Closed.")
    return 0


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    with (data / "run.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            port = runenv.load(data).get("PORT", "8000")
            raise CannotRun(
                f"Likelist runs on {data} already, at http://127.0.0.1:{port}: stop that one, or"
                " give this one its own LIKELIST_DATA and PORT."
            ) from None
        yield


def _port() -> int:
    said = os.environ.get("PORT", "").strip() or "8000"
    if not said.isdigit() or not 0 < int(said) < 65536:
        raise CannotRun(f"PORT={said}: use a number from 1 to 65535.")
    port = int(said)
    if not wire.free(port):
        raise CannotRun(
            f"Port {port} is taken: stop what listens there, or run make run PORT={port + 1}."
        )
    return port


@contextmanager
def _leash(mark: str) -> Iterator[None]:
    # Alone in its session, so that what ends this process and its group does not end the leash.
    command = [sys.executable, "-I", leash.__file__, mark]
    holder = subprocess.Popen(  # noqa: S603  # our own program
        command, stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        yield
    finally:
        if holder.stdin:
            holder.stdin.close()
        holder.wait()


def _greet(house: House) -> None:
    address = os.environ.get("SITE_URL", "").strip() or f"http://127.0.0.1:{house.port}"
    names = {service.name for service in house.services}
    whom = "Instagram (a stand-in: pick a person)" if "simulator" in names else "Instagram"
    report.say(f"\nOpen {address} and sign in with {whom}.")
    report.say(f"Logs are in {house.data / 'logs'}. Ctrl-C closes the house.")


if __name__ == "__main__":
    sys.exit(main())
