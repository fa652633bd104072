"""Every fault on the list has a row, and every row names tests that there are."""

from __future__ import annotations

import ast
import re

import pytest

from likelist.runenv import ROOT
from tests.house import tree

ROWS = [
    *(f"F{number:02}" for number in range(1, 10)),
    *("F13", "F14", "F17", "F20", "F21", "F22"),
    *(f"F{number}" for number in range(26, 39)),
]
NAMED = re.compile(r"`(tests/\S+?\.py)::(test_\w+)`")
LINES = [
    line
    for line in (ROOT / "docs" / "faults.md").read_text().splitlines()
    if re.match(r"\| F\d\d \|", line)
]


def test_every_fault_has_one_row_in_order() -> None:
    assert [line[2:5] for line in LINES] == ROWS


@pytest.mark.parametrize("line", LINES, ids=lambda line: str(line)[2:5])
def test_every_row_names_tests_that_there_are(line: str) -> None:
    named = NAMED.findall(line)
    assert named
    for path, name in named:
        found = ast.walk(tree.parsed(ROOT / path))
        tests = {node.name for node in found if isinstance(node, ast.FunctionDef)}
        assert name in tests, f"{path}::{name}"
