"""`python -m tests.faults.soak`: the whole storm, two seeds at a time, and its table.

    python -m tests.faults.soak                      seeds without a result, then the table
    python -m tests.faults.soak --seed 3 --kills 50  one storm
    python -m tests.faults.soak --table              only the table, from what is there
    python -m tests.faults.soak --mutant NAME …      small storms over the bugs of tests/mutants

A result is a file of its own in `--into`, so that a run that was broken off goes on, and results
of several machines can be put side by side. Exit 0 when every rule held, or every bug was found.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from likelist.runenv import ROOT
from tests.faults import account, planted, tally
from tests.faults.house import note
from tests.faults.planned import Plan

SEEDS = range(1, 11)
WHOLE = {"kills": 50, "likes": 3000, "rounds": 4}
# Enough pages that a death finds one in hand.
SMALL = {"kills": 20, "likes": 400, "rounds": 2}


def main() -> int:
    """0 when every rule held in every storm that was asked for."""
    asked = _asked()
    asked.into.mkdir(parents=True, exist_ok=True)
    if asked.mutant:
        return 0 if planted.are_found(asked.mutant, _size(asked), asked.jobs, asked.into) else 1
    if not asked.table:
        _rage_all([*_plans(asked)], asked)
    results = _results(asked.into)
    if not asked.seed and len(results) >= len(SEEDS):
        asked.document.write_text(tally.document(results) + planted.chapter(asked.into))
        note(f"{asked.document} is written")
    broken = {row["seed"]: tally.broken(row) for row in results if _is_wanted(row, asked)}
    for seed, rules in broken.items():
        for rule in rules:
            note(f"✗ seed {seed}: {rule}")
    missing = {*(asked.seed or SEEDS)} - {row["seed"] for row in results}
    for seed in sorted(missing):
        note(f"✗ seed {seed}: no result")
    return 1 if missing or any(broken.values()) else 0


def _rage_all(plans: list[Plan], asked: argparse.Namespace) -> None:
    """One after the other here, or several at a time in processes of their own."""
    if len(plans) < 2 or asked.jobs < 2:
        for plan in plans:
            _rage(plan, asked.into)
        return
    command = [sys.executable, "-m", "tests.faults.soak", "--into", str(asked.into), *_size(asked)]
    with ThreadPoolExecutor(asked.jobs) as pool:
        for plan in plans:
            alone = [*command, "--seed", str(plan.seed)]
            pool.submit(subprocess.run, alone, cwd=ROOT, check=False)


def _size(asked: argparse.Namespace) -> list[str]:
    sizes = ("kills", "likes", "rounds")
    return [word for name in sizes for word in (f"--{name}", str(getattr(asked, name)))]


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


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.soak",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--seed", type=int, nargs="+", metavar="N", help="these storms, whether done or not")
    add("--kills", type=int, metavar="N", help="kill -9 in each (50; with a bug 20)")
    add("--likes", type=int, metavar="N", help="that the first visit finds (3000; 400)")
    add("--rounds", type=int, metavar="N", help="of new likes after it (4; 2)")
    add("--jobs", type=int, default=2, metavar="N", help="storms at a time (2)")
    add("--into", type=Path, default=ROOT / "var" / "storm", metavar="DIR", help="results")
    add("--again", action="store_true", help="also those that have a result")
    add("--table", action="store_true", help="only write the table")
    add("--mutant", nargs="+", metavar="NAME", help="plant these bugs, and see a rule broken")
    add("--document", type=Path, default=ROOT / "docs" / "storm.md", help="where the table goes")
    asked = parser.parse_args()
    for name, usual in (SMALL if asked.mutant else WHOLE).items():
        setattr(asked, name, usual if getattr(asked, name) is None else getattr(asked, name))
    return asked


if __name__ == "__main__":
    sys.exit(main())
