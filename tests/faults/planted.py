"""Whether the storm finds a bug that was planted: small storms in a copy of the tree."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from likelist.runenv import ROOT
from tests.faults import tally
from tests.faults.house import note

# Storms over one bug, each with another seed, until a rule is broken.
STORMS = 3
MUTANTS = ROOT / "tests" / "mutants"
CHAPTER = """
## Bugs that were planted

So that zeros mean something: each of these bugs was planted, and small storms raged over it until a
rule was broken (`make soak ARGS="--mutant NAME"`).

| bug: what does not hold any more | what the storm said | after so many kills |
| --- | --- | --- |
"""


@dataclass(frozen=True)
class Verdict:
    """What the storm said of a bug, and after how many kills; nothing when it never saw it."""

    mutant: str
    said: list[str]
    kills: int
    why: str = ""

    @property
    def line(self) -> str:
        """A row of a table."""
        said = "; ".join(self.said) or f"**not found** {self.why}".strip()
        return f"| `{self.mutant}`: {promise(self.mutant)} | {said} | {self.kills} |"


def chapter(into: Path) -> str:
    """What storms said of the bugs that have a verdict in a folder; empty where none has."""
    told = [json.loads(path.read_text()) for path in sorted(into.glob("mutant-*.json"))]
    lines = [Verdict(**each).line for each in told]
    return CHAPTER + "\n".join(lines) + "\n" if lines else ""


def promise(name: str) -> str:
    """What a bug of tests/mutants breaks, as its first line says."""
    said = (MUTANTS / f"{name}.patch").read_text().partition("\n")[0]
    return said.removeprefix("# promise: ")


def are_found(names: Sequence[str], size: Sequence[str], jobs: int, into: Path) -> bool:
    """Whether the storm finds each of these bugs."""
    with ThreadPoolExecutor(jobs) as pool:
        found = [*pool.map(lambda name: _try(name, size, into), names)]
    for verdict in found:
        note(verdict.line)
    return all(verdict.said for verdict in found)


def _try(name: str, size: Sequence[str], into: Path) -> Verdict:
    with tempfile.TemporaryDirectory(prefix="likelist-soak-") as home:
        copy = Path(home) / "copy"
        _copy(copy)
        patch = MUTANTS / f"{name}.patch"
        subprocess.run(["git", "init", "-q"], cwd=copy, check=True)
        applied = _run(["git", "apply", "--whitespace=nowarn", str(patch)], copy)
        if applied.returncode:
            return Verdict(name, [], 0, applied.stderr.strip())
        verdict = _rage(name, size, copy)
    (into / f"mutant-{name}.json").write_text(json.dumps(asdict(verdict), indent=1) + "\n")
    note(verdict.line)
    return verdict


def _rage(name: str, size: Sequence[str], copy: Path) -> Verdict:
    """A storm that has no result says nothing: neither of the bug nor of itself."""
    kills, why, rows = 0, "", copy / "var" / "rows"
    for seed in range(1, STORMS + 1):
        command = [sys.executable, "-m", "tests.faults.soak", "--into", str(rows), *size]
        done = _run([*command, "--seed", str(seed)], copy)
        file = rows / f"seed-{seed}.json"
        if not file.exists():
            why = done.stderr[-2000:]
            continue
        row = json.loads(file.read_text())
        kills += sum(row["kills"].values())
        if said := tally.broken(row):
            return Verdict(name, said, kills)
    return Verdict(name, [], kills, why)


def _run(command: list[str], where: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)


def _copy(to: Path) -> None:
    """The working tree, as git sees it."""
    listed = _run(["git", "ls-files", "-z", "-co", "--exclude-standard"], ROOT)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
