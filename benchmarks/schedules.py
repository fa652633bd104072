"""Months of liking, played against the schedule and against a visit every 15 minutes.

The model is the product's own (harvester/pace.py, harvester/when.py); there is no database and
no clock. Prints a table; `--write` puts it into docs/schedule.md, and its chart beside it.
"""

from __future__ import annotations

import argparse
import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks import chart
from benchmarks.histories import COMMON, END, HARD, History, Maker
from harvester import when
from harvester.pace import DAY, MINUTE, Pace

BOUNDS = when.Bounds(15 * MINUTE, DAY, window=300)
ROOM = BOUNDS.room or 0
DOCS = Path(__file__).parent.parent / "docs"
MARKS = "<!-- table of benchmarks/schedules.py -->\n", "<!-- end of the table -->\n"


@dataclass(slots=True)
class Outcome:
    """What a schedule made of a history.

    `losses`: visits that met too few known likes to prove that nothing was lost; `told`: those
    of them whose likes ran out of the window only after the loss date. `fullest`: the most new
    likes at one visit. `late`: visits that came after the person was told that it is getting late.
    """

    visits: int = 0
    losses: int = 0
    told: int = 0
    fullest: int = 0
    late: int = 0

    def add(self, other: Outcome) -> None:
        """Both together."""
        self.visits, self.losses = self.visits + other.visits, self.losses + other.losses
        self.told, self.late = self.told + other.told, self.late + other.late
        self.fullest = max(self.fullest, other.fullest)


@dataclass(frozen=True, slots=True)
class Row:
    """A history by name, and the two schedules beside each other over all its seeds."""

    name: str
    ours: Outcome
    fixed: Outcome
    days: float

    @property
    def a_day(self) -> tuple[float, float]:
        """Visits a day, of both."""
        return self.ours.visits / self.days, self.fixed.visits / self.days


class Played:
    """The product's schedule, as it follows a history visit by visit."""

    def __init__(self, history: History, chance: Random) -> None:
        self.history, self.chance, self.out = history, chance, Outcome()
        self.pace, self.most, self.failures = Pace(), 0, 0
        # The last success: when, how many likes there were, and what followed from it.
        self.good, self.seen, self.loses_at, self.warns_at = 0.0, -1, math.inf, math.inf

    def run(self) -> Outcome:
        at = 0.0
        while at < END:
            at += self._fails() if self.history.is_out(at) else self._visits(at)
        return self.out

    def _fails(self) -> float:
        self.failures += 1
        span = None if self.loses_at == math.inf else self.loses_at - self.good
        return when.retry(self.failures, span, BOUNDS, self.chance)

    def _visits(self, at: float) -> float:
        seen = bisect_right(self.history.likes, at)
        if self.seen >= 0:
            self._finds(at, seen - self.seen)
        self.good, self.seen, self.failures = at, seen, 0
        self.out.visits += 1
        self.loses_at = at + (when.loses_in(self.pace, BOUNDS) or 0)
        wait = when.wait(self.pace, BOUNDS, self.most).seconds
        wait = when.jittered(wait, BOUNDS, self.chance)
        self.warns_at = min(self.loses_at, max((at + self.loses_at) / 2, at + wait + 10 * MINUTE))
        return wait

    def _finds(self, at: float, found: int) -> None:
        self.out.fullest = max(self.out.fullest, found)
        self.out.late += at > self.warns_at
        if found > ROOM:
            self.out.losses += 1
            self.out.told += self.history.likes[self.seen + ROOM] >= self.loses_at
        self.pace = self.pace.after(int(self.good), int(at), found)
        self.most = max(self.most, found)


def every_15_minutes(history: History) -> Outcome:
    """What the budget allows at the most."""
    out, seen = Outcome(), -1
    for at in range(0, END, 15 * MINUTE):
        if history.is_out(at):
            continue
        now = bisect_right(history.likes, at)
        found = now - seen if seen >= 0 else 0
        out.add(Outcome(visits=1, losses=int(found > ROOM), fullest=found))
        seen = now
    return out


def play(name: str, maker: Maker, seeds: int) -> Row:
    """A history with so many seeds, by both schedules."""
    row = Row(name, Outcome(), Outcome(), seeds * END / DAY)
    for seed in range(seeds):
        history = maker(Random(f"{name} {seed}"))
        row.ours.add(Played(history, Random(f"chance {seed}")).run())
        row.fixed.add(every_15_minutes(history))
    return row


def table(rows: Iterable[Row]) -> str:
    """As Markdown."""
    lines = [
        "| likes | visits a day | times fewer | losses | after the date told | fullest window "
        "| every 15 minutes: losses | fullest |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        ours, fixed = row.a_day
        lines.append(
            f"| {row.name} | {ours:.1f} | {fixed / ours:.1f} | {row.ours.losses} "
            f"| {row.ours.told} | {row.ours.fullest} | {row.fixed.losses} | {row.fixed.fullest} |"
        )
    return "\n".join(lines) + "\n"


def write(text: str, picture: str) -> None:
    """Put the table and the chart where they are read."""
    page = DOCS / "schedule.md"
    before, _, rest = page.read_text().partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    page.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{after}")
    (DOCS / "images" / "schedules.svg").write_text(picture)


def main() -> None:
    """Play everything and print it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, default=10)
    asked.add_argument("--write", action="store_true")
    options = asked.parse_args()
    common = [play(name, maker, options.seeds) for name, maker in COMMON.items()]
    hard = [play(name, maker, options.seeds) for name, maker in HARD.items()]
    text = f"{table(common)}\n{table(hard)}"
    print(text)
    print("visits after the person was told:", {r.name: r.ours.late for r in (*common, *hard)})
    if options.write:
        rows = [(r.name, *r.a_day, r.ours.fullest, r.ours.losses) for r in (*common, *hard)]
        write(text, chart.drawn(rows, BOUNDS.window or 0))


if __name__ == "__main__":
    main()
