"""Who is here, and which of their accounts elsewhere they let us read."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person with an archive. `username` is what commands call them."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("automatic")
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    class Layout(models.TextChoices):
        WALL = "wall", "wall"
        LIST = "list", "list"

    theme = models.CharField(max_length=5, choices=Theme.choices, default=Theme.AUTO)
    layout = models.CharField(max_length=4, choices=Layout.choices, default=Layout.WALL)
    # Whether single letters and signs do something on pages.
    keys = models.BooleanField(default=True)
    # Where their days begin; UTC while nobody has said. Whoever changes it counts months anew.
    timezone = models.CharField("time zone", max_length=64, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            # Few are: who looks for them, or that somebody is not one, need not read people.
            models.Index(
                fields=["id"], name="person_inactive", condition=models.Q(is_active=False)
            ),
        ]
        verbose_name = "person"
        verbose_name_plural = "people"


class ConnectionQuerySet(models.QuerySet["Connection"]):
    """Words for sets of connections."""

    def of(self, user: User) -> ConnectionQuerySet:
        """What belongs to `user`."""
        return self.filter(user=user)

    def usable(self) -> ConnectionQuerySet:
        """Which can be read as far as we know, and whose person may be served."""
        read = self.exclude(standing=Connection.Standing.FILE)
        return read.filter(state=Connection.State.CONNECTED, user__is_active=True)


class Connection(models.Model):
    """One person's account at a service, with the sealed grant to read it.

    The upstream id says who it is; the username there may change at any time. What is public
    can be followed by anybody, and needs no grant; what came as a file is never visited.
    """

    class Standing(models.TextChoices):
        SIGNED_IN = "signed_in", "signed in"
        FOLLOWED = "followed", "followed"
        FILE = "file", "from files"

    class State(models.TextChoices):
        CONNECTED = "connected", "connected"
        NEEDS_YOU = "needs_you", "needs you"
        DISCONNECTED = "disconnected", "disconnected"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="connections"
    )
    provider = models.CharField(max_length=30)
    instance = models.CharField(max_length=253, blank=True, default="")
    upstream_id = models.CharField(max_length=255)
    username = models.CharField(max_length=255)
    full_name = models.CharField(max_length=255, blank=True, default="")
    standing = models.CharField(max_length=9, choices=Standing.choices, default=Standing.SIGNED_IN)
    state = models.CharField(max_length=12, choices=State.choices, default=State.CONNECTED)
    trouble = models.CharField(max_length=40, blank=True, default="")
    grant = models.TextField(blank=True, default="", editable=False)
    grant_expires_at = models.DateTimeField(null=True, blank=True)
    connected_at = models.DateTimeField(db_default=Now())
    # Politeness and rate limits hold for the whole connection, whoever asks with its token.
    next_call_at = models.DateTimeField(db_default=Now())
    not_before = models.DateTimeField(null=True, blank=True)
    # Requests by the minute of their turn, newest first; the first is of minute `calls_minute`.
    calls = ArrayField(models.PositiveIntegerField(), null=True, blank=True, editable=False)
    calls_minute = models.BigIntegerField(default=0, db_default=0, editable=False)
    # At how many of them the service means to stop us, by what its answers say; and until when.
    told = models.IntegerField(null=True, blank=True, editable=False)
    told_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            # Whoever has proven whose account it is; to follow it, nothing has to be proven.
            models.UniqueConstraint(
                fields=["provider", "instance", "upstream_id"],
                name="one_person_per_upstream_id",
                condition=models.Q(standing="signed_in"),
            ),
            models.UniqueConstraint(
                fields=["user", "provider", "instance", "upstream_id"],
                name="one_source_per_person_and_account",
            ),
            models.CheckConstraint(
                name="a_disconnected_grant_is_wiped",
                condition=~models.Q(state="disconnected") | models.Q(grant=""),
            ),
        ]

        indexes: ClassVar = [
            # Which must not be read: found out for many at once without reading connections.
            models.Index(
                fields=["id"],
                name="connection_unusable",
                condition=~models.Q(state="connected") | models.Q(standing="file"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} · @{self.username}"

    @property
    def is_usable(self) -> bool:
        """Whether we may ask its service for anything."""
        return self.state == self.State.CONNECTED and self.standing != self.Standing.FILE


class Host(models.Model):
    """A host that counts the requests of all who ask from here, and when it may be asked again."""

    name = models.CharField(max_length=300, primary_key=True)
    not_before = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class PendingSignIn(models.Model):
    """A person has left for a service's consent page; the row is the single use of its state."""

    LIFE = timedelta(minutes=10)

    state_hash = models.CharField(max_length=64, primary_key=True)
    browser_hash = models.CharField(max_length=64)
    provider = models.CharField(max_length=30)
    verifier = models.CharField(max_length=128)
    next_path = models.CharField(max_length=500, blank=True, default="")
    begun_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"sign-in with {self.provider} begun {self.begun_at:%Y-%m-%d %H:%M}"


class Invitation(models.Model):
    """A link that lets one more person in while SIGNUPS is `invite`."""

    code = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    used_by = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE
    )

    def __str__(self) -> str:
        return f"invitation of {self.created_at:%Y-%m-%d}"
