"""Where a like came from: the sources of a person as pages name them, each with its own list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import upstream
from accounts.models import Connection, User
from archive.models import Entry, Feed, Like

# Services are plain Python and name their lists in English: here are the words for people.
LISTS = {
    "Likes": gettext_lazy("Likes"),
    "Own posts": gettext_lazy("Own posts"),
    "Saved": gettext_lazy("Saved"),
    "Collection": gettext_lazy("Collection"),
}


@dataclass(frozen=True, slots=True)
class Origin:
    """A source: the key of its service's sign, what it is called, and its list alone."""

    key: str
    title: str
    href: str
    here: bool = False


def called(connection: Connection) -> str:
    """What a source is called: "Instagram · @ann", or "Instagram export"."""
    title = upstream.service(connection.provider).title
    if connection.standing == Connection.Standing.FILE:
        return _("%(service)s export") % {"service": title}
    return f"{title} · @{connection.username}"


def entries_of(like: Like) -> list[Entry]:
    """The places of a like in all lists, those of the wall first; one query."""
    entries = Entry.objects.filter(like=like).select_related("feed__connection")
    return list(entries.order_by("-feed__on_wall", "feed__connection__connected_at", "pk"))


def of(entries: Iterable[Entry]) -> list[Origin]:
    """The lists that a like stands in."""
    return [_origin(entry.feed) for entry in entries]


def choices(user: User, here: Feed | None = None) -> list[Origin]:
    """The sources of a wall that can be shown alone, none for a single one; one query."""
    feeds = Feed.objects.of(user).filter(on_wall=True).select_related("connection")
    found = [
        _origin(feed, here=feed == here)
        for feed in feeds.order_by("connection__connected_at", "pk")
    ]
    return found if len(found) > 1 else []


def list_title(feed: Feed, provider: str) -> str:
    """What a list of a service is called: by its person, else by the service. Asks nothing."""
    kinds = upstream.service(provider).kinds
    kind = kinds.get(feed.kind.partition(":")[0])
    return feed.title or (list_words(kind.title) if kind else feed.kind)


def list_words(title: str) -> str:
    """What a service calls a list, in the language of the page."""
    return str(LISTS.get(title, title))


def _origin(feed: Feed, *, here: bool = False) -> Origin:
    title = called(feed.connection)
    aside = "" if feed.on_wall else f", {list_title(feed, feed.connection.provider)}"
    return Origin(feed.connection.provider, title + aside, f"/feeds/{feed.pk}/", here)
