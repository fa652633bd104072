"""Pictures and videos: what is wanted of a like, and the verified bytes."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import User
from archive.models.like import Like


class Blob(models.Model):
    """Verified bytes in object storage, named by their SHA-256.

    The only thing that people share, and none can tell.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    size_bytes = models.BigIntegerField()
    content_type = models.CharField(max_length=40)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    duration = models.FloatField(null=True, blank=True)
    colour = models.CharField(max_length=7, blank=True)
    # Widths of the previews that exist; null until they were made.
    previews = models.JSONField(null=True, blank=True)
    stored_at = models.DateTimeField(db_default=Now())
    # Nobody referred to it when the sweep looked; removed when that is still so a day later.
    unreferenced_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["stored_at"],
                name="blob_without_previews",
                condition=Q(previews__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def key(self) -> str:
        """Where its bytes are."""
        return f"blobs/{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}"

    def preview_key(self, width: int) -> str:
        """Where its preview of `width` pixels is."""
        return f"previews/{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}-{width}.webp"


class MediaItemQuerySet(models.QuerySet["MediaItem"]):
    """Words for sets of media."""

    def of(self, user: User) -> MediaItemQuerySet:
        """What belongs to `user`."""
        return self.filter(user=user)

    def wanted(self) -> MediaItemQuerySet:
        """What is not here yet, and may still come."""
        return self.filter(state=MediaItem.State.WANTED)


class MediaItem(models.Model):
    """A picture or video of a like, in carousel order, from wanted to stored."""

    class Kind(models.TextChoices):
        IMAGE = "image", "picture"
        VIDEO = "video", "video"

    class State(models.TextChoices):
        WANTED = "wanted", "on its way"
        STORED = "stored", "kept"
        GONE = "gone", "gone upstream"
        REFUSED = "refused", "refused"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    like = models.ForeignKey(Like, on_delete=models.CASCADE, related_name="media")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    position = models.PositiveSmallIntegerField()
    source_url = models.TextField()
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    alt = models.TextField(blank=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WANTED)
    blob = models.ForeignKey(
        Blob, null=True, blank=True, on_delete=models.PROTECT, related_name="media"
    )
    claim = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    deaths = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=40, blank=True)
    # The address answered 404 or 410 for the first time then; twice, a day apart, is gone.
    gone_at = models.DateTimeField(null=True, blank=True)
    # The hash of what was refused last: the same bytes three times do not change any more.
    refused_sha256 = models.CharField(max_length=64, blank=True)
    refused_times = models.PositiveSmallIntegerField(default=0)
    # A smaller rendition: the original could not be had.
    is_copy = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    objects = MediaItemQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["like", "position", "kind"], name="one_medium_per_like_position_and_kind"
            ),
            models.CheckConstraint(
                name="stored_means_there_are_bytes",
                condition=Q(state="stored", blob__isnull=False)
                | (~Q(state="stored") & Q(blob__isnull=True)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "id"], name="media_wanted", condition=Q(state="wanted")),
            models.Index(fields=["id"], name="media_due", condition=Q(state="wanted")),
            # Every page asks whether there are any.
            models.Index(
                fields=["user"],
                name="media_turned_away",
                condition=Q(state="wanted", trouble="storage"),
            ),
        ]
        verbose_name = "medium"
        verbose_name_plural = "media"

    def __str__(self) -> str:
        return f"{self.kind} {self.position} of like {self.like_id}"
