"""Two commands on a machine that has only git, make and Python: clone, make run."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from likelist import runenv
from likelist.engines import wire
from likelist.engines.processes import until
from likelist.runner import leash
from tests.faults.house import PATIENCE, House, folder, kill, note
from tests.faults.visitor import Visitor

pytestmark = pytest.mark.faults

OPEN = "\nOpen http"
# It is promised within 15 s on a machine that does nothing else.
CLOSING = 60.0
# Installing may take a while where nothing is in the caches yet.
INSTALLING = 600.0
# Somebody there goes on liking meanwhile.
ALL_HERE = "SELECT count(*) >= 300 AND bool_and(is_settled) FROM archive_like"


@dataclass
class StandIn:
    """The Instagram that the clone brings along."""

    url: str


class Clone:
    """A clone of this repository and what `make run` makes of it."""

    def __init__(self, home: Path) -> None:
        self.root, self.screen = home / "likelist", home / "screen.txt"
        subprocess.run(["git", "clone", "-q", str(runenv.ROOT), str(self.root)], check=True)
        self.port = wire.any_port()
        self.make: subprocess.Popen[bytes] | None = None

    def run(self, times: int) -> House:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        with self.screen.open("ab") as screen:
            self.make = subprocess.Popen(
                ["make", "run", f"PORT={self.port}"],
                cwd=self.root,
                env={**kept, "PORT": str(self.port)},
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=screen,
                start_new_session=True,
            )
        until(lambda: self._says(times) or self._is_over(), INSTALLING, pause=0.1)
        assert self._says(times), self.screen.read_text()
        told = runenv.load(self.root / "var", {})
        return House(self.root / "var", StandIn(told["INSTAGRAM_OAUTH_URL"]), port=self.port)

    def close(self) -> bool:
        """As a terminal that is closed does it: a signal to all of them."""
        assert self.make
        os.killpg(self.make.pid, signal.SIGTERM)
        return until(lambda: self._is_over() and not self.left(), CLOSING)

    def end(self) -> None:
        """Kill whatever is left of it; only the keeper is asked, who ends the engines."""
        assert leash.sweep(leash.mark_of(self.root / "var"), patience=0)
        for pid in self.left():
            kill(pid, signal.SIGTERM)
        assert until(lambda: not self.left(), PATIENCE)

    def left(self) -> list[int]:
        house = House(self.root / "var", StandIn(""))
        keeper = house.keeper()
        return [*leash.marked(house.mark), *([keeper] if keeper else [])]

    def _says(self, times: int) -> bool:
        return self.screen.read_text().count(OPEN) >= times

    def _is_over(self) -> bool:
        return self.make is None or self.make.poll() is not None


@pytest.fixture
def clone() -> Iterator[Clone]:
    with folder() as home:
        clone = Clone(home)
        yield clone
        if clone.make:
            clone.make.kill()
            clone.make.wait()
        clone.end()


def test_a_fresh_clone_runs_keeps_and_closes_with_two_commands(clone: Clone) -> None:
    house = clone.run(1)
    visitor = Visitor(house)
    assert visitor.sign_in("ada").url == f"{house.site}/welcome/"
    assert house.is_so(ALL_HERE)
    assert clone.close(), clone.left()
    assert not list((house.data / "engines" / "run").glob("*.sock"))

    house = clone.run(2)
    visitor.sign_in("ada")
    assert visitor.get("/likes/").text.count('class="tile') == 60
    assert house.one("SELECT count(*) FROM archive_like") >= 300
    assert clone.close(), clone.left()
    note(clone.screen.read_text())
