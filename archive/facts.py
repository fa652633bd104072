"""What the page of one like tells, in words that claim no more than is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.formats import date_format

from archive import serving, tiles
from archive.models import Blob, Like, MediaItem
from archive.tiles import Kind, State

NARROW = timedelta(days=45)
TYPES = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WebP",
    "image/gif": "GIF",
    "video/mp4": "MP4",
}
ABSENT = {
    State.WANTED: "This {} is on its way.",
    State.GONE: "The service no longer had this {} when we came for it.",
    State.REFUSED: "This {} could not be kept: what the service sent is not one that can be read.",
}


@dataclass(frozen=True, slots=True)
class Tag:
    """A hashtag and the search it stands for."""

    word: str
    href: str


@dataclass(frozen=True, slots=True)
class Facts:
    """A like in words."""

    id: int
    title: str
    author: str
    author_name: str
    by_href: str
    caption: str
    hashtags: list[Tag]
    place: str
    link: str
    service: str
    liked: str
    liked_iso: str
    liked_why: list[str]
    posted: str
    posted_iso: str
    kept: str
    kept_iso: str


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
    sha256: str
    trouble: str


def of(like: Like, service: str) -> Facts:
    """Everything that is known about a like, ready to print."""
    return Facts(
        id=like.pk,
        title=f"Like of {like.author}" if like.author else "A like",
        author=like.author or "somebody",
        author_name=like.author_name if like.author_name != like.author else "",
        by_href=_search(like.author),
        caption=like.caption,
        hashtags=[Tag(tag, _search(f"#{tag}")) for tag in like.hashtags],
        place=like.place,
        link=like.link if urlsplit(like.link).scheme in {"http", "https"} else "",
        service=service,
        liked=liked(like),
        liked_iso=_iso(like.liked_at) if like.is_exact else "",
        liked_why=_why(like, service),
        posted=_minute(like.posted_at) if like.posted_at else "",
        posted_iso=_iso(like.posted_at) if like.posted_at else "",
        kept=_minute(like.kept_at),
        kept_iso=_iso(like.kept_at),
    )


def liked(like: Like) -> str:
    """When it was liked, as sharply as is known and no sharper."""
    after, before = like.liked_after, like.liked_before
    if like.is_exact:
        return _minute(like.liked_at)
    if not like.is_settled:
        return "arriving now"
    if after is None:
        return f"before {_day(before)}" if before else f"around {_month(like.liked_at)}"
    if before is None or before - after > NARROW:
        return f"around {_month(like.liked_at)}"
    if _day(after) == _day(before):
        return f"on {_day(before)}"
    return f"between {_first_day(after, before)} and {_day(before)}"


def media(like: Like, items: Sequence[MediaItem]) -> list[Medium]:
    """The members of a like in order; a video has the picture of its place as poster."""
    places: dict[int, dict[str, MediaItem]] = {}
    for item in items:
        places.setdefault(item.position, {})[item.kind] = item
    return [_medium(like, number, places[at]) for number, at in enumerate(sorted(places), 1)]


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
        look=tiles.tone_class(blob if shown is picture else poster),
        alt=tiles.alt(like, shown),
        facts=_facts(blob) if blob else "",
        sha256=blob.sha256[:12] if blob else "",
        trouble=_trouble(shown),
    )


def _trouble(item: MediaItem) -> str:
    """Why there is nothing to see; empty where there is."""
    noun = "video" if item.kind == Kind.VIDEO else "picture"
    return ABSENT.get(State(item.state), "").format(noun)


def _srcset(like: Like, blob: Blob) -> str:
    """The larger preview and the original; a GIF only moves as itself."""
    widths = [width for width in blob.previews or [] if width > tiles.SMALL]
    if not widths or not blob.width or blob.content_type == "image/gif":
        return ""
    preview = serving.address(like.user_id, blob.sha256, max(widths))
    return f"{preview} {max(widths)}w, {serving.address(like.user_id, blob.sha256)} {blob.width}w"


def _facts(blob: Blob) -> str:
    parts = [f"{blob.width} × {blob.height}"] if blob.width else []  # noqa: RUF001  # by
    parts += [filesizeformat(blob.size_bytes), TYPES.get(blob.content_type, blob.content_type)]
    return " · ".join(parts)


def _why(like: Like, service: str) -> list[str]:
    if like.is_exact:
        return [f"{service} says so itself."]
    why = [f"{service} does not say when you liked something, but it keeps the order."]
    if like.liked_after:
        why.append(
            f"Not before {_minute(like.liked_after)}: a visit until then had not seen it,"
            " or something you liked earlier was posted only then."
        )
    if like.liked_before:
        why.append(
            f"Not after {_minute(like.liked_before)}: by then we had seen it,"
            " or something you liked later."
        )
    return why


def _first_day(after: datetime, before: datetime) -> str:
    """The first day of a range, without what its last day says again."""
    after, before = after.astimezone(UTC), before.astimezone(UTC)
    if after.year != before.year:
        return _day(after)
    return date_format(after, "j" if after.month == before.month else "j F")


def _search(words: str) -> str:
    return f"{reverse('archive:wall')}?{urlencode({'q': words})}"


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _minute(moment: datetime) -> str:
    return date_format(moment.astimezone(UTC), "j F Y, H:i")


def _day(moment: datetime) -> str:
    return date_format(moment.astimezone(UTC), "j F Y")


def _month(moment: datetime) -> str:
    return date_format(moment.astimezone(UTC), "F Y")
