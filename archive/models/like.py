"""One person's own copy of a post they liked."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, TypeAlias

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import ExpressionWrapper, Q
from django.db.models.fields.tuple_lookups import (  # type: ignore[import-untyped]  # no stubs
    Tuple,
    TupleGreaterThan,
    TupleGreaterThanOrEqual,
    TupleLessThan,
)
from django.db.models.functions import Cast, Now

from accounts.models import User

WALL_ORDER = ("-liked_at", "-rank", "-id")
UPWARDS = ("liked_at", "rank", "id")
# The place of a like on the wall: what UPWARDS names.
Key: TypeAlias = tuple[datetime, int, int]


class LikeQuerySet(models.QuerySet["Like"]):
    """Words for sets of likes."""

    def of(self, user: User) -> LikeQuerySet:
        """What belongs to `user`."""
        # A bare number is an `integer` for PostgreSQL, and the index of words only reads a person
        # who is told as what the column is: without this it goes through everybody's words.
        return self.filter(user=Cast(models.Value(user.pk), models.BigIntegerField()))

    def on_wall(self) -> LikeQuerySet:
        """What a liked feed brought."""
        # Not by `on_wall`: an index that is partial on the column below is found by this alone.
        return self.filter(wall_feed__isnull=False)

    def by(self, provider: str, author_id: str) -> LikeQuerySet:
        """Posts of one author, who is told by the id that the service has for them."""
        return self.filter(provider=provider, author_id=author_id)

    def newest_first(self) -> LikeQuerySet:
        """The wall's order."""
        return self.order_by(*WALL_ORDER)

    def oldest_first(self) -> LikeQuerySet:
        """The wall's order from below."""
        return self.order_by(*UPWARDS)

    # Rows are compared as a whole, in the form that the wall's index reads: of a million likes
    # at one moment it reads none that are not asked for.

    def over(self, key: Key) -> LikeQuerySet:
        """What hangs over a place."""
        return self.filter(TupleGreaterThan(_key(), key))

    def down_to(self, key: Key) -> LikeQuerySet:
        """What hangs over a place or at it."""
        return self.filter(TupleGreaterThanOrEqual(_key(), key))

    def under(self, key: Key) -> LikeQuerySet:
        """What hangs under a place."""
        return self.filter(TupleLessThan(_key(), key))


class Like(models.Model):
    """A post as one person was shown it; nothing of it is shared with anybody.

    `liked_at` is the sort key and the best estimate; `liked_after` and `liked_before` are
    what is known for sure. `said_at` is the newest time that a liked feed's service gave by
    itself. `wall_feed` and `rank` say which liked feed placed it, and where. `hearsay` names
    the texts that only files told of, each with the moment that its file was made.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="likes"
    )
    provider = models.CharField(max_length=30)
    post_id = models.CharField(max_length=255)
    author_id = models.CharField(max_length=255, blank=True)
    author = models.CharField(max_length=255, blank=True)
    author_name = models.CharField(max_length=255, blank=True)
    caption = models.TextField(blank=True)
    link = models.TextField(blank=True)
    place = models.CharField(max_length=255, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    hashtags = ArrayField(models.CharField(max_length=255), default=list, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)
    # Link cards and quoted posts: kind, title, text, link.
    attached = models.JSONField(default=list, blank=True)
    hearsay = models.JSONField(default=dict, blank=True, editable=False)
    # Every name that files gave its author: people change theirs, old files do not.
    heard_names = ArrayField(models.CharField(max_length=255), default=list, blank=True)
    # The list does not say which post it was, only whose.
    is_vague = models.BooleanField(default=False)
    # When its service was first found not to have it any more.
    gone_at = models.DateTimeField(null=True, blank=True)
    said_at = models.DateTimeField(null=True, blank=True)
    liked_at = models.DateTimeField()
    liked_after = models.DateTimeField(null=True, blank=True)
    liked_before = models.DateTimeField(null=True, blank=True)
    # False until a visit that completed has settled when it was liked.
    is_settled = models.BooleanField(default=False)
    is_exact = models.BooleanField(default=False)
    wall_feed = models.ForeignKey(
        "archive.Feed", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    rank = models.BigIntegerField(default=0)
    on_wall = models.GeneratedField(
        expression=ExpressionWrapper(Q(wall_feed__isnull=False), models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    kept_at = models.DateTimeField(db_default=Now())
    # The person's own star; nothing that a service or a file says ever touches it.
    is_favourite = models.BooleanField(default=False, db_default=False)
    document = SearchVectorField(default="", editable=False)

    objects = LikeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "provider", "post_id"], name="one_like_per_person_and_post"
            ),
            models.CheckConstraint(
                name="a_like_was_made_after_before_it_was_seen",
                condition=Q(liked_after__isnull=True)
                | Q(liked_before__isnull=True)
                | Q(liked_after__lte=models.F("liked_before")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["user", "-liked_at", "-rank", "-id"],
                name="like_wall",
                condition=Q(wall_feed__isnull=False),
            ),
            models.Index(
                fields=["user", "provider", "author_id", "-liked_at", "-rank", "-id"],
                name="like_of_author",
                condition=Q(wall_feed__isnull=False),
            ),
            models.Index(
                fields=["user", "posted_at"],
                name="like_posted",
                condition=Q(wall_feed__isnull=False),
            ),
            models.Index(
                fields=["wall_feed", "rank"],
                name="like_unsettled",
                condition=Q(is_settled=False),
            ),
            GinIndex(
                fields=["user", "document"], name="like_words", condition=Q(wall_feed__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"like {self.pk}"

    @property
    def key(self) -> Key:
        """Where it hangs on the wall."""
        return self.liked_at, self.rank, self.pk

    @property
    def month(self) -> datetime:
        """The first moment of the month it hangs under."""
        return self.liked_at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _key() -> Tuple:
    """The place of each like, as columns."""
    return Tuple(*map(models.F, UPWARDS))


class MonthCount(models.Model):
    """How many likes of a person hang under a month of the wall: kept with every page."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    month = models.DateField()
    likes = models.IntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "month"], name="one_count_per_person_and_month")
        ]

    def __str__(self) -> str:
        return f"{self.likes} likes in {self.month:%Y-%m}"
