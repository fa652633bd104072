"""200 people due at once, far away from the service, and 1, 2 or 4 worker processes.

Each is new and has a page of likes. Somebody is finished when their last picture is stored.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.house import House, house
from benchmarks.measure import Scales, median
from benchmarks.visits import STORED, VISITED

PEOPLE, LIKES, LATENCY = 200, 33, 0.2
FLEETS = (1, 2, 4)
# When everybody had their last picture, counted from the first visit that a worker took up.
_FINISHED = """
SELECT extract(epoch FROM max(b.stored_at) - (SELECT min(began_at) FROM harvester_crawl))
  FROM archive_mediaitem m JOIN archive_blob b ON b.sha256 = m.blob_id
 GROUP BY m.user_id ORDER BY 1"""
_FIRST_SIGHT = """
SELECT extract(epoch FROM min(b.stored_at) - (SELECT min(began_at) FROM harvester_crawl))
  FROM archive_mediaitem m JOIN archive_blob b ON b.sha256 = m.blob_id
 GROUP BY m.user_id ORDER BY 1"""
_LISTED = """
SELECT extract(epoch FROM max(finished_at) - min(began_at)) FROM harvester_crawl"""


@dataclass(frozen=True, slots=True)
class Went:
    """How a fleet went: when each was finished, and what was busy meanwhile (1: one core)."""

    finished: list[float]
    first_sight: list[float]
    listed: float
    workers: float
    database: float
    upstream: float

    @property
    def seconds(self) -> float:
        return self.finished[-1]

    @property
    def late(self) -> float:
        """When 95 of 100 were finished."""
        return self.finished[int(len(self.finished) * 0.95)]


def main(people: int = PEOPLE, fleets: tuple[int, ...] = FLEETS) -> None:
    """One column a fleet."""
    went = [_went(processes, people) for processes in fleets]
    alone = went[0].seconds * fleets[0]
    print(f"\n{people} people due at once, {LIKES} likes of 104 KB each, {LATENCY * 1000:.0f} ms")
    _row("worker processes", fleets, "d")
    print("|---|" + "---|" * len(fleets))
    _row("likes/s", [people * LIKES / run.seconds for run in went], ".0f")
    efficiency = zip(went, fleets, strict=True)
    _row("efficiency", [alone / run.seconds / count for run, count in efficiency], ".2f")
    _row("all lists are read after, s", [run.listed for run in went], ".0f")
    _row("first picture, median, s", [median(run.first_sight) for run in went], ".0f")
    _row("last picture, median, s", [median(run.finished) for run in went], ".0f")
    _row("last picture, 95 of 100 people, s", [run.late for run in went], ".0f")
    _row("95 of 100 / median", [run.late / median(run.finished) for run in went], ".2f")
    _row("cores busy with workers", [run.workers for run in went], ".2f")
    _row("with PostgreSQL", [run.database for run in went], ".2f")
    _row("with the upstream", [run.upstream for run in went], ".2f")


def _row(name: str, values: Sequence[float], form: str) -> None:
    print(f"| {name} | " + " | ".join(f"{value:{form}}" for value in values) + " |")


def _went(processes: int, people: int) -> Went:
    with house(interval=0.2) as home:
        home.connect_all([f"p{at}-{LIKES}" for at in range(people)])
        home.upstream.weather(LATENCY)
        with home.worker(processes) as worker, home.beat():
            with (
                Scales(lambda: [worker.pid]) as workers,
                Scales(lambda: [home.postmaster]) as database,
                Scales(lambda: [home.upstream.process.pid]) as upstream,
            ):
                home.until(VISITED, people)
                home.until(STORED, people * LIKES)
            spent = workers.spent, database.spent, upstream.spent
        return _measured(home, *spent)


def _measured(home: House, *spent: float) -> Went:
    finished = [float(row[0]) for row in home.ask(_FINISHED)]
    first = [float(row[0]) for row in home.ask(_FIRST_SIGHT)]
    shares = [seconds / finished[-1] for seconds in spent]
    return Went(finished, first, home.number(_LISTED), *shares)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE)
