"""Sixteen people at once through one worker with 16 connections in all, beside 16 gallery-dl."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from benchmarks.house import VAR, House, house
from benchmarks.measure import Cost, Scales, median, spread, together
from benchmarks.peers import GalleryDl
from benchmarks.visits import STORED

PEOPLE, CONNECTIONS, PROCESSES = 16, 16, 2
ROUNDS = 3
_BEGAN = "SELECT extract(epoch FROM min(began_at)) FROM harvester_crawl WHERE id > {last}"
_LAST = "SELECT max(id) FROM harvester_crawl"


def main(likes: int = 99, rounds: int = ROUNDS, latency: float = 0.05) -> None:
    """Likes a second of all of them together, in turns, and the memory that they take."""
    peer = GalleryDl()
    ours, theirs = [], []
    with house() as home:
        each = str(CONNECTIONS // PROCESSES)
        for number in range(rounds):
            tokens = [f"p{number}{at:02}-{likes}" for at in range(PEOPLE)]
            home.upstream.weather(0)
            home.connect_all(tokens)
            home.upstream.weather(latency)
            ours.append(_ours(home, PEOPLE * likes, each))
            theirs.append(_theirs(home, peer, tokens, likes))
    print(f"\n{PEOPLE} people with {likes} likes of 104 KB at {latency * 1000:.0f} ms")
    print("| | likes/s | of gallery-dl | CPU ms a like | MB | of gallery-dl |")
    print("|---|---|---|---|---|---|")
    print("| *goal* | | 1.1 | | | 0.33 |")
    _tell(f"one worker, {CONNECTIONS} connections in all", ours, theirs, PEOPLE * likes)
    _tell(f"{PEOPLE} gallery-dl", theirs, theirs, PEOPLE * likes)


def _ours(home: House, likes: int, each: str) -> Cost:
    """From the first visit taken up until the last picture is stored."""
    stored, last = home.number(STORED), home.number(_LAST)
    with home.worker(PROCESSES, MEDIA_CONCURRENCY=each) as worker:
        with home.beat(TICK_INTERVAL="1"), Scales(lambda: [worker.pid]) as scales:
            home.until(STORED, stored + likes)
            ended = time.time()
        return Cost(ended - home.number(_BEGAN.format(last=last)), scales.spent, scales.megabytes)


def _theirs(home: House, peer: GalleryDl, tokens: list[str], likes: int) -> Cost:
    folders = [Path(tempfile.mkdtemp(prefix="bench-", dir=VAR)) for _ in tokens]
    pages = [home.upstream.pages(token) for token in tokens]
    commands = [peer.command(*each) for each in zip(pages, folders, strict=True)]
    cost = together(commands, None)[0]
    for folder in folders:
        assert sum(1 for _ in folder.glob("*.jpg")) == likes, "gallery-dl has not all"
        shutil.rmtree(folder)
    return cost


def _tell(name: str, costs: list[Cost], base: list[Cost], likes: int) -> None:
    rates = [likes / cost.seconds for cost in costs]
    rate = median(rates) / median(likes / cost.seconds for cost in base)
    memory = median(cost.megabytes for cost in costs)
    share = memory / median(cost.megabytes for cost in base)
    spent = median(cost.processor for cost in costs) / likes * 1000
    print(f"| {name} | {spread(rates)} | {rate:.2f} | {spent:.2f} | {memory:.0f} | {share:.2f} |")


if __name__ == "__main__":
    main()
