"""What a tile of the wall needs, computed once, so that the template only prints."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts import upstream, zones
from archive import faces, marks, serving
from archive.faces import Face
from archive.gaps import Row
from archive.letters import shorten
from archive.marks import Mark
from archive.models import Blob, Like, MediaItem

logger = logging.getLogger(__name__)
EAGER = 12
# So many days and kinds are remembered in words.
POSTED_ON = 4_096
SMALL, LARGE = 320, 960
# How wide a picture is on a phone, three in a row; elsewhere a row is so high, grown a little.
PHONE, HIGH = "(width < 48rem) 33vw", 236
NOTHING = ("src", "srcset", "sizes", "alt", "described", "by", "words", "when", "service", "title")
# What a row of the database that nobody could have written makes of the code that reads it.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
WORDS, ALT = 80, 150
PLAIN = Face()
NO_GAPS: Mapping[int, Sequence[Row]] = MappingProxyType({})
# What is shown as words, since there is no picture to show.
WRITTEN = {"words", "missing"}
State = MediaItem.State
Kind = MediaItem.Kind
# Of a picture, for those who do not see it; without the day where that is not known.
POSTED = {
    Kind.IMAGE: gettext_lazy("Photo by %(author)s, posted %(day)s"),
    Kind.VIDEO: gettext_lazy("Video by %(author)s, posted %(day)s"),
    None: gettext_lazy("Post by %(author)s, posted %(day)s"),
}
BY = {
    Kind.IMAGE: gettext_lazy("Photo by %(author)s"),
    Kind.VIDEO: gettext_lazy("Video by %(author)s"),
    None: gettext_lazy("Post by %(author)s"),
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One like on a wall: a picture, its marks and what it says when it is touched.

    Without a picture its `face` has the words; `service` is the key of its sign. `sizes` says
    how wide it will be, `described` is its service's own text. `below` are the gaps under it.
    """

    pk: int
    href: str
    look: str
    state: str
    src: str
    srcset: str
    sizes: str
    alt: str
    described: str
    marks: Sequence[Mark]
    by: str
    words: str
    when: str
    service: str
    title: str
    face: Face
    eager: bool
    first: bool
    below: Sequence[Row] = ()

    @property
    def anchor(self) -> str:
        """What an address names that leads to this tile."""
        return f"like-{self.pk}"


def hang(
    likes: Sequence[Like],
    *,
    eager: int = EAGER,
    below: Mapping[int, Sequence[Row]] = NO_GAPS,
) -> list[Tile]:
    """Tiles for `likes` in their order, with one query; the first `eager` load at once.

    `below`: the gaps under likes, by like.
    """
    media = media_of(likes)
    hung = []
    for place, like in enumerate(likes):
        how = {"eager": place < eager, "first": place == 0 < eager}
        hung.append(_hung(like, media.get(like.pk, []), below=below.get(like.pk, ()), **how))
    return hung


def media_of(likes: Iterable[Like]) -> dict[int, list[MediaItem]]:
    """The media of likes, by like, in carousel order, each with its blob."""
    items = MediaItem.objects.filter(like__in=[like.pk for like in likes])
    by_like: dict[int, list[MediaItem]] = {}
    for item in items.select_related("blob").defer("source_url").order_by("position", "kind"):
        by_like.setdefault(item.like_id, []).append(item)
    return by_like


def _hung(
    like: Like, media: list[MediaItem], *, eager: bool, first: bool, below: Sequence[Row]
) -> Tile:
    """A tile; a like that cannot be read costs its own place and never the page."""
    try:
        return _tile(like, media, eager=eager, first=first, below=below)
    except UNREADABLE as error:
        logger.warning("tile not readable like=%s error=%s", like.pk, type(error).__name__)
        return _unreadable(like, below)


def _tile(
    like: Like, media: list[MediaItem], *, eager: bool, first: bool, below: Sequence[Row]
) -> Tile:
    service = upstream.service(like.provider).title
    cover = _cover(media)
    blob = cover.blob if cover and cover.kind == Kind.IMAGE else None
    state = _state(cover)
    face = faces.of(like, missing=state == "missing") if state in WRITTEN else PLAIN
    look = _look(cover) if cover else face.look
    src, srcset = _sources(like, blob)
    return Tile(
        pk=like.pk,
        href=f"/likes/{like.pk}/",
        look=look,
        state=state,
        src=src,
        srcset=srcset,
        sizes=_sizes(look),
        alt=alt(like, cover),
        described=shorten(cover.alt, ALT) if cover else "",
        marks=marks.of(like, media, service),
        by=like.author,
        words=shorten(like.caption, WORDS),
        when=faces.when(like) if state in WRITTEN else "",
        service=like.provider,
        title=service,
        face=face,
        eager=eager,
        first=first,
        below=below,
    )


def _unreadable(like: Like, below: Sequence[Row]) -> Tile:
    """What hangs in the place of a like that cannot be read."""
    return Tile(
        **dict.fromkeys(NOTHING, ""),
        pk=like.pk,
        href=f"/likes/{like.pk}/",
        look="r100",
        state="unreadable",
        marks=(),
        face=PLAIN,
        eager=False,
        first=False,
        below=below,
    )


def _cover(media: list[MediaItem]) -> MediaItem | None:
    """The first picture that is kept; without one the first video, else whatever comes first."""
    stored = [item for item in media if item.state == State.STORED]
    pictures = [item for item in stored if item.kind == Kind.IMAGE]
    return next(iter(pictures or stored or media), None)


def _state(cover: MediaItem | None) -> str:
    if cover is None:
        return "words"
    return {State.STORED: "kept", State.WANTED: "waiting"}.get(State(cover.state), "missing")


def _look(cover: MediaItem) -> str:
    blob = cover.blob
    width, height = (blob.width, blob.height) if blob else (cover.width, cover.height)
    return f"{ratio_class(width, height)} {tone_class(blob)}".strip()


def ratio_class(width: int | None, height: int | None) -> str:
    """Width to height in steps of a twentieth: `r080` is 4 : 5."""
    if not width or not height:
        return "r100"
    return f"r{min(200, max(50, round(20 * width / height) * 5)):03d}"


def tone_class(blob: Blob | None) -> str:
    """The colour of a picture in six steps a channel: `c351`; empty where none is known."""
    if blob is None or len(blob.colour) != len("#rrggbb"):
        return ""
    channels = bytes.fromhex(blob.colour[1:])
    return "c" + "".join(str(round(channel / 51)) for channel in channels)


def _sizes(look: str) -> str:
    """How wide a tile of this look is: its ratio is what stands in its class."""
    return f"{PHONE}, {HIGH * int(look[1:4]) // 100}px"


def _sources(like: Like, blob: Blob | None) -> tuple[str, str]:
    """The small preview, or the picture itself while there is none yet; and all with their widths.

    The second, for the browser to choose from, is empty for one or none.
    """
    if blob is None:
        return "", ""
    whole, widths = serving.address(like.user_id, blob.sha256), sorted(blob.previews or [])
    source = serving.sized(whole, widths[0] if widths else None)
    if len(widths) < len((SMALL, LARGE)):
        return source, ""
    return source, ", ".join(f"{serving.sized(whole, width)} {width}w" for width in widths)


@lru_cache(maxsize=POSTED_ON)
def _posted(kind: Kind | None, day: date | None, language: str | None) -> str:
    """What is said of a post of a day in a language, without its author: many have the same."""
    if day is None:
        return str(BY[kind])
    return str(POSTED[kind]).replace("%(day)s", date_format(day, "j F Y"))


def alt(like: Like, item: MediaItem | None) -> str:
    """The service's own description, else who posted it, when, and the first words."""
    if item is not None and item.alt:
        return shorten(item.alt, ALT)
    kind = None if item is None else Kind.VIDEO if item.kind == Kind.VIDEO else Kind.IMAGE
    posted = zones.local(like.posted_at).date() if like.posted_at else None
    said = _posted(kind, posted, get_language()) % {"author": like.author or _("somebody")}
    if like.caption.strip():
        said = _("%(picture)s: %(caption)s") % {"picture": said, "caption": like.caption}
    return shorten(said, ALT)
