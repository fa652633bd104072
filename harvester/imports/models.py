"""A file that is being imported, and what became of each of its rows."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from archive.imports import Outcome
from archive.models import Like

LIVE = ["queued", "running"]


class ImportQuerySet(models.QuerySet["Import"]):
    """Words for sets of imports."""

    def of(self, user: User) -> ImportQuerySet:
        """What belongs to `user`."""
        return self.filter(user=user)

    def live(self) -> ImportQuerySet:
        """Not over yet."""
        return self.filter(state__in=LIVE)

    def free(self) -> ImportQuerySet:
        """Live, and held by nobody: never taken, waiting, or its worker is dead."""
        return self.live().filter(Q(leased_until=None) | Q(leased_until__lt=Now()))

    def due(self) -> ImportQuerySet:
        """What a worker should take up now: one of a person at a time."""
        others = Import.objects.live().filter(user=OuterRef("user"), leased_until__gte=Now())
        ready = Q(not_before=None) | Q(not_before__lte=Now())
        return self.free().filter(ready, ~Exists(others), user__is_active=True)

    def first_in_line(self) -> ImportQuerySet:
        """The oldest of each person that is due."""
        older = Import.objects.due().filter(user=OuterRef("user"), pk__lt=OuterRef("pk"))
        return self.due().filter(~Exists(older))


class Import(models.Model):
    """A person's file on its way into their archive.

    `key` names the upload in storage; "" when it is gone, or was never ours to keep. Whoever
    holds `lease` may write, until `leased_until`. `done` rows are kept, in the file's order:
    whoever takes it up after a death goes on behind them.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("about to start")
        RUNNING = "running", _("running")
        DONE = "done", _("complete")
        FAILED = "failed", _("not imported")

    class Kind(models.TextChoices):
        EXPORT = "export", "an export"
        FOLDER = "folder", "pictures"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="imports"
    )
    provider = models.CharField(max_length=30, blank=True)
    # What its person calls it.
    name = models.CharField(max_length=255)
    key = models.CharField(max_length=60, blank=True)
    size_bytes = models.BigIntegerField(default=0)
    # Told by its content: "" until somebody has looked.
    kind = models.CharField(max_length=6, choices=Kind.choices, blank=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.QUEUED)
    # The one sentence for its person when it failed; and what to do better next time.
    words = models.CharField(max_length=500, blank=True)
    advice = models.CharField(max_length=600, blank=True)
    # Whose the file seems to be.
    account = models.CharField(max_length=255, blank=True)
    trouble = models.CharField(max_length=40, blank=True)

    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    here = models.PositiveIntegerField(default=0)
    improved = models.PositiveIntegerField(default=0)
    unresolved = models.PositiveIntegerField(default=0)

    lease = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    # Workers that died with it and had not kept a row.
    deaths = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    began_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key"], name="one_import_per_upload", condition=~Q(key="")
            ),
            models.CheckConstraint(
                name="an_import_that_is_over_says_when",
                condition=Q(state__in=LIVE, finished_at__isnull=True)
                | Q(state__in=["done", "failed"], finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="an_import_that_failed_says_why",
                condition=~Q(state="failed") | ~Q(words=""),
            ),
            models.CheckConstraint(
                name="a_lease_of_an_import_has_an_end",
                condition=Q(lease__isnull=True, leased_until__isnull=True)
                | Q(lease__isnull=False, leased_until__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(F("created_at"), name="import_live", condition=Q(state__in=LIVE)),
            models.Index(fields=["user", "-id"], name="import_log"),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"

    @property
    def is_live(self) -> bool:
        """Whether it is not over yet."""
        return self.state in LIVE


class ImportRow(models.Model):
    """What became of one row of a file. `number` is its place among all rows, from 1."""

    class Kind(models.TextChoices):
        NEW = Outcome.NEW.value, "new"
        HERE = Outcome.HERE.value, "already here"
        IMPROVED = Outcome.IMPROVED.value, "improved"
        UNRESOLVED = Outcome.UNRESOLVED.value, "cannot be resolved"

    file = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Kind.choices)
    # The list it stands in, and the name of one where a person has many of that kind.
    feed = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=255, blank=True)
    # What its person recognises it by, and why nothing came of it.
    label = models.CharField(max_length=255, blank=True)
    reason = models.CharField(max_length=255, blank=True)
    like = models.ForeignKey(
        Like, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "number"], name="one_row_per_import_and_number")
        ]
        indexes: ClassVar = [
            models.Index(fields=["file", "outcome", "number"], name="import_rows_shown")
        ]

    def __str__(self) -> str:
        return f"row {self.number} of import {self.file_id}"
