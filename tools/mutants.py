"""Plant each bug of tests/mutants in a copy of the tree, and see the tests it names turn red.

A patch begins with `# promise: …` and one or more `# red: tests/…::test_name`. Those tests must be
green as things are and each must fail with the patch; a patch that no longer applies is a failure.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from queue import SimpleQueue

from likelist import engines

ROOT = Path(__file__).resolve().parent.parent
PATCHES = ROOT / "tests" / "mutants"
AT_ONCE = 2
# Of those whose files changed at most so many, and so many others: who waits for all has no time.
MOST, OTHERS = 24, 6
SECONDS = 180.0


@dataclass(frozen=True)
class Mutant:
    """One planted bug."""

    patch: Path
    promise: str
    red: tuple[str, ...]
    files: frozenset[str]


@dataclass(frozen=True)
class Copy:
    """A copy of the working tree, with engines that its test runs share one after another."""

    home: Path
    engines: dict[str, str]


@dataclass(frozen=True)
class Verdict:
    """Whether the bug was found; if not, in which way."""

    mutant: str
    killed: bool
    why: str = ""


def main() -> int:
    """0 when every planted bug is found."""
    asked = _asked()
    mutants = [read(path) for path in sorted(PATCHES.glob("*.patch"))]
    if asked.names:
        mutants = [mutant for mutant in mutants if mutant.patch.stem in asked.names]
    elif asked.changed:
        mutants = choose(mutants, _changed_since(asked.changed))
    start = time.monotonic()
    with _copies() as copies:
        sick = _without_any(mutants, copies)
        named = {verdict.mutant for verdict in sick}
        others = [mutant for mutant in mutants if mutant.patch.stem not in named]
        verdicts = [*sick, *_with_each(others, copies)]
    survived = [verdict for verdict in verdicts if not verdict.killed]
    for verdict in survived:
        _say(f"✗ {verdict.mutant}: {verdict.why}")
    killed = len(verdicts) - len(survived)
    _say(f"{time.monotonic() - start:.0f} s")
    _say(f"mutants: {killed} killed, {len(survived)} survived")
    return 1 if survived else 0


def read(patch: Path) -> Mutant:
    """The header of a patch; ValueError when it lacks a promise or its tests."""
    text = patch.read_text(encoding="utf-8")
    promise = re.findall(r"^# promise: (.+)$", text, re.MULTILINE)
    red = re.findall(r"^# red: (\S+)", text, re.MULTILINE)
    if not promise or not red:
        raise ValueError(f"{patch.name} needs `# promise:` and `# red:` lines")
    files = re.findall(r"^\+\+\+ b/(\S+)", text, re.MULTILINE)
    return Mutant(patch, promise[0], tuple(red), frozenset(files))


def choose(mutants: list[Mutant], changed: set[str]) -> list[Mutant]:
    """Those that a change may have touched, MOST at most, and OTHERS beside, all by lot."""

    def touched(mutant: Mutant) -> bool:
        tests = {node.partition("::")[0] for node in mutant.red}
        own = str(mutant.patch.relative_to(ROOT))
        return bool(changed & (mutant.files | tests | {own}))

    near = [mutant for mutant in mutants if touched(mutant)]
    rest = [mutant for mutant in mutants if mutant not in near]
    if len(near) > MOST:
        _say(f"{MOST} of {len(near)} whose files changed, by lot; without CHANGED it is all.")
    chosen = (near, MOST), (rest, OTHERS)
    return [one for among, most in chosen for one in random.sample(among, min(most, len(among)))]


def _without_any(mutants: list[Mutant], copies: SimpleQueue[Copy]) -> list[Verdict]:
    """Verdicts on those of which a named test is not green as things are."""
    nodes = sorted({node for mutant in mutants for node in mutant.red})
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ran = pool.map(lambda part: _green(part, copies), _parts(nodes))
        fates = [fate for part in ran for fate in part]
    sick = {node for node in nodes if _of(node, fates) != {"passed"}}
    # Alone and once more: what a busy machine was too slow for says nothing of the tests' worth.
    sick = {node for node in sick if _of(node, _green([node], copies)) != {"passed"}}
    for node in sorted(sick):
        _say(f"✗ not green without any mutant: {node}")
    return [
        Verdict(mutant.patch.stem, killed=False, why="its tests are not green without it")
        for mutant in mutants
        if sick & set(mutant.red)
    ]


def _parts(nodes: list[str]) -> list[list[str]]:
    """About as many for each copy, the tests of a file together."""
    parts: list[list[str]] = [[] for _ in range(AT_ONCE)]
    for _, group in groupby(nodes, lambda node: node.partition("::")[0]):
        min(parts, key=len).extend(group)
    return [part for part in parts if part]


def _green(nodes: list[str], copies: SimpleQueue[Copy]) -> list[tuple[str, str]]:
    copy = copies.get()
    try:
        return _fates(copy, nodes, SECONDS * max(5, len(nodes) / 20))
    finally:
        copies.put(copy)


def _with_each(mutants: list[Mutant], copies: SimpleQueue[Copy]) -> list[Verdict]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda mutant: _try(mutant, copies), mutants))


def _try(mutant: Mutant, copies: SimpleQueue[Copy]) -> Verdict:
    copy = copies.get()
    try:
        return _verdict(mutant, copy)
    finally:
        _restore(mutant, copy)
        copies.put(copy)


def _verdict(mutant: Mutant, copy: Copy) -> Verdict:
    name = mutant.patch.stem
    applied = _run(["git", "apply", "--whitespace=nowarn", str(mutant.patch)], copy.home)
    if applied.returncode != 0:
        return Verdict(name, killed=False, why=f"does not apply: {applied.stderr.strip()}")
    fates = _fates(copy, mutant.red, SECONDS)
    green = [node for node in mutant.red if "failed" not in _of(node, fates)]
    if green:
        return Verdict(name, killed=False, why=f"not red: {', '.join(green)}")
    _say(f"✓ {name}: {mutant.promise}")
    return Verdict(name, killed=True)


def _fates(copy: Copy, nodes: Iterable[str], seconds: float) -> list[tuple[str, str]]:
    """(test, outcome) of everything that ran; a run that hangs is cut off."""
    outcomes = copy.home / ".outcomes"
    outcomes.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tools.outcomes", *nodes]
    environ = {"OUTCOMES": str(outcomes), "PYTHONDONTWRITEBYTECODE": "1"}
    environ = {**os.environ, **copy.engines, **environ}
    _run(command, copy.home, seconds=seconds, environ=environ)
    lines = outcomes.read_text(encoding="utf-8").splitlines() if outcomes.exists() else []
    return [(node, outcome) for node, outcome in map(json.loads, lines)]


def _of(node: str, fates: list[tuple[str, str]]) -> set[str]:
    """Outcomes of a test, of all its parameters when the node names none."""
    return {outcome for name, outcome in fates if name == node or name.startswith(f"{node}[")}


@contextmanager
def _copies() -> Iterator[SimpleQueue[Copy]]:
    """Two copies of the working tree, as git sees it."""
    said = _run(["git", "ls-files", "-z", "-co", "--exclude-standard"], ROOT)
    names = [name for name in said.stdout.split("\0") if name and (ROOT / name).is_file()]
    copies: SimpleQueue[Copy] = SimpleQueue()
    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix="likelist-mutants-"))
        for number in range(AT_ONCE):
            copy = Path(home) / f"copy{number}"
            for name in names:
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, copy / name)
            # Or git apply would look for a repository around the temporary directory.
            _run(["git", "init", "-q"], copy)
            copies.put(Copy(copy, stack.enter_context(engines.throwaway())))
        yield copies


def _restore(mutant: Mutant, copy: Copy) -> None:
    for name in mutant.files:
        if (ROOT / name).is_file():
            shutil.copy2(ROOT / name, copy.home / name)
        else:
            (copy.home / name).unlink(missing_ok=True)


def _changed_since(base: str) -> set[str]:
    said = _run(["git", "diff", "--name-only", base], ROOT)
    if said.returncode != 0:
        raise SystemExit(f"✗ {said.stderr.strip()}")
    return set(said.stdout.split())


def _run(
    command: list[str], where: Path, *, seconds: float = 60.0, environ: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603  # git and our own tests
            command, cwd=where, env=environ, capture_output=True, text=True, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"no end after {seconds:g} s")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these patches, without .patch")
    parser.add_argument(
        "--changed", metavar="BASE", help="those whose files changed, and some more"
    )
    return parser.parse_args()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
