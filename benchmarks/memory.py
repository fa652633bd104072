"""The most memory over a list of 100,000 likes: of the command, and of a worker process.

`python -m benchmarks.memory 10000` takes a shorter list. A tenth of it comes first: what grows
with the list shows. The lists are without pictures, and a tenth is read once more with small ones.
"""

from __future__ import annotations

import sys

from benchmarks.house import House, house
from benchmarks.measure import Scales
from benchmarks.visits import STORED, VISITED

LIKES = 100_000
SMALL = 1_000
HOURS = 3 * 3600.0


def main(likes: int = LIKES) -> None:
    """Megabytes at the worst moment, each process with its children."""
    print("| list | of | MB, at the most | likes/s |\n|---|---|---|---|")
    print("| *goal* | | 300 | |")
    with house(size=0) as home:
        for count in (likes // 10, likes):
            _command(home, count)
            _worker(home, count, 0)
    with house(size=SMALL) as home:
        _worker(home, likes // 10, likes // 10)


def _command(home: House, likes: int) -> None:
    home.connect(f"p1{likes}", likes)
    cost = home.must("crawl", "--user", f"p1{likes}")
    assert f"complete, {likes} new" in cost.said, cost.said
    _tell("`manage.py crawl`", likes, 0, cost.megabytes, cost.seconds)


def _worker(home: House, likes: int, pictures: int) -> None:
    home.connect(f"p2{likes}", likes)
    visits, stored = home.number(VISITED), home.number(STORED)
    with home.worker(1) as worker, home.beat(), Scales(lambda: [worker.pid]) as scales:
        home.until(VISITED, visits + 1, seconds=HOURS)
        home.until(STORED, stored + pictures, seconds=HOURS)
    took = (
        "SELECT extract(epoch FROM now() - began_at) FROM harvester_crawl ORDER BY id DESC LIMIT 1"
    )
    _tell("a worker of one process", likes, pictures, scales.megabytes, home.number(took))


def _tell(what: str, likes: int, pictures: int, megabytes: float, seconds: float) -> None:
    beside = f", {pictures:,} pictures" if pictures else ""
    rate = likes / seconds
    print(f"| {likes:,} likes{beside} | {what} | {megabytes:.0f} | {rate:.0f} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LIKES)
