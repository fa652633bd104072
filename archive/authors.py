"""Authors, told by the id that their service has for them: names change, ids do not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import upstream, zones
from archive import captions
from archive.models import Like
from archive.models.like import LikeQuerySet

# Names are read from so many likes at each end: of somebody with a million likes, too.
ENDS = 200
# What can stand in an address as it is, and is not a step in a path.
_PLAIN = re.compile(r"(?!\.{1,2}\Z)[\w.:@~+=%-]{1,255}\Z", re.ASCII)


class Named(NamedTuple):
    """What a like tells of its author: four hundred of them are read for a page."""

    author: str
    author_name: str
    heard_names: list[str]
    liked_at: datetime
    is_settled: bool


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody whose posts a person liked: the name they have now, and those before it."""

    provider: str
    service: str
    name: str
    full_name: str
    before: list[str]
    since: str
    by_name: str


def address(like: Like) -> str:
    """The page of a like's author; where no id is known, or it is not on the wall, a search."""
    if like.wall_feed_id and _PLAIN.match(like.author_id):
        return reverse("archive:author", args=[like.provider, like.author_id])
    return captions.search_href(like.author)


def ends(likes: LikeQuerySet) -> list[Named]:
    """The newest and the oldest of an author's likes, newest first; one query."""
    newest = likes.newest_first().values("pk")[:ENDS]
    oldest = likes.oldest_first().values("pk")[:ENDS]
    found = Like.objects.filter(pk__in=newest.union(oldest, all=True))
    return [Named(*row) for row in found.newest_first().values_list(*Named._fields)]


def of(provider: str, likes: Sequence[Named]) -> Author:
    """An author as their likes tell, newest first; there is at least one."""
    names = _once(_names(likes))
    full = _once(like.author_name for like in likes if like.author_name)
    name = names[0] if names else _("somebody")
    others = [each for each in (*names[1:], *full[1:]) if each != name]
    oldest = likes[-1]
    return Author(
        provider=provider,
        service=upstream.title(provider),
        name=name,
        full_name=full[0] if full and full[0] != name else "",
        before=_once(others),
        since=date_format(zones.local(oldest.liked_at), "F Y") if oldest.is_settled else "",
        by_name=captions.search_href(name),
    )


def _names(likes: Sequence[Named]) -> Iterable[str]:
    """What the service calls them, newest first; then what old files called them."""
    yield from (like.author for like in likes if like.author)
    for like in likes:
        yield from like.heard_names


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
