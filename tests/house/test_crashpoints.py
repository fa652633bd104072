"""The moments at which a process can be made to die: listed once, and each of them really there."""

from __future__ import annotations

import ast
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from likelist.runenv import ROOT
from providers import crashpoints
from providers.crashpoints import POINTS, crashpoint
from tests.house import tree

MODULE = ROOT / "providers" / "crashpoints.py"
PASSES = """
from providers.crashpoints import crashpoint
for number in range(3):
    crashpoint("page.rows")
    crashpoint("media.put")
    print(number, flush=True)
"""


def calls() -> Iterator[tuple[str, ast.expr]]:
    """Where the code calls a point, and what it calls it."""
    for path in tree.modules():
        for node in ast.walk(tree.parsed(path)):
            is_call = isinstance(node, ast.Call) and path != MODULE
            if is_call and ast.unparse(node.func).rpartition(".")[2] == "crashpoint":
                yield f"{tree.name(path)}:{node.lineno}", node.args[0]


def test_every_call_names_a_listed_point() -> None:
    unknown = [
        where
        for where, name in calls()
        if not (isinstance(name, ast.Constant) and name.value in POINTS)
    ]
    assert unknown == []


def test_every_listed_point_is_one_place_in_the_code() -> None:
    called = Counter(ast.literal_eval(name) for _, name in calls())
    assert called == dict.fromkeys(POINTS, 1)
    assert len(POINTS) >= 20


def test_every_point_says_what_has_happened_and_what_has_not() -> None:
    assert [name for name, words in POINTS.items() if len(words.split()) < 6] == []
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+", name) for name in POINTS)


def test_here_nobody_dies() -> None:
    assert crashpoints._set is None
    for name in POINTS:
        crashpoint(name)


def passing(told: str) -> subprocess.CompletedProcess[str]:
    """A process that passes two points three times."""
    return subprocess.run(
        [sys.executable, "-c", PASSES],
        cwd=ROOT,
        env={**os.environ, "CRASH_AT": told},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("told", "lived"),
    [
        ("page.rows", 0),
        ("page.rows:2", 1),
        ("media.put:3,page.rows:7", 2),
        ("page.rows:3, media.put:2", 1),
    ],
)
def test_a_process_dies_at_the_pass_it_was_told(told: str, lived: int) -> None:
    done = passing(told)
    assert done.returncode == -signal.SIGKILL
    assert done.stdout.split() == [str(number) for number in range(lived)]


def test_one_that_was_told_of_another_point_lives() -> None:
    assert passing("sweep.half").returncode == 0


def test_a_name_that_is_no_point_is_refused_at_once() -> None:
    done = passing("page.nowhere:1")
    assert done.returncode == 1
    assert "page.nowhere" in done.stderr


def test_of_all_who_pass_a_point_in_a_folder_one_dies(tmp_path: Path) -> None:
    (tmp_path / "media.put").touch()
    fates = [passing(str(tmp_path)).returncode for _ in range(2)]
    assert fates == [-signal.SIGKILL, 0]
    assert list(tmp_path.iterdir()) == []
