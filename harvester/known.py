"""All that the rows say about one source, before anything is said of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery

from accounts.models import Connection, User
from archive.models import Entry, Feed, Gap
from harvester import risk
from harvester.awaited import Awaited
from harvester.models import Crawl, Schedule
from harvester.proof import Oldest
from harvester.states import Facts
from providers.service import Service


@dataclass(frozen=True, slots=True)
class Known:
    """All that the rows say about one connection."""

    connection: Connection
    provider: Service
    facts: Facts
    flaw: str
    feeds: list[Feed]
    gaps: list[Gap]
    crawls: list[Crawl]
    awaited: Awaited

    @property
    def schedules(self) -> list[Schedule]:
        """Of its lists that are visited."""
        return [feed.schedule for feed in self.feeds if hasattr(feed, "schedule")]

    @property
    def main(self) -> Feed | None:
        """The list that its coverage is about."""
        return next((feed for feed in self.feeds if hasattr(feed, "schedule")), None)

    @property
    def shown(self) -> tuple[int, int]:
        """How many likes its service showed of the main list, and shows at the most; or 0."""
        main = self.main
        return (main.shown_most, risk.window(main) or 0) if main else (0, 0)


def feeds_of(user: User) -> dict[int, list[Any]]:
    """The lists of a person by source, each with the moment of its oldest like."""
    found: dict[int, list[Any]] = defaultdict(list)
    lowest = Entry.objects.filter(feed=OuterRef("pk")).order_by("rank")
    feeds = (
        Feed.objects.of(user)
        .select_related("schedule", "connection")
        .annotate(
            oldest=Subquery(lowest.values("like__liked_at")[:1]),
            oldest_is_exact=Subquery(lowest.values("like__is_exact")[:1]),
        )
    )
    for feed in feeds.defer("connection__grant").order_by("-on_wall", "pk"):
        found[feed.connection_id].append(feed)
    return found


def oldest_of(feed: Any) -> Oldest | None:
    """The oldest like of a list, as it was annotated."""
    return Oldest(feed.oldest, feed.oldest_is_exact) if feed.oldest else None
