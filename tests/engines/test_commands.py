"""manage.py has the engines for as long as it needs them, and starts nothing for what does not."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from likelist import runenv
from likelist.commands import needs_database
from likelist.engines.holding import keeper
from likelist.engines.places import places
from tests.engines.conftest import PYTHON, all_gone, fresh_terminal

OFFLINE = [
    [],
    ["help"],
    ["--help"],
    ["--version"],
    ["version"],
    ["check"],
    ["check", "--deploy"],
    ["makemigrations", "--check"],
    ["collectstatic", "--noinput"],
    ["compilemessages"],
    ["migrate", "--help"],
    ["nonsense"],
]


@pytest.mark.parametrize("words", OFFLINE, ids=" ".join)
def test_what_needs_no_database_starts_nothing(words: list[str]) -> None:
    assert not needs_database(["manage.py", *words])


@pytest.mark.parametrize("words", [["migrate"], ["check", "--database", "default"], ["shell"]])
def test_what_needs_a_database_has_one(words: list[str]) -> None:
    assert needs_database(["manage.py", *words])


def manage(data: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PYTHON, "manage.py", *words],
        cwd=runenv.ROOT,
        env=fresh_terminal(data, **more),
        capture_output=True,
        text=True,
    )


def test_an_unknown_command_leaves_no_engine(data: Path) -> None:
    assert manage(data, "nonsense").returncode == 1
    assert not (data / "engines").exists()


def test_a_command_has_the_engines_for_its_own_duration(lived_in: Path) -> None:
    done = manage(lived_in, "dbshell", "--", "-Atc", "SELECT current_database()")
    assert done.stdout.strip() == "likelist", done.stderr
    assert all_gone(lived_in)


def test_a_command_beside_the_house_leaves_it_running(
    lived_in: Path, holder: Callable[[Path], subprocess.Popen[str]]
) -> None:
    holder(lived_in)
    keeping = keeper(places(lived_in))
    assert manage(lived_in, "dbshell", "--", "-c", "SELECT 1").returncode == 0
    assert keeping == keeper(places(lived_in)) is not None


def test_engines_that_cannot_be_had_are_one_sentence(data: Path) -> None:
    (data / "engines").write_text("in the way")
    done = manage(data, "migrate")
    assert done.returncode == 1
    assert done.stderr.startswith("✗ ")
    assert "Traceback" not in done.stderr
