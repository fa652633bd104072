"""What a storm has done to an archive, in figures; all of them are to be zero."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from tests.faults.truth import Kept, media_of


@dataclass(frozen=True)
class Damage:
    """Likes lost, kept twice or standing in the wrong place; media missing or with wrong bytes."""

    lost: int
    doubled: int
    displaced: int
    missing: int
    corrupt: int

    @property
    def figures(self) -> dict[str, int]:
        return asdict(self)


def assess(truth: dict[str, Any], kept: Kept) -> Damage:
    """What is kept of a person, newest first, against all that was ever there to be seen.

    What was un-liked or deleted may be there or not.
    """
    gone = {like["post_id"] for like in (*truth["unliked"], *truth["deleted"])}
    gone -= {like["post_id"] for like in truth["likes"]}
    times = Counter(like["post_id"] for like in kept)
    places = {like["post_id"]: place for place, like in enumerate(truth["likes"])}
    there = [like for like in kept if like["post_id"] in places]
    told = {like["post_id"]: media_of(like) for like in truth["likes"]}
    media = [(set(told[like["post_id"]]), like) for like in there]
    return Damage(
        lost=len(places.keys() - times.keys()),
        doubled=sum(count - 1 for count in times.values())
        + len(times.keys() - places.keys() - gone),
        displaced=out_of_order([places[post] for post in times if post in places]),
        missing=sum(_missing(true, like) for true, like in media),
        corrupt=sum(_wrong(true, like) for true, like in media),
    )


def out_of_order(places: list[int]) -> int:
    """How many would have to be moved for the rest to rise: all but a longest rising series."""
    ends: list[int] = []
    for place in places:
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
    return len(places) - len(ends)


def _missing(true: set[tuple[int, str, str]], like: dict[str, Any]) -> int:
    stored = sum(one["state"] == "stored" and bool(one["sha256"]) for one in like["media"])
    return max(0, len(true) - stored)


def _wrong(true: set[tuple[int, str, str]], like: dict[str, Any]) -> int:
    kept = {(one["position"], one["kind"], one["sha256"]) for one in like["media"] if one["sha256"]}
    return len(kept - true)
