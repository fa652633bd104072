"""An upstream list, the places of likes in it, and what of it could not be read."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Connection, User

# A visit counts its entries down through a block of ranks above all earlier ones.
BLOCK = 2**40
STRIDE = 2**16


class FeedQuerySet(models.QuerySet["Feed"]):
    """Words for sets of feeds."""

    def of(self, user: User) -> FeedQuerySet:
        """What belongs to `user`."""
        return self.filter(user=user)


class Feed(models.Model):
    """One upstream paged list kept for a connection, and how much of it is proven.

    Every entry between `covered_bottom` and `covered_top` (ranks) was walked without a hole
    by visits that completed. What lies above is unproven until a visit meets the stretch.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="feeds"
    )
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="feeds")
    kind = models.CharField(max_length=60)
    # Of lists that a person has many of, and names: "Recipes".
    title = models.CharField(max_length=255, blank=True, default="")
    on_wall = models.BooleanField(default=False)
    entries_count = models.BigIntegerField(default=0)
    # The number of the newest visit that wrote here.
    visits = models.PositiveIntegerField(default=0)
    covered_top = models.BigIntegerField(null=True, blank=True)
    covered_bottom = models.BigIntegerField(null=True, blank=True)
    # How many items a listing that came to its end has shown at the most, and the window that
    # this gave away where it is smaller than its service declares.
    shown_most = models.PositiveIntegerField(default=0)
    window = models.PositiveIntegerField(null=True, blank=True)
    # So many entries were suddenly not shown any more: held for a human. null: nothing is held.
    held_at = models.DateTimeField(null=True, blank=True)
    held_entries = models.PositiveIntegerField(default=0)
    # Somebody said that this is right: the next visit may believe it.
    held_accepted_at = models.DateTimeField(null=True, blank=True)
    # When the newest complete visit read its first page: later likes cannot be older than this.
    completed_at = models.DateTimeField(null=True, blank=True)
    walked_whole_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = FeedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection", "kind"], name="one_feed_per_connection_and_kind"
            ),
            models.CheckConstraint(
                name="a_covered_stretch_has_two_ends",
                condition=Q(covered_top__isnull=True, covered_bottom__isnull=True)
                | Q(covered_top__gte=F("covered_bottom")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} feed {self.pk}"


class EntryQuerySet(models.QuerySet["Entry"]):
    """Words for sets of entries."""

    def of(self, user: User) -> EntryQuerySet:
        """What belongs to `user`."""
        return self.filter(feed__user=user)

    def in_upstream_order(self) -> EntryQuerySet:
        """Newest first, as the service lists them."""
        return self.order_by("-rank")


class Entry(models.Model):
    """A like's place in one feed, and the evidence of when it got there.

    `placed_at` is when we first saw it at this place, `after` the opening of the complete
    visit before that, if this place is above everything that visit saw; `liked_at` is the
    service's own word where it has one.
    """

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="entries")
    like = models.ForeignKey("archive.Like", on_delete=models.CASCADE, related_name="entries")
    rank = models.BigIntegerField()
    placed_at = models.DateTimeField()
    after = models.DateTimeField(null=True, blank=True)
    liked_at = models.DateTimeField(null=True, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    # The visit that put it at this place, and the newest one that saw it.
    placed_visit = models.PositiveIntegerField()
    last_visit = models.PositiveIntegerField()
    # When a complete visit passed its place without seeing it; twice makes it missing.
    unseen_at = models.DateTimeField(null=True, blank=True)
    unseen_visit = models.PositiveIntegerField(null=True, blank=True)
    missing_since = models.DateTimeField(null=True, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["feed", "like"], name="one_entry_per_feed_and_like"),
            # Checked at the end of a statement, so that a stretch can be respread in one.
            models.UniqueConstraint(
                fields=["feed", "rank"],
                name="one_entry_per_feed_and_rank",
                deferrable=models.Deferrable.IMMEDIATE,
            ),
        ]
        indexes: ClassVar = [
            # Which want a second look: few, and asked for whenever a visit is opened.
            models.Index(
                fields=["feed"],
                name="entry_unseen",
                condition=Q(unseen_at__isnull=False, missing_since__isnull=True),
            ),
        ]
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"entry {self.pk} of feed {self.feed_id}"


class Quarantined(models.Model):
    """An item of a page that could not be read: why, and its shape, never its content."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="quarantined")
    fingerprint = models.CharField(max_length=64)
    post_id = models.CharField(max_length=255, blank=True)
    reason = models.CharField(max_length=500)
    shape = models.TextField(blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["feed", "fingerprint"], name="one_quarantine_per_feed_and_item"
            )
        ]
        verbose_name = "quarantined item"

    def __str__(self) -> str:
        return f"{self.post_id or 'an item'}: {self.reason}"
