"""The state of a source: one row of facts a list, for the bar, the alarm and the card alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Connection, User
from archive.models import Feed
from harvester import proof, risk, words
from harvester.models import Crawl

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
# In the order of `Facts`. Every page asks it, and composing it anew would cost more than asking.
_FACTS = """
SELECT account.id, account.provider, account.username, account.state, account.not_before,
       feed.id, schedule.paused_at,
       feed.held_at IS NOT NULL AND (feed.held_accepted_at >= feed.held_at) IS NOT TRUE,
       halt.since, feed.completed_at,
       EXISTS (SELECT FROM archive_gap WHERE feed_id = feed.id AND state = 'open'),
       coalesce(live.state, ''), live.moved_at, coalesce(ended.state, ''),
       schedule.next_visit_at, schedule.last_success_at, schedule.loses_at,
       (schedule.pace ->> %(planned)s)::float8,
       (SELECT count(*) FROM archive_gap
         WHERE feed_id = feed.id AND lower IS NOT NULL AND state IN ('open', 'lost')),
       EXISTS (SELECT FROM archive_mediaitem medium JOIN archive_like ON archive_like.id = like_id
                WHERE medium.user_id = account.user_id AND medium.state = 'wanted'
                  AND medium.trouble = 'storage' AND archive_like.wall_feed_id = feed.id)
  FROM accounts_connection account
  LEFT JOIN archive_feed feed ON feed.connection_id = account.id
  LEFT JOIN harvester_schedule schedule ON schedule.feed_id = feed.id
  LEFT JOIN harvester_halt halt ON halt.provider = account.provider
                               AND halt.instance = account.instance AND halt.kind = feed.kind
  LEFT JOIN LATERAL (
    SELECT state, greatest(opened_at, began_at, moved_at, not_before) AS moved_at
      FROM harvester_crawl WHERE feed_id = feed.id AND state = ANY(%(live)s) LIMIT 1) live ON true
  LEFT JOIN LATERAL (
    SELECT state FROM harvester_crawl WHERE feed_id = feed.id AND state <> ALL(%(live)s)
     ORDER BY number DESC LIMIT 1) ended ON true
 WHERE account.user_id = %(user)s AND account.standing <> 'file'
 ORDER BY account.connected_at, account.id, feed.on_wall DESC, feed.id
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides the state of one list; `feed` is None where nobody has made it yet.

    `moved_at`: when its live visit last did anything, or was going to. `ended` is what became
    of the newest visit that is over. `holes`: gaps between what we have, whether or not a visit
    can still close them. `lacks_room`: the storage has refused pictures of it.
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
    holes: int
    lacks_room: bool

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
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, {"user": user.pk, "live": [*Crawl.LIVE], "planned": risk.PLANNED})
        return [Facts(*row) for row in cursor.fetchall()]


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
    """What the dot in the bar shows, and what is not well although we are up to date."""
    shown = worst(facts)
    if shown is None:
        return None
    return {"key": shown.key, "words": str(WORDS[shown.key]), "flaw": flaw(facts)}


def flaw(facts: Iterable[Facts]) -> str:
    """2 gaps; "" where all is well, or something worse is to be said first."""
    if not all(each.key == "ok" for each in facts):
        return ""
    if any(each.lacks_room for each in facts):
        return gettext("pictures wait for room")
    return proof.holes(sum(each.holes for each in facts))


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


def unanswered() -> Q:
    """Held feeds about which nobody has answered yet."""
    return Q(held_at__isnull=False) & ~Q(held_accepted_at__gte=F("held_at"))
