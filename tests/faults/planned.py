"""How hard a storm is to blow."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import ceil

from simulator.serve import Simulator
from tests.faults.upstream import MEDIA, PAGES

PAGE = 33


@dataclass(frozen=True)
class Plan:
    """How hard it blows: kills over a first visit of so many likes and so many rounds after it."""

    seed: int
    kills: int = 50
    likes: int = 3000
    rounds: int = 4
    # The part of the kills that the first visit gets.
    first: float = 0.5

    @property
    def window(self) -> int:
        """So many does the service show: more than ever come between two visits."""
        return max(self.likes, 300)

    @property
    def has_s3(self) -> bool:
        """Every third storm has its pictures in S3 storage, the others on the disk."""
        return self.seed % 3 == 0

    def upset(self, instagram: Simulator, dice: random.Random) -> int:
        """Order one answer in twenty to be spoilt; how many that are."""
        pages = ceil(self.likes / PAGE) + 8 * self.rounds
        media = round(self.likes * 1.4)
        orders = [("liked", kind, pages) for kind in dice.choices(PAGES, k=pages // 20)]
        orders += [("media", kind, media) for kind in dice.choices(MEDIA, k=media // 20)]
        for match, kind, among in orders:
            instagram.fail(kind, match=match, skip=dice.randrange(among))
        return len(orders)
