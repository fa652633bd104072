"""Placing a page in a feed's order: which ranks stay, which are new.

A feed lists the newest like first. Ranks only ever say that order: they go down along a
walk. An entry that was un-liked and liked again stands higher than its old rank says; it is
found out when something with a higher rank comes after it, and then it moves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from archive.models.feed import STRIDE


class NoRoom(Exception):
    """Under rank `upper` there are not enough ranks left for so many `items`."""

    def __init__(self, upper: int, items: int) -> None:
        super().__init__(upper, items)
        self.upper = upper
        self.items = items


@dataclass(frozen=True, slots=True)
class Placed:
    """An item of a walk with its rank: `moved` when it is not the one it had (or it had none)."""

    key: str
    rank: int
    moved: bool


def place(
    items: Sequence[tuple[str, int | None]], *, upper: int, below: Callable[[int], int | None]
) -> list[Placed]:
    """Ranks for `items` (key, present rank or None), all of them under `upper`, going down.

    `below(rank)` answers the highest rank under `rank` that will stay taken, None at the end
    of the feed. Raises NoRoom.
    """
    stays = staying([rank for _, rank in items])
    placed: list[Placed] = []
    run: list[str] = []
    for (key, rank), stay in zip(items, stays, strict=True):
        if not stay or rank is None:
            run.append(key)
            continue
        placed += _spread(run, upper, below(upper) if run else None)
        placed.append(Placed(key, rank, moved=False))
        upper, run = rank, []
    return placed + _spread(run, upper, below(upper) if run else None)


def staying(ranks: Sequence[int | None]) -> list[bool]:
    """For each rank whether it may stay: nothing after it stands higher."""
    stays: list[bool] = []
    highest = -(2**63)
    for rank in reversed(ranks):
        stays.append(rank is not None and rank > highest)
        highest = max(highest, rank if rank is not None else highest)
    return stays[::-1]


def _spread(run: Sequence[str], upper: int, lower: int | None) -> list[Placed]:
    """Give each of `run` a rank between the two: a stride apart, or evenly where it is tight."""
    if not run:
        return []
    room = STRIDE if lower is None else min(STRIDE, (upper - lower) // (len(run) + 1))
    if room < 1:
        raise NoRoom(upper, len(run))
    return [Placed(key, upper - room * (index + 1), moved=True) for index, key in enumerate(run)]
