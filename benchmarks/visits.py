"""What a visit costs in a worker that is warm: one that finds nothing new, and one that finds 33.

Beat and one worker process run as they do on a server. Everybody's visit is made due at once;
processor time is that of the worker with its children, until the last of their work is over.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.house import VAR, House, house
from benchmarks.measure import Scales, median, run
from benchmarks.peers import GalleryDl

ROUNDS = 3
NEW = 33
VISITED = "SELECT count(*) FROM harvester_crawl WHERE state = 'done'"
STORED = "SELECT count(*) FROM archive_mediaitem WHERE state = 'stored'"
_SHOWN = "SELECT count(*) FROM archive_blob WHERE previews IS NOT NULL"
_DUE = "UPDATE harvester_schedule SET next_visit_at = now()"
_LOG_ALL = "ALTER ROLE app SET log_statement = 'all'"
_SAID = re.compile(r"LOG:  statement: \s*(\w+)")
# The frame around questions and answers.
_FRAME = {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET"}


@dataclass(frozen=True, slots=True)
class Visit:
    """What one visit cost, on average over a round of them."""

    requests: float
    milliseconds: float
    database_milliseconds: float = 0.0


def main(people: int = 25, likes: int = 132, rounds: int = ROUNDS) -> None:
    """Visits in turns with gallery-dl's, then once more with every query written down."""
    peer = GalleryDl()
    nothing, new, beside = [], [], []
    with house() as home:
        tokens = [f"p{at}-{likes}" for at in range(people)]
        home.connect_all(tokens)
        with home.beat(), home.worker(1) as worker:
            _settled(home, people, people * likes)
            for number in range(1, rounds + 1):
                nothing.append(_round(home, worker.pid, people, 0))
                for at in range(people):
                    home.upstream.give(f"p{at}", NEW * number)
                new.append(_round(home, worker.pid, people, NEW * people))
                beside.append(_gallery_dl(home, peer, tokens[0]))
        queries = _queries(home, people)
    print(f"\n{people} people's visits at once, one worker process")
    print("| a visit | requests | queries | CPU ms | PostgreSQL's | visits per core-second |")
    print("|---|---|---|---|---|---|")
    print("| *goal for nothing new* | 1 | 12 | 30 | | 33 |")
    _tell("nothing new", nothing, f"{queries:.1f}")
    _tell("nothing new, gallery-dl", beside, "")
    _tell(f"{NEW} new, with pictures and previews", new, "")


def _settled(home: House, visits: float, pictures: float) -> None:
    """Wait for so many visits, and for all pictures and their previews."""
    home.until(VISITED, visits)
    home.until(STORED, pictures)
    home.until(_SHOWN, pictures)


def _round(home: House, pid: int, people: int, pictures: int) -> Visit:
    visits, stored = home.number(VISITED), home.number(STORED)
    home.upstream.weather(0)
    with Scales(lambda: [pid]) as worker, Scales(lambda: [home.postmaster]) as database:
        home.ask(_DUE)
        _settled(home, visits + people, stored + pictures)
    asked = home.upstream.counts()["page"] / people
    return Visit(asked, worker.spent / people * 1000, database.spent / people * 1000)


def _gallery_dl(home: House, peer: GalleryDl, token: str) -> Visit:
    """A visit of the peer that finds everything there and ends at the first file it knows."""
    pages, folder = home.upstream.pages(token), Path(tempfile.mkdtemp(prefix="bench-", dir=VAR))
    run(peer.command(pages, folder))
    home.upstream.weather(0)
    cost = run([*peer.command(pages, folder), "--abort", "1"])
    shutil.rmtree(folder)
    return Visit(home.upstream.counts()["page"], cost.processor * 1000)


def _queries(home: House, people: int) -> float:
    """Questions to the database in a visit that finds nothing new, ticks and claims included."""
    home.ask(_LOG_ALL)
    with home.worker(1), home.beat():
        visits, log = home.number(VISITED), home.data / "logs" / "postgres.log"
        began = log.stat().st_size
        home.ask(_DUE)
        home.until(VISITED, visits + people)
        said = log.read_bytes()[began:].decode(errors="replace")
    asked = [word for word in _SAID.findall(said) if word not in _FRAME]
    return len(asked) / people


def _tell(name: str, visits: list[Visit], queries: str) -> None:
    requests = median(visit.requests for visit in visits)
    spent = median(visit.milliseconds for visit in visits)
    database = median(visit.database_milliseconds for visit in visits)
    theirs = f"{database:.0f}" if database else ""
    print(f"| {name} | {requests:g} | {queries} | {spent:.0f} | {theirs} | {1000 / spent:.1f} |")


if __name__ == "__main__":
    main()
