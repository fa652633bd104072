"""A stretch of a feed's order of which we cannot prove that we have everything."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import User
from archive.models.feed import Feed


class GapQuerySet(models.QuerySet["Gap"]):
    """Words for sets of gaps."""

    def of(self, user: User) -> GapQuerySet:
        """What belongs to `user`."""
        return self.filter(feed__user=user)

    def open(self) -> GapQuerySet:
        """What a visit can still finish."""
        return self.filter(state=Gap.State.OPEN)

    def standing(self) -> GapQuerySet:
        """Open or lost: whatever is not healed."""
        return self.exclude(state=Gap.State.HEALED)


class Gap(models.Model):
    """Between the entries at ranks `upper` and `lower` something may be missing.

    No entry stands between the two; `lower` is None where nothing that we have is older.
    What is missing was liked after `after` and before `before` (None: not known).
    """

    class State(models.TextChoices):
        # A visit was cut off here: a later one finishes it.
        OPEN = "open", "open"
        # The service showed no more before something known was met.
        LOST = "lost", "lost"
        HEALED = "healed", "healed"

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="gaps")
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    upper = models.BigIntegerField()
    lower = models.BigIntegerField(null=True, blank=True)
    after = models.DateTimeField(null=True, blank=True)
    before = models.DateTimeField(null=True, blank=True)
    # About so many likes, by this person's pace; null where that is anybody's guess.
    estimate = models.PositiveIntegerField(null=True, blank=True)
    opened_visit = models.PositiveIntegerField()
    opened_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    # The visit that healed it; null where a file did, or nobody.
    healed_visit = models.PositiveIntegerField(null=True, blank=True)

    objects = GapQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_gap_lies_under_its_upper_end",
                condition=Q(lower__isnull=True) | Q(upper__gt=F("lower")),
            ),
            models.CheckConstraint(
                name="a_gap_that_ended_says_when",
                condition=Q(state="open", ended_at__isnull=True)
                | Q(state__in=["lost", "healed"], ended_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["feed", "upper"],
                name="one_standing_gap_per_place",
                condition=Q(state__in=["open", "lost"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} gap of {self.feed}"
