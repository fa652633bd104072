"""Completeness under faults: 2 % errors, 1 % resets, 1 % cut, 0.5 % pages instead of pictures."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.house import VAR, House, house
from benchmarks.measure import run
from benchmarks.peers import GalleryDl
from benchmarks.pictures import BYTES, Pictures
from benchmarks.upstream import LONGEST_FEED

WEATHER = {"error": 0.02, "reset": 0.01, "cut": 0.01, "wrong": 0.005}
ROUNDS = 3


@dataclass(slots=True)
class Tally:
    """What came of a list, and how many of its files were spoilt on their way."""

    likes: int = 0
    right: int = 0
    wrong: int = 0
    spoilt: int = 0
    seconds: float = 0.0


def main(likes: int = 600, rounds: int = ROUNDS) -> None:
    """Every file is compared with the picture that the upstream has of that number."""
    peer, pictures = GalleryDl(), Pictures(BYTES)
    ours, theirs = Tally(), Tally()
    with house() as home:
        for number in range(rounds):
            token = home.connect(f"p{number}", likes)
            truth = _truth(pictures, number, likes)
            _ours(home, f"p{number}", truth, ours)
            _theirs(home, peer, token, truth, theirs)
        home.must("verify_archive")
    print(
        f"\n{rounds} lists of {likes} likes, "
        + ", ".join(f"{k} {v:.1%}" for k, v in WEATHER.items())
    )
    print("| | answers spoilt | complete | wrong files | seconds |\n|---|---|---|---|---|")
    print("| *goal* | | 100 % | 0 | |")
    _tell("`manage.py crawl`", ours)
    _tell("gallery-dl", theirs)


def _truth(pictures: Pictures, person: int, likes: int) -> set[str]:
    numbers = range(person * LONGEST_FEED + 1, person * LONGEST_FEED + likes + 1)
    return {hashlib.sha256(pictures(number)).hexdigest() for number in numbers}


def _ours(home: House, person: str, truth: set[str], tally: Tally) -> None:
    home.upstream.weather(0, WEATHER)
    cost = home.manage("crawl", "--user", person)
    _spoilt(home, tally)
    told = home.must("export", person, "--format", "jsonl").said.splitlines()
    names = [m["sha256"] for line in told for m in json.loads(line)["media"] if m["sha256"]]
    # What the archive says it has, has to be there, and be that.
    files = [next(home.data.glob(f"**/blobs/{n[:2]}/{n[2:4]}/{n}")) for n in names]
    _compare(files, truth, tally, cost.seconds)


def _theirs(home: House, peer: GalleryDl, token: str, truth: set[str], tally: Tally) -> None:
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=VAR))
    home.upstream.weather(0, WEATHER)
    cost = run(peer.command(home.upstream.pages(token), folder))
    _spoilt(home, tally)
    _compare(list(folder.glob("*.jpg")), truth, tally, cost.seconds)
    shutil.rmtree(folder)


def _spoilt(home: House, tally: Tally) -> None:
    counts = home.upstream.counts()
    tally.spoilt += sum(counts.get(kind, 0) for kind in WEATHER)
    home.upstream.weather(0)


def _compare(files: list[Path], truth: set[str], tally: Tally, seconds: float) -> None:
    found = {hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    tally.likes += len(truth)
    tally.right += len(found & truth)
    tally.wrong += len(files) - len(found & truth)
    tally.seconds += seconds


def _tell(name: str, tally: Tally) -> None:
    share = tally.right / tally.likes
    print(
        f"| {name} | {tally.spoilt} | {share:.2%} ({tally.right} of {tally.likes}) "
        f"| {tally.wrong} | {tally.seconds:.0f} |"
    )


if __name__ == "__main__":
    main()
