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
from providers.service import Service

SHOWN = 24


@dataclass(frozen=True, slots=True)
class Arrival:
    """What has come so far. `over`: nothing more will change by itself."""

    state: str
    service: str
    account: str
    likes: int
    pictures: int
    wanted: int
    words: str
    tiles: list[Tile]
    over: bool
    reconnect: str


def of(user: User, feed: Feed) -> Arrival:
    """The arrival of one feed; six queries."""
    connection = feed.connection
    service = upstream.service(connection.provider)
    crawl = Crawl.objects.filter(feed=feed).order_by("-number").first()
    media = _media(user)
    state = _state(connection, crawl, feed, arriving=media["now"])
    newest = Like.objects.of(user).on_wall().newest_first().defer("document")[:SHOWN]
    return Arrival(
        state=state,
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
    )


def _media(user: User) -> dict[str, int]:
    """Pictures kept, on their way, and on their way without having to wait."""
    state = MediaItem.State
    return MediaItem.objects.of(user).aggregate(
        kept=Count("pk", filter=Q(state=state.STORED)),
        wanted=Count("pk", filter=Q(state=state.WANTED)),
        now=Count("pk", filter=Q(state=state.WANTED, attempts=0)),
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
    if state in {"pictures", "done"}:
        kind = service.kinds.get(feed.kind)
        window = kind.window if kind else None
        return words.first_visit(feed.entries_count, window, _oldest(user), service.title)
    return words.visit(crawl, service.title, needs_you=state == "needs")


def _oldest(user: User) -> datetime | None:
    """When the oldest post on the wall was made; when it was liked is not known so well."""
    oldest: datetime | None = Like.objects.of(user).on_wall().aggregate(at=Min("posted_at"))["at"]
    return oldest
