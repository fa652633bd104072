"""What a tile of the wall needs, computed once, so that the template only prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.formats import date_format

from accounts import upstream
from archive import faces, serving
from archive.faces import Face
from archive.gaps import Row
from archive.letters import shorten
from archive.models import Blob, Like, MediaItem

EAGER = 12
SMALL, LARGE = 320, 960
WORDS, ALT = 80, 150
PLAIN = Face()
NO_GAPS: Mapping[int, Sequence[Row]] = MappingProxyType({})
# What is shown as words, since there is no picture to show.
WRITTEN = {"words", "missing"}
State = MediaItem.State
Kind = MediaItem.Kind


@dataclass(frozen=True, slots=True)
class Tile:
    """One like on a wall: a picture, its marks and what it says when it is touched.

    Without a picture its `face` has the words; `service` is the key of its sign. `below` are
    the gaps right under it.
    """

    pk: int
    href: str
    look: str
    state: str
    src: str
    srcset: str
    alt: str
    mark: str
    mark_words: str
    mark_alt: str
    by: str
    words: str
    when: str
    service: str
    title: str
    face: Face
    eager: bool
    first: bool
    below: Sequence[Row] = ()


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
    return [
        _tile(
            like,
            media.get(like.pk, []),
            eager=place < eager,
            first=place == 0 < eager,
            below=below.get(like.pk, ()),
        )
        for place, like in enumerate(likes)
    ]


def media_of(likes: Iterable[Like]) -> dict[int, list[MediaItem]]:
    """The media of likes, by like, in carousel order, each with its blob."""
    items = MediaItem.objects.filter(like__in=[like.pk for like in likes])
    by_like: dict[int, list[MediaItem]] = {}
    for item in items.select_related("blob").defer("source_url").order_by("position", "kind"):
        by_like.setdefault(item.like_id, []).append(item)
    return by_like


def _tile(
    like: Like, media: list[MediaItem], *, eager: bool, first: bool, below: Sequence[Row]
) -> Tile:
    cover = _cover(media)
    blob = cover.blob if cover and cover.kind == Kind.IMAGE else None
    mark, mark_words, mark_alt = _mark(media)
    state = _state(cover)
    face = faces.of(like, missing=state == "missing") if state in WRITTEN else PLAIN
    return Tile(
        pk=like.pk,
        href=f"/likes/{like.pk}/",
        look=_look(cover) if cover else face.look,
        state=state,
        src=_src(like, blob),
        srcset=srcset(like, blob),
        alt=alt(like, cover),
        mark=mark,
        mark_words=mark_words,
        mark_alt=mark_alt,
        by=like.author,
        words=shorten(like.caption, WORDS),
        when=faces.when(like) if state in WRITTEN else "",
        service=like.provider,
        title=upstream.service(like.provider).title,
        face=face,
        eager=eager,
        first=first,
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


def _src(like: Like, blob: Blob | None) -> str:
    """The small preview; the picture itself while there is none yet."""
    if blob is None:
        return ""
    return serving.address(like.user_id, blob.sha256, min(blob.previews or [0]) or None)


def srcset(like: Like, blob: Blob | None) -> str:
    """All previews with their widths, for the browser to choose from; empty for one or none."""
    if blob is None or len(blob.previews or []) < len((SMALL, LARGE)):
        return ""
    widths = sorted(blob.previews or [])
    return ", ".join(f"{serving.address(like.user_id, blob.sha256, w)} {w}w" for w in widths)


def alt(like: Like, item: MediaItem | None) -> str:
    """The service's own description, else who posted it, when, and the first words."""
    if item is not None and item.alt:
        return shorten(item.alt, ALT)
    kind = "Video" if item is not None and item.kind == Kind.VIDEO else "Photo"
    kind = kind if item is not None else "Post"
    when = f", posted {date_format(like.posted_at, 'j F Y')}" if like.posted_at else ""
    caption = f": {like.caption}" if like.caption.strip() else ""
    return shorten(f"{kind} by {like.author or 'somebody'}{when}{caption}", ALT)


def _mark(media: list[MediaItem]) -> tuple[str, str, str]:
    """The corner of a tile: its kind, what is written there, and that in words."""
    members = len({item.position for item in media})
    if members > 1:
        return "album", str(members), f"{members} pictures"
    video = next((item for item in media if item.kind == Kind.VIDEO), None)
    if video is None:
        return "", "", ""
    seconds = round(video.blob.duration or 0) if video.blob else 0
    if not seconds:
        return "video", "", "Video"
    return "video", f"{seconds // 60}:{seconds % 60:02d}", f"Video, {seconds} seconds"
