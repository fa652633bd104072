"""The pictures and videos of one like, as its page shows them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive import serving, tiles
from archive.models import Blob, Like, MediaItem
from archive.tiles import UNREADABLE, Kind, State

logger = logging.getLogger(__name__)
TYPES = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WebP",
    "image/gif": "GIF",
    "video/mp4": "MP4",
}
# Of a picture, and of a video.
ABSENT = {
    State.WANTED: (
        gettext_lazy("This picture is on its way."),
        gettext_lazy("This video is on its way."),
    ),
    State.GONE: (
        gettext_lazy("The service no longer had this picture when we came for it."),
        gettext_lazy("The service no longer had this video when we came for it."),
    ),
    State.REFUSED: (
        gettext_lazy("This picture could not be kept: what the service sent cannot be read."),
        gettext_lazy("This video could not be kept: what the service sent cannot be read."),
    ),
}
UNREAD = (
    gettext_lazy("This picture is kept, but its row cannot be read."),
    gettext_lazy("This video is kept, but its row cannot be read."),
)
NOTHING = ("src", "srcset", "poster", "look", "alt", "facts", "size", "copy", "sha256")
# What is narrower would only show that it is small.
ENLARGED = 480


@dataclass(frozen=True, slots=True)
class Medium:
    """A picture or video on the page of its like."""

    number: int
    kind: str
    state: str
    src: str
    srcset: str
    poster: str
    width: int | None
    height: int | None
    look: str
    alt: str
    facts: str
    size: str
    copy: str
    sha256: str
    trouble: str


def of(like: Like, items: Sequence[MediaItem]) -> list[Medium]:
    """The members of a like in order; a video has the picture of its place as poster."""
    places: dict[int, dict[str, MediaItem]] = {}
    for item in items:
        places.setdefault(item.position, {})[item.kind] = item
    return [_member(like, number, places[at]) for number, at in enumerate(sorted(places), 1)]


def _member(like: Like, number: int, kinds: dict[str, MediaItem]) -> Medium:
    """A member; one that cannot be read costs its own place and never the page."""
    try:
        return _medium(like, number, kinds)
    except UNREADABLE as error:
        logger.warning("medium not readable like=%s error=%s", like.pk, type(error).__name__)
        return _unreadable(number, next(iter(kinds.values())))


def _medium(like: Like, number: int, kinds: dict[str, MediaItem]) -> Medium:
    picture = kinds.get(Kind.IMAGE)
    shown = kinds.get(Kind.VIDEO) or kinds[Kind.IMAGE]
    blob, poster = shown.blob, picture.blob if picture and picture is not shown else None
    return Medium(
        number=number,
        kind=shown.kind,
        state=shown.state,
        src=serving.address(like.user_id, blob.sha256) if blob else "",
        srcset=_srcset(like, blob) if blob and shown is picture else "",
        poster=serving.address(like.user_id, poster.sha256) if poster else "",
        width=blob.width if blob else None,
        height=blob.height if blob else None,
        look=_look(blob, blob if shown is picture else poster),
        alt=tiles.alt(like, shown),
        facts=_facts(blob) if blob else "",
        size=filesizeformat(blob.size_bytes) if blob else "",
        copy=_("A smaller copy: the original could not be had.") if shown.is_copy and blob else "",
        sha256=blob.sha256[:12] if blob else "",
        trouble=_trouble(shown),
    )


def _unreadable(number: int, item: MediaItem) -> Medium:
    """What stands in the place of a member that cannot be read."""
    return Medium(
        **dict.fromkeys(NOTHING, ""),
        number=number,
        kind=item.kind,
        state="unreadable",
        width=None,
        height=None,
        trouble=str(UNREAD[item.kind == Kind.VIDEO]),
    )


def _look(blob: Blob | None, coloured: Blob | None) -> str:
    """The classes of its ratio, by which it fills the stage, and of its colour."""
    tone = tiles.tone_class(coloured)
    if blob is None or not blob.width or blob.width < ENLARGED:
        return tone
    return f"{tiles.ratio_class(blob.width, blob.height)} {tone}".strip()


def _trouble(item: MediaItem) -> str:
    """Why there is nothing to see; empty where there is."""
    absent = ABSENT.get(State(item.state))
    return str(absent[item.kind == Kind.VIDEO]) if absent else ""


def _srcset(like: Like, blob: Blob) -> str:
    """The larger preview and the original; a GIF only moves as itself."""
    widths = [width for width in blob.previews or [] if width > tiles.SMALL]
    if not widths or not blob.width or blob.content_type == "image/gif":
        return ""
    preview = serving.address(like.user_id, blob.sha256, max(widths))
    return f"{preview} {max(widths)}w, {serving.address(like.user_id, blob.sha256)} {blob.width}w"


def _facts(blob: Blob) -> str:
    parts = [TYPES.get(blob.content_type, blob.content_type)]
    parts += [f"{blob.width}\u00a0×\u00a0{blob.height}"] if blob.width else []  # noqa: RUF001  # by
    return " · ".join(parts)
