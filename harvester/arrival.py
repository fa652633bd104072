"""The first visit as a person watches it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q
from django.urls import reverse

from accounts import upstream
from accounts.models import Connection, User
from archive import tiles
from archive.models import Feed, Like, MediaItem
from archive.tiles import Tile
from harvester import words
from harvester.models import Crawl
from harvester.sources import IMPORTS
from providers.service import Service

SHOWN = 24
# The visit is over, whatever becomes of the pictures.
SETTLED = {"pictures", "done"}


@dataclass(frozen=True, slots=True)
class Arrival:
    """What has come so far. `over`: nothing more will change by itself.

    `everything`: the service shows all likes, however many there are. `older`: where an export
    with those is brought that it does not show any more.
    """

    state: str
    key: str
    service: str
    account: str
    likes: int
    pictures: int
    wanted: int
    words: str
    tiles: list[Tile]
    over: bool
    reconnect: str
    everything: bool
    older: str


def of(user: User, feed: Feed) -> Arrival:
    """The arrival of one feed; six queries."""
    connection = feed.connection
    service = upstream.service(connection.provider)
    crawl = Crawl.objects.filter(feed=feed).order_by("-number").first()
    media = _media(feed)
    state = _state(connection, crawl, feed, arriving=media["now"])
    mine = Like.objects.of(user).on_wall().filter(entries__feed=feed)
    newest = mine.newest_first().defer("document")[:SHOWN]
    return Arrival(
        state=state,
        key=service.key,
        service=service.title,
        account=connection.username,
        likes=feed.entries_count,
        pictures=media["kept"],
        wanted=media["wanted"],
        words=_words(state, user, feed, crawl, service),
        tiles=tiles.hang(list(newest)),
        over=state in {"needs", "stopped", "done"},
        reconnect=reverse("accounts:provider", args=[connection.provider])
        if state == "needs"
        else "",
        everything=_window(feed, service) is None,
        older=reverse(IMPORTS) if state in SETTLED and _is_full(feed, service) else "",
    )


def _media(feed: Feed) -> dict[str, int]:
    """Pictures of its likes: kept, on their way, and on their way without having to wait."""
    state = MediaItem.State
    return (
        MediaItem.objects.of(feed.user)
        .filter(like__entries__feed=feed)
        .aggregate(
            kept=Count("pk", filter=Q(state=state.STORED)),
            wanted=Count("pk", filter=Q(state=state.WANTED)),
            now=Count("pk", filter=Q(state=state.WANTED, attempts=0)),
        )
    )


def _state(connection: Connection, crawl: Crawl | None, feed: Feed, *, arriving: int) -> str:
    """waiting, running, pictures (all likes are here), done; slow, needs, stopped."""
    if connection.state == Connection.State.NEEDS_YOU:
        return "needs"
    if feed.completed_at is not None or (crawl and crawl.state == Crawl.State.DONE):
        return "pictures" if arriving else "done"
    if crawl is None or crawl.state == Crawl.State.QUEUED:
        return "waiting"
    if crawl.state == Crawl.State.RUNNING:
        return "running"
    return "slow" if crawl.state == Crawl.State.WAITING else "stopped"


def _words(state: str, user: User, feed: Feed, crawl: Crawl | None, service: Service) -> str:
    if crawl is None or state in {"waiting", "running"}:
        return ""
    if state in SETTLED:
        window, exports = _window(feed, service), service.exports is not None
        oldest = _oldest(user, feed)
        return words.first_visit(feed.entries_count, window, oldest, service.title, exports=exports)
    return words.visit(crawl, service.title, needs_you=state == "needs")


def _window(feed: Feed, service: Service) -> int | None:
    kind = service.kinds.get(feed.kind)
    return kind.window if kind else None


def _is_full(feed: Feed, service: Service) -> bool:
    """Whether the service showed as much as it ever shows, and an export would show more."""
    window = _window(feed, service)
    return service.exports is not None and window is not None and feed.entries_count >= window


def _oldest(user: User, feed: Feed) -> datetime | None:
    """When the oldest post that this feed hung was made; its like is not known so well."""
    mine = Like.objects.of(user).filter(wall_feed=feed)
    oldest: datetime | None = mine.aggregate(at=Min("posted_at"))["at"]
    return oldest
