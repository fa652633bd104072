"""What is kept against what is true: the set, the order, and every byte."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

from simulator.serve import Simulator

Kept = list[dict[str, Any]]


def check_equal(instagram: Simulator, person: str, kept: Kept, *, least: int) -> None:
    """The archive holds every like since the oldest it could see, in order, with its media.

    `least` says how many there must be; what was un-liked or deleted since may be there too.
    """
    truth = instagram.truth(person, hashes=True)
    gone = {like["post_id"] for like in (*truth["unliked"], *truth["deleted"])}
    ids = [like["post_id"] for like in kept]
    assert not [post for post, times in Counter(ids).items() if times > 1], "kept twice"
    there = [like for like in kept if like["post_id"] not in gone]
    assert len(there) >= least
    true = truth["likes"][: len(there)]
    assert [like["post_id"] for like in there] == [like["post_id"] for like in true]
    pairs = zip(there, true, strict=True)
    wrong = [kept["post_id"] for kept, told in pairs if media_of(kept) != media_of(told)]
    assert wrong == []
    check_order(kept)


def check_order(kept: Kept) -> None:
    """Ranks fall along the wall, and none occurs twice."""
    ranks = [like["sources"][0]["rank"] for like in kept]
    assert all(above > below for above, below in pairwise(ranks))


def media_of(like: dict[str, Any]) -> list[tuple[int, str, str]]:
    """Position, kind and hash of a like's media, in one order for both sides."""
    return sorted((one["position"], one["kind"], one["sha256"]) for one in like["media"])
