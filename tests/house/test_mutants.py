"""Every planted bug still fits the code, and names tests that exist."""

from __future__ import annotations

import ast
import re
import subprocess

from likelist.runenv import ROOT
from tests.house import tree
from tools import mutants

PATCHES = sorted((ROOT / "tests" / "mutants").glob("*.patch"))


def functions_of(path: str) -> set[str]:
    """The names of a file's functions, its tests among them."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = ast.walk(tree.parsed(ROOT / path)) if (ROOT / path).exists() else ()
    return {node.name for node in nodes if isinstance(node, functions)}


def test_every_patch_says_what_it_breaks_and_who_finds_it() -> None:
    assert PATCHES
    for patch in PATCHES:
        header = patch.read_text().partition("diff --git")[0].splitlines()
        assert all(re.match(r"# (promise|red): \S", line) for line in header if line), patch.name
        mutant = mutants.read(patch)
        assert mutant.files, patch.name
        assert all(name.split("/")[0] not in {"tests", "tools"} for name in mutant.files), (
            patch.name
        )


def test_every_test_that_a_patch_names_exists() -> None:
    lost = [
        f"{patch.name}: {node}"
        for patch in PATCHES
        for node in mutants.read(patch).red
        if node.partition("::")[2].partition("[")[0] not in functions_of(node.partition("::")[0])
    ]
    assert lost == []


def test_every_patch_applies() -> None:
    stale = {
        patch.name: told.stderr
        for patch in PATCHES
        if (told := _applies(str(patch))).returncode != 0
    }
    assert stale == {}


def _applies(patch: str) -> subprocess.CompletedProcess[str]:
    command = ["git", "apply", "--check", "--whitespace=nowarn", patch]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_change_is_tried_with_what_it_touched_and_some_others() -> None:
    every = [mutants.read(patch) for patch in PATCHES]
    (lonely,) = (one for one in every if one.patch.stem == "lease_fence")
    few = mutants.choose(every, {f"tests/mutants/{lonely.patch.name}"})
    assert lonely in few
    assert len(few) == 1 + mutants.OTHERS
    touched = {f"tests/mutants/{patch.name}" for patch in PATCHES[: mutants.MOST * 2]}
    many = mutants.choose(every, touched)
    assert len(many) == len({one.patch for one in many}) == mutants.MOST + mutants.OTHERS
