"""Pictures that are on their way to a person, by source, and whether there is room for them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from accounts.models import User
from archive.models import MediaItem
from harvester import mishaps, words


@dataclass(frozen=True, slots=True)
class Awaited:
    """How many are on their way, and how many of them came and could not be put away."""

    pictures: int = 0
    turned_away: int = 0

    @property
    def words(self) -> str:
        """412 pictures; "" where all have come."""
        return words.pictures(self.pictures) if self.pictures else ""

    @property
    def trouble(self) -> str:
        """What is said while the storage takes nothing."""
        return words.no_room() if self.turned_away else ""


def of(user: User) -> dict[int, Awaited]:
    """By connection; one query, over what is wanted and nothing else."""
    wanted = MediaItem.objects.of(user).wanted().order_by()
    counted = wanted.values_list("like__wall_feed__connection").annotate(
        pictures=Count("pk"), turned_away=Count("pk", filter=Q(trouble=mishaps.STORAGE))
    )
    return {connection: Awaited(*counts) for connection, *counts in counted}
