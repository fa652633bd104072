"""A wall as a list: one line a like, with what a tile says only when it is touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import zones
from archive import facts
from archive.letters import shorten
from archive.models import Like
from archive.tiles import Tile

WORDS, TAGS = 240, 6


@dataclass(frozen=True, slots=True)
class Line:
    """A tile, and beside it its words, hashtags, and sentences: when it was liked and posted."""

    tile: Tile
    words: str
    liked: str
    posted: str
    tags: Sequence[str]


def of(likes: Sequence[Like], hung: Sequence[Tile]) -> list[Line]:
    """The lines of likes, beside their tiles; asks nothing."""
    return [_line(like, tile) for like, tile in zip(likes, hung, strict=True)]


def _line(like: Like, tile: Tile) -> Line:
    return Line(
        tile=tile,
        words=shorten(like.caption, WORDS),
        liked=_("Liked %(moment)s") % {"moment": facts.liked(like)},
        posted=_posted(like.posted_at) if like.posted_at else "",
        tags=_tags(like),
    )


def _posted(moment: datetime) -> str:
    return _("Posted %(day)s") % {"day": date_format(zones.local(moment), "j F Y")}


def _tags(like: Like) -> list[str]:
    """Hashtags that are not read in the words anyway."""
    words = like.caption.casefold()
    return [tag for tag in like.hashtags if tag and f"#{tag}".casefold() not in words][:TAGS]
