"""When a feed is visited, and the visits themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Connection, User
from archive.models import Feed
from harvester.imports.models import Import, ImportRow

__all__ = ["Chore", "Crawl", "Halt", "Import", "ImportRow", "Schedule"]


class Schedule(models.Model):
    """When a feed is visited next, and why."""

    # Also its key: each index is written whenever the next visit moves.
    feed = models.OneToOneField(
        Feed, on_delete=models.CASCADE, related_name="schedule", primary_key=True
    )
    next_visit_at = models.DateTimeField(db_default=Now(), db_index=True)
    reason = models.CharField(max_length=200, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    last_visit_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    # When the next loss could happen, by the worst of this person's paces, counted from the last
    # success; null: its service shows everything.
    loses_at = models.DateTimeField(null=True, blank=True)
    # The most likes between two visits, and what is known of this person's pace: harvester/pace.py.
    most_found = models.PositiveIntegerField(default=0)
    pace = models.JSONField(default=dict, blank=True)
    # Since when we know this person's pace.
    watched_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            # The nearest loss first: for the desk, and among what is due when much is.
            models.Index(fields=["loses_at", "next_visit_at"], name="schedule_at_risk")
        ]

    def __str__(self) -> str:
        return f"schedule of {self.feed}"


class Halt(models.Model):
    """A service told us that it has retired an endpoint: nobody's feed of that kind is visited.

    POSTS is no kind of feed: nobody asks for single posts.
    """

    POSTS = "post"

    provider = models.CharField(max_length=30)
    instance = models.CharField(max_length=253, blank=True, default="")
    kind = models.CharField(max_length=60)
    words = models.CharField(max_length=500, blank=True)
    since = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["provider", "instance", "kind"], name="one_halt_per_endpoint"
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.kind} since {self.since:%Y-%m-%d}"


def halts(connection: str, kind: str) -> models.QuerySet[Halt]:
    """The halt of an outer row, by the paths to its connection and to the kind of its feed."""
    return Halt.objects.filter(
        provider=models.OuterRef(f"{connection}__provider"),
        instance=models.OuterRef(f"{connection}__instance"),
        kind=models.OuterRef(kind),
    )


class ChoreQuerySet(models.QuerySet["Chore"]):
    """Words for what the house does every so often."""

    def due(self, name: str) -> ChoreQuerySet:
        """The chore of that name, when its time has come."""
        return self.filter(name=name, next_at__lte=Now())

    def claim(self, name: str, every: timedelta) -> bool:
        """Take a due chore; of several who try, one does it."""
        return bool(self.due(name).update(next_at=Now() + every))

    def begin(self, name: str, patience: timedelta) -> bool:
        """Take a chore that only one does at a time; False while somebody is at it."""
        self.get_or_create(name=name)
        return self.claim(name, patience)


class Chore(models.Model):
    """Something the house does every so often, whoever is there to do it."""

    name = models.CharField(max_length=30, primary_key=True)
    next_at = models.DateTimeField(db_default=Now())

    objects = ChoreQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name}, next {self.next_at:%Y-%m-%d %H:%M}"


class CrawlQuerySet(models.QuerySet["Crawl"]):
    """Words for sets of visits."""

    def of(self, user: User) -> CrawlQuerySet:
        """What belongs to `user`."""
        return self.filter(feed__user=user)

    def live(self) -> CrawlQuerySet:
        """Not over yet."""
        return self.filter(state__in=Crawl.LIVE)

    def free(self) -> CrawlQuerySet:
        """Live, and held by nobody: never taken, waiting, or its worker is dead."""
        return self.live().filter(Q(leased_until=None) | Q(leased_until__lt=Now()))

    def allowed(self) -> CrawlQuerySet:
        """Whose feed may be visited now: person, connection, pause and service all agree."""
        connections = Connection.objects.usable().filter(
            Q(not_before=None) | Q(not_before__lte=Now())
        )
        return self.filter(
            ~models.Exists(halts("feed__connection", "feed__kind")),
            feed__connection__in=connections,
            feed__schedule__paused_at=None,
        )

    def due(self) -> CrawlQuerySet:
        """What a worker should take up now."""
        return self.free().allowed().filter(Q(not_before=None) | Q(not_before__lte=Now()))


class Crawl(models.Model):
    """One walk through a feed, newest to oldest: a "visit" on screen.

    Whoever holds `lease` may write, until `leased_until`; every write asks for it again.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "about to start"
        RUNNING = "running", "running"
        WAITING = "waiting", "waiting"
        DONE = "done", "complete"
        FAILED = "failed", "ended early"
        STOPPED = "stopped", "stopped"

    LIVE = (State.QUEUED, State.RUNNING, State.WAITING)
    SUSPECT = 3
    # As of when the row was locked: whether its list was closed for everybody, and whether likes of
    # it wait for their time.
    is_halted = is_unsettled = False

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="crawls")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.QUEUED)
    asked = models.BooleanField(default=False)
    whole = models.BooleanField(default=False)
    opened_at = models.DateTimeField(db_default=Now())
    # When the first page was read; null before.
    began_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    lease = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True)
    # When the newest of its pages was kept.
    moved_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    # Workers that died with it and had not stored a page; after SUSPECT it is walked alone.
    deaths = models.PositiveIntegerField(default=0)

    cursor = models.TextField(null=True, blank=True)  # noqa: DJ001  # null: the first page
    cursors_seen = models.JSONField(default=list, blank=True)
    # Pages in a row that held nothing this visit had not met.
    idle_pages = models.PositiveIntegerField(default=0)
    restarts = models.PositiveIntegerField(default=0)
    # The rank of the last entry placed; null before the first.
    floor = models.BigIntegerField(null=True, blank=True)
    ceiling = models.BigIntegerField()
    # The list came to its end: now it looks at the top again, for what came meanwhile.
    looks_back = models.BooleanField(default=False)

    pages = models.PositiveIntegerField(default=0)
    new_entries = models.PositiveIntegerField(default=0)
    known_entries = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    # Of this pass: its largest page, pages that another one followed, and how many places of
    # theirs stayed empty. Whatever a service leaves out still takes its place in the window.
    page_size = models.PositiveIntegerField(default=0, db_default=0)
    followed_pages = models.PositiveIntegerField(default=0, db_default=0)
    left_out = models.PositiveIntegerField(default=0, db_default=0)
    # Pictures and videos that its new likes asked for.
    wanted = models.PositiveIntegerField(default=0)
    unknown_keys = models.JSONField(default=dict, blank=True)
    # Gaps that it left, and that it healed.
    gaps = models.PositiveIntegerField(default=0)
    healed = models.PositiveIntegerField(default=0)

    objects = CrawlQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            # Its index is also the way to all that are live: they are few.
            models.UniqueConstraint(
                fields=["feed"],
                name="one_live_crawl_per_feed",
                condition=Q(state__in=["queued", "running", "waiting"]),
            ),
            models.UniqueConstraint(fields=["feed", "number"], name="one_number_per_crawl"),
            models.CheckConstraint(
                name="a_crawl_that_is_over_says_when",
                condition=Q(state__in=["queued", "running", "waiting"], finished_at__isnull=True)
                | Q(state__in=["done", "failed", "stopped"], finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_lease_has_an_end",
                condition=Q(lease__isnull=True, leased_until__isnull=True)
                | Q(lease__isnull=False, leased_until__isnull=False),
            ),
        ]
        verbose_name = "visit"

    def __str__(self) -> str:
        return f"visit {self.number} of {self.feed}"

    @property
    def is_live(self) -> bool:
        """Whether it is not over yet."""
        return self.state in self.LIVE
