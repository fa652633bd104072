"""`python -m tests.faults.soak`: the whole storm, one seed after the other, and its table.

    python -m tests.faults.soak                      seeds without a result, then the table
    python -m tests.faults.soak --seed 3 --kills 50  one storm
    python -m tests.faults.soak --table              only the table, from what is there
    python -m tests.faults.soak --mutant NAME        with the bug of tests/mutants/NAME.patch

A result is a file of its own in `--into`, so that a run that was broken off goes on, and results
of several machines can be put side by side. Exit 0 when every rule held.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from likelist.runenv import ROOT
from tests.faults import account, tally
from tests.faults.house import note
from tests.faults.raging import Plan

SEEDS = range(1, 11)


def main() -> int:
    """0 when every rule held in every storm that was asked for."""
    asked = _asked()
    if asked.mutant:
        return _with_mutant(asked.mutant)
    asked.into.mkdir(parents=True, exist_ok=True)
    if not asked.table:
        for plan in _plans(asked):
            _rage(plan, asked.into)
    results = _results(asked.into)
    if not asked.seed and len(results) >= len(SEEDS):
        asked.document.write_text(tally.document(results))
        note(f"{asked.document} is written")
    broken = {row["seed"]: tally.broken(row) for row in results if _is_wanted(row, asked)}
    for seed, rules in broken.items():
        for rule in rules:
            note(f"✗ seed {seed}: {rule}")
    return 1 if any(broken.values()) else 0


def _plans(asked: argparse.Namespace) -> Iterator[Plan]:
    for seed in asked.seed or SEEDS:
        if asked.seed or asked.again or not _file(asked.into, seed).exists():
            yield Plan(seed, asked.kills, asked.likes, asked.rounds)


def _rage(plan: Plan, into: Path) -> None:
    row, words = account.of(plan)
    _file(into, plan.seed).write_text(json.dumps(row, indent=1) + "\n")
    rules = tally.broken(row)
    note(tally.line(row))
    if rules:
        _file(into, plan.seed).with_suffix(".log").write_text(words)


def _results(into: Path) -> list[dict[str, Any]]:
    rows = [json.loads(path.read_text()) for path in into.glob("seed-*.json")]
    return sorted(rows, key=lambda row: row["seed"])


def _is_wanted(row: dict[str, Any], asked: argparse.Namespace) -> bool:
    return not asked.seed or row["seed"] in asked.seed


def _file(into: Path, seed: int) -> Path:
    return into / f"seed-{seed}.json"


def _with_mutant(name: str) -> int:
    """The same command in a copy of the tree with a bug planted: 0 when a rule was broken there."""
    given = [word for word in sys.argv[1:] if word not in {"--mutant", name}]
    with tempfile.TemporaryDirectory(prefix="likelist-soak-") as home:
        copy = Path(home) / "copy"
        _copy(copy)
        patch = ROOT / "tests" / "mutants" / f"{name}.patch"
        subprocess.run(["git", "init", "-q"], cwd=copy, check=True)
        subprocess.run(["git", "apply", "--whitespace=nowarn", str(patch)], cwd=copy, check=True)
        command = [sys.executable, "-m", "tests.faults.soak", "--into", str(Path(home) / "rows")]
        done = subprocess.run([*command, *(given or ["--seed", "1"])], cwd=copy, check=False)
    note(f"{name}: {'found' if done.returncode == 1 else 'NOT found'}")
    return 0 if done.returncode == 1 else 1


def _copy(to: Path) -> None:
    listed = ["git", "ls-files", "-z", "-co", "--exclude-standard"]
    said = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, said.stdout.split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.soak",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--seed", type=int, nargs="+", metavar="N", help="these storms, whether done or not")
    add("--kills", type=int, default=50, metavar="N", help="kill -9 in each (50)")
    add("--likes", type=int, default=3000, metavar="N", help="that the first visit finds (3000)")
    add("--rounds", type=int, default=4, metavar="N", help="of new likes after it (4)")
    add("--into", type=Path, default=ROOT / "var" / "storm", metavar="DIR", help="results")
    add("--again", action="store_true", help="also those that have a result")
    add("--table", action="store_true", help="only write the table")
    add("--mutant", metavar="NAME", help="plant a bug first, and see a rule broken")
    add("--document", type=Path, default=ROOT / "docs" / "storm.md", help="where the table goes")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
