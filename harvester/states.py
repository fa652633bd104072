"""The state of a source: one row of facts a list, for the bar, the alarm and the card alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Connection, User
from archive.models import Feed, Gap
from harvester import risk, words
from harvester.models import Crawl, Halt

# A visit that has not moved for so long says so.
STUCK = timedelta(minutes=10)
WORDS = {
    "needs": _("Needs you"),
    "held": _("Needs your answer"),
    "late": _("Overdue"),
    "failed": _("Last visit ended early"),
    "stuck": _("Stuck"),
    "behind": _("Not complete yet"),
    "waiting": _("Waiting"),
    "catching": _("Catching up"),
    "busy": _("Checking now"),
    "new": _("About to start"),
    "paused": _("Paused by you"),
    "closed": _("Service gone"),
    "gone": _("Not connected"),
    "ok": _("Up to date"),
    "file": _("From a file"),
}
# What the dot in the bar shows when there are several: the worst first.
WORST = tuple(WORDS)[:-1]
# Something is under way.
BUSY = frozenset({"busy", "catching", "stuck", "new"})
# It can change at any moment, so that whoever looks at it sees it soon.
MOVES = BUSY | {"waiting", "late"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides the state of one list; `feed` is None where nobody has made it yet.

    `moved_at`: when its live visit last did anything, or was going to. `ended` is what became
    of the newest visit that is over.
    """

    connection: int
    provider: str
    username: str
    account: str
    limited_until: datetime | None
    feed: int | None
    paused_at: datetime | None
    is_held: bool
    halted_since: datetime | None
    completed_at: datetime | None
    is_open: bool
    live: str
    moved_at: datetime | None
    ended: str
    next_visit_at: datetime | None
    last_success_at: datetime | None
    loses_at: datetime | None
    planned: float | None

    @property
    def key(self) -> str:
        """The state, as WORDS has it: the first that is true, so that "ok" is the last."""
        return self._withheld() or self._under_way() or self._unproven() or "ok"

    @property
    def is_late(self) -> bool:
        """Whether half of the time is over in which nothing can be lost: from the last success."""
        warns_at = risk.warning(self.loses_at, self.last_success_at, self.planned)
        return warns_at is not None and timezone.now() >= warns_at

    @property
    def is_overdue(self) -> bool:
        """Whether a visit was planned and nobody has begun it: no worker, or no beat."""
        if self.live or self.next_visit_at is None:
            return False
        return timezone.now() - self.next_visit_at > words.OVERDUE

    @property
    def is_limited(self) -> bool:
        """Whether the service wants the whole connection to wait."""
        return self.limited_until is not None and self.limited_until > timezone.now()

    def _withheld(self) -> str:
        """Why nobody visits it, if so."""
        if self.account == Connection.State.NEEDS_YOU:
            return "needs"
        if self.account == Connection.State.DISCONNECTED:
            return "gone"
        if self.halted_since:
            return "closed"
        return "paused" if self.paused_at else "held" if self.is_held else ""

    def _under_way(self) -> str:
        if not self.live:
            return ""
        if self.is_limited and self.live != Crawl.State.RUNNING:
            return "waiting"
        if self.moved_at and timezone.now() - self.moved_at > STUCK:
            return "stuck"
        if self.live == Crawl.State.WAITING:
            return "waiting"
        return "catching" if self.is_open or self.completed_at is None else "busy"

    def _unproven(self) -> str:
        """Why it cannot be said that we are up to date, though nothing is under way."""
        if self.ended in {Crawl.State.FAILED, Crawl.State.STOPPED}:
            return "failed"
        if self.completed_at is None:
            return "new"
        is_late = self.is_late or self.is_overdue
        return "late" if is_late else "behind" if self.is_open else ""


def of(user: User) -> list[Facts]:
    """The facts of all sources that are visited; one query."""
    connections = Connection.objects.of(user).exclude(standing=Connection.Standing.FILE)
    rows = _told(connections).order_by("connected_at", "pk", "-feeds__on_wall", "feeds__pk")
    return [Facts(*row) for row in rows.values_list(*_COLUMNS)]


def by_connection(facts: Iterable[Facts]) -> dict[int, list[Facts]]:
    """The same, by source."""
    found: dict[int, list[Facts]] = defaultdict(list)
    for fact in facts:
        found[fact.connection].append(fact)
    return found


def worst(facts: Iterable[Facts]) -> Facts | None:
    """Whichever speaks for all of them."""
    return min(facts, key=lambda fact: WORST.index(fact.key), default=None)


def summary(facts: Iterable[Facts]) -> dict[str, str] | None:
    """What the dot in the bar shows."""
    shown = worst(facts)
    return {"key": shown.key, "words": str(WORDS[shown.key])} if shown else None


_COLUMNS = (
    *("pk", "provider", "username", "state", "not_before", "feeds__pk"),
    *("feeds__schedule__paused_at", "is_held", "halted_since", "feeds__completed_at"),
    *("is_open", "live", "moved_at", "ended"),
    *("feeds__schedule__next_visit_at", "feeds__schedule__last_success_at"),
    "feeds__schedule__loses_at",
    f"feeds__schedule__pace__{risk.PLANNED}",
)


def _told(connections: QuerySet[Connection]) -> QuerySet[Connection]:
    crawls = Crawl.objects.filter(feed=OuterRef("feeds__pk"))
    live = crawls.filter(state__in=Crawl.LIVE)
    moved = Greatest("opened_at", "began_at", "moved_at", "not_before")
    over = crawls.exclude(state__in=Crawl.LIVE).order_by("-number")
    halted = Halt.objects.filter(
        provider=OuterRef("provider"), instance=OuterRef("instance"), kind=OuterRef("feeds__kind")
    )
    return connections.annotate(
        is_held=unanswered("feeds__"),
        halted_since=Subquery(halted.values("since")[:1]),
        is_open=Exists(Gap.objects.open().filter(feed=OuterRef("feeds__pk"))),
        live=Subquery(live.values("state")[:1]),
        moved_at=Subquery(live.values(at=moved)[:1]),
        ended=Subquery(over.values("state")[:1]),
    )


def moved_at(crawl: Crawl) -> datetime:
    """When a visit last did anything, or was going to."""
    moments = (crawl.opened_at, crawl.began_at, crawl.moved_at, crawl.not_before)
    return max(moment for moment in moments if moment)


def is_stuck(crawl: Crawl) -> bool:
    """Whether a visit that is under way has not moved for long."""
    return crawl.is_live and timezone.now() - moved_at(crawl) > STUCK


def is_held(feed: Feed) -> bool:
    """Whether a list is held, and nobody has answered yet."""
    held, answered = feed.held_at, feed.held_accepted_at
    return held is not None and (answered is None or answered < held)


def unanswered(feed: str = "") -> Q:
    """Held feeds about which nobody has answered yet; `feed` is the way to it."""
    answered = {f"{feed}held_accepted_at__gte": F(f"{feed}held_at")}
    return Q(**{f"{feed}held_at__isnull": False}) & ~Q(**answered)
