"""The first visit as a person watches it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q
from django.urls import reverse

from accounts import upstream
from accounts.models import Connection, User
from archive import tiles
from archive.models import Feed, Gap, Like, MediaItem
from archive.tiles import Tile
from harvester import mishaps, states, words
from harvester.models import Crawl
from harvester.sources import IMPORTS
from providers.service import Service

SHOWN = 24
# The visit is over, whatever becomes of the pictures; "partly": it did not read everything.
SETTLED = {"pictures", "done", "partly"}
ENDED = {Crawl.State.FAILED, Crawl.State.STOPPED}


@dataclass(frozen=True, slots=True)
class Arrival:
    """What has come so far. `over`: nothing more will change by itself.

    `everything`: the service shows all likes, however many there are. `older`: where an export
    with those is brought that it does not show any more. `no_room`: the storage takes no pictures.
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
    no_room: bool


def of(user: User, feed: Feed) -> Arrival:
    """The arrival of one feed; seven queries."""
    connection = feed.connection
    service = upstream.service(connection.provider)
    crawl = Crawl.objects.filter(feed=feed).order_by("-number").first()
    media, missing = _media(feed), _missing(feed)
    state = _state(connection, crawl, feed, arriving=media["now"])
    if state in SETTLED and missing & {"open", "held"}:
        state = "partly"
    no_room = state == "pictures" and media["turned_away"] > 0
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
        words=words.no_room() if no_room else _words(state, user, feed, crawl, service, missing),
        tiles=tiles.hang(list(newest)),
        # What is left open is no reason to look away while pictures still come.
        over=state in {"needs", "stopped", "done"} or (state == "partly" and not media["now"]),
        reconnect=reverse("accounts:provider", args=[connection.provider])
        if state == "needs"
        else "",
        everything=_window(feed, service) is None,
        older=reverse(IMPORTS) if state in SETTLED and _is_cut(feed, service, missing) else "",
        no_room=no_room,
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
            turned_away=Count("pk", filter=Q(state=state.WANTED, trouble=mishaps.STORAGE)),
        )
    )


def _missing(feed: Feed) -> set[str]:
    """What it may lack: "open" and "lost" gaps, "older" than the service showed, "held"."""
    gaps = Gap.objects.standing().filter(feed=feed).values_list("state", "lower").distinct()
    kinds = {
        "older" if lower is None and state == Gap.State.LOST else str(state)
        for state, lower in gaps
    }
    return kinds | ({"held"} if states.is_held(feed) else set())


def _state(connection: Connection, crawl: Crawl | None, feed: Feed, *, arriving: int) -> str:
    """waiting, running, pictures (all likes are here), done; slow, stuck, needs, stopped."""
    if connection.state == Connection.State.NEEDS_YOU:
        return "needs"
    if crawl and crawl.state in ENDED:
        return "stopped"
    if feed.completed_at is not None or (crawl and crawl.state == Crawl.State.DONE):
        return "pictures" if arriving else "done"
    if crawl and states.is_stuck(crawl):
        return "stuck"
    if crawl is None or crawl.state == Crawl.State.QUEUED:
        return "waiting"
    return "running" if crawl.state == Crawl.State.RUNNING else "slow"


def _words(
    state: str, user: User, feed: Feed, crawl: Crawl | None, service: Service, missing: set[str]
) -> str:
    if crawl is None or state in {"waiting", "running"}:
        return ""
    if state == "needs":
        return words.NEEDS_YOU.format(service=service.title)
    if state == "stuck":
        return words.stuck(crawl, states.moved_at(crawl))
    if state not in SETTLED:
        return words.visit(crawl, service.title)
    oldest, likes = _oldest(user, feed), feed.entries_count
    if missing & {"open", "held", "lost"}:
        return words.first_part(likes, oldest, service.title, missing)
    window = _window(feed, service) if "older" not in missing else likes
    exports = service.exports is not None
    return words.first_visit(likes, window, oldest, service.title, exports=exports)


def _window(feed: Feed, service: Service) -> int | None:
    kind = service.kinds.get(feed.kind)
    return feed.window or (kind.window if kind else None)


def _is_cut(feed: Feed, service: Service, missing: set[str]) -> bool:
    """Whether the service showed as much as it ever shows, and an export would show more."""
    window = _window(feed, service)
    is_full = window is not None and feed.entries_count >= window
    return service.exports is not None and (is_full or "older" in missing)


def _oldest(user: User, feed: Feed) -> datetime | None:
    """When the oldest post that this feed hung was made; its like is not known so well."""
    mine = Like.objects.of(user).filter(wall_feed=feed)
    oldest: datetime | None = mine.aggregate(at=Min("posted_at"))["at"]
    return oldest
