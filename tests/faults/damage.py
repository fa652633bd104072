"""What a storm has done to an archive, in figures; all of them are to be zero."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.faults.truth import Kept, media_of

# A standing gap: the ranks of the entries that it lies between.
Hole = tuple[int, int]


@dataclass(frozen=True)
class Damage:
    """Likes lost, kept twice or standing in the wrong place; media missing or with wrong bytes.

    A gap is false where nothing is missing between its two ends.
    """

    lost: int
    doubled: int
    displaced: int
    missing: int
    corrupt: int
    false_gaps: int = 0

    @property
    def figures(self) -> dict[str, int]:
        return asdict(self)

    def __add__(self, other: Damage) -> Damage:
        mine, theirs = self.figures, other.figures
        return Damage(**{name: mine[name] + theirs[name] for name in mine})


def assess(
    truth: dict[str, Any], kept: Kept, holes: Sequence[Hole] = (), *, slid: int = 0
) -> Damage:
    """What is kept of a person, newest first, against all that was ever there to be seen.

    What was un-liked or deleted may be there or not. So many likes `slid` out of the window
    before anybody could see them: they are not lost where a gap says so.
    """
    gone = {like["post_id"] for like in (*truth["unliked"], *truth["deleted"])}
    gone -= {like["post_id"] for like in truth["likes"]}
    times = Counter(like["post_id"] for like in kept)
    places = {like["post_id"]: place for place, like in enumerate(truth["likes"])}
    there = [like for like in kept if like["post_id"] in places]
    told = {like["post_id"]: media_of(like) for like in truth["likes"]}
    media = [(set(told[like["post_id"]]), like) for like in there]
    absent = [places[post] for post in places if post not in times]
    stretches = [_between(hole, there, places) for hole in holes]
    return Damage(
        lost=len(absent) - min(slid, _said(absent, stretches, truth["likes"])),
        doubled=sum(count - 1 for count in times.values())
        + len(times.keys() - places.keys() - gone),
        displaced=out_of_order([places[post] for post in times if post in places]),
        missing=sum(_missing(true, like) for true, like in media),
        corrupt=sum(_wrong(true, like) for true, like in media),
        false_gaps=sum(not any(place in one for place in absent) for one in stretches),
    )


def out_of_order(places: list[int]) -> int:
    """How many would have to be moved for the rest to rise: all but a longest rising series."""
    ends: list[int] = []
    for place in places:
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
    return len(places) - len(ends)


def _between(hole: Hole, there: Kept, places: dict[str, int]) -> range:
    """The places in the true order that lie between the two ends of a gap."""
    upper, lower = hole
    ranks = [(like["sources"][0]["rank"], places[like["post_id"]]) for like in there]
    above = min((at for at in ranks if at[0] >= upper), default=(0, -1))
    below = max((at for at in ranks if at[0] <= lower), default=(0, len(places)))
    return range(above[1] + 1, below[1])


def _said(absent: list[int], stretches: list[range], likes: list[dict[str, Any]]) -> int:
    """How many of the absent are out of reach, and inside of a gap."""
    out = [place for place in absent if not likes[place].get("in_window", True)]
    return sum(any(place in one for one in stretches) for place in out)


def _missing(true: set[tuple[int, str, str]], like: dict[str, Any]) -> int:
    stored = sum(one["state"] == "stored" and bool(one["sha256"]) for one in like["media"])
    return max(0, len(true) - stored)


def _wrong(true: set[tuple[int, str, str]], like: dict[str, Any]) -> int:
    kept = {(one["position"], one["kind"], one["sha256"]) for one in like["media"] if one["sha256"]}
    return len(kept - true)


def half_files(blobs: Path) -> set[Path]:
    """What does not hold the bytes that its name promises."""
    files = [path for path in blobs.glob("??/??/*") if path.is_file()]
    return {path for path in files if hashlib.sha256(path.read_bytes()).hexdigest() != path.name}
