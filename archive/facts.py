"""What the page of one like tells, in words that claim no more than is known."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import upstream, zones
from accounts.models import Connection
from archive import authors, captions, faces, origins
from archive.captions import Part
from archive.faces import Face
from archive.models import Entry, Like
from archive.origins import Origin
from archive.tiles import UNREADABLE
from providers.registry import SERVICES

logger = logging.getLogger(__name__)
NARROW = timedelta(days=45)
VAGUE = gettext_lazy(
    "The %(service)s export of 2018 says when you liked something and whose it was, but not which"
    " post. So there is no picture to fetch and no address to open. A newer export of the same"
    " account may tell."
)


@dataclass(frozen=True, slots=True)
class Tag:
    """A hashtag and the search it stands for."""

    word: str
    href: str


@dataclass(frozen=True, slots=True)
class Attached:
    """A link card or a quoted post; `link` only where it is a web address."""

    kind: str
    title: str
    text: str
    link: str
    host: str


@dataclass(frozen=True, slots=True)
class Facts:
    """A like in words.

    `gone` says when its deletion was noticed, `vague` why more is not known, `unread` which parts
    of its row cannot be read; `is_bare`: all we have of it are lines of an export, which never
    holds pictures.
    """

    id: int
    title: str
    author: str
    author_name: str
    by_href: str
    caption: str
    parts: list[Part]
    hashtags: list[Tag]
    place: str
    link: str
    service: str
    service_key: str
    liked: str
    liked_iso: str
    liked_why: list[str]
    posted: str
    posted_iso: str
    kept: str
    kept_iso: str
    attached: list[Attached]
    origins: list[Origin]
    face: Face
    gone: str
    vague: str
    is_bare: bool
    is_favourite: bool
    on_wall: bool
    unread: str = ""


def readable(like: Like, entries: Sequence[Entry]) -> Facts:
    """What can be told of a like: a part of its row that cannot be read costs that part alone."""
    service = upstream.title(like.provider)
    unread = [] if like.provider in SERVICES else [_("the service that it is of")]
    try:
        told = of(like, service, entries)
    except UNREADABLE as error:
        logger.warning("like not readable like=%s error=%s", like.pk, type(error).__name__)
        like.attached, like.hashtags = [], []
        unread.append(_("what hangs on its post"))
        told = of(like, service, entries)
    return replace(told, unread=get_text_list(unread, _("and")))


def of(like: Like, service: str, entries: Sequence[Entry]) -> Facts:
    """Everything that is known about a like, ready to print; `entries` are its places in lists."""
    parts = captions.parts(like.caption)
    return Facts(
        id=like.pk,
        title=_("Like of %(author)s") % {"author": like.author} if like.author else _("A like"),
        author=like.author or _("somebody"),
        author_name=like.author_name if like.author_name != like.author else "",
        by_href=authors.address(like),
        caption=like.caption,
        parts=parts,
        hashtags=_unwritten(like, parts),
        place=like.place,
        link=like.link if faces.host(like.link) else "",
        service=service,
        liked=liked(like),
        liked_iso=_iso(like.liked_at) if like.is_exact else "",
        liked_why=_why(like, service, entries),
        posted=_minute(like.posted_at) if like.posted_at else "",
        posted_iso=_iso(like.posted_at) if like.posted_at else "",
        kept=_minute(like.kept_at),
        kept_iso=_iso(like.kept_at),
        service_key=like.provider,
        attached=[_attached(each) for each in like.attached],
        origins=origins.of(entries),
        face=faces.of(like),
        gone=_day(like.gone_at) if like.gone_at else "",
        vague=VAGUE % {"service": service} if like.is_vague else "",
        is_bare=bool(entries) and all(map(_is_of_file, entries)) and not like.is_vague,
        is_favourite=like.is_favourite,
        on_wall=like.wall_feed_id is not None,
    )


def liked(like: Like) -> str:
    """When it was liked, as sharply as is known and no sharper."""
    after, before = like.liked_after, like.liked_before
    if like.is_exact:
        return _minute(like.liked_at)
    if not like.is_settled:
        return _("arriving now")
    if after is None:
        return _("before %(day)s") % {"day": _day(before)} if before else _around(like)
    if before is None or before - after > NARROW:
        return _around(like)
    if _day(after) == _day(before):
        return _("on %(day)s") % {"day": _day(before)}
    days = {"first": _first_day(after, before), "last": _day(before)}
    return _("between %(first)s and %(last)s") % days


def _around(like: Like) -> str:
    return _("around %(month)s") % {"month": _month(like.liked_at)}


def _unwritten(like: Like, parts: Sequence[Part]) -> list[Tag]:
    """Hashtags that do not stand in the caption: there they can be followed already."""
    written = {part.text[1:].casefold() for part in parts if part.is_ours}
    tags = (tag for tag in like.hashtags if tag.casefold() not in written)
    return [Tag(tag, captions.tag_href(tag)) for tag in tags]


def _attached(told: dict[str, str]) -> Attached:
    link = told.get("link", "")
    host = faces.host(link)
    title, text = told.get("title", ""), told.get("text", "")
    return Attached(told.get("kind", ""), title, text, link if host else "", host)


def _is_of_file(entry: Entry) -> bool:
    return entry.feed.connection.standing == Connection.Standing.FILE


def _exactly(service: str, entries: Sequence[Entry]) -> str:
    """Who told the time: the service itself, or only its export."""
    told = [entry for entry in entries if entry.feed.on_wall and entry.liked_at is not None]
    by_file = bool(told) and all(map(_is_of_file, told))
    if by_file:
        return _("Your %(service)s export says so.") % {"service": service}
    return _("%(service)s says so itself.") % {"service": service}


def _why(like: Like, service: str, entries: Sequence[Entry]) -> list[str]:
    if like.is_exact:
        return [_exactly(service, entries)]
    order = _("%(service)s does not say when you liked something, but it keeps the order.")
    why = [order % {"service": service}]
    if like.liked_after:
        after = _(
            "Not before %(moment)s: a visit until then had not seen it,"
            " or something you liked earlier was posted only then."
        )
        why.append(after % {"moment": _minute(like.liked_after)})
    if like.liked_before:
        before = _("Not after %(moment)s: by then we had seen it, or something you liked later.")
        why.append(before % {"moment": _minute(like.liked_before)})
    return why


def _first_day(after: datetime, before: datetime) -> str:
    """The first day of a range, without what its last day says again."""
    after, before = zones.local(after), zones.local(before)
    if after.year != before.year:
        return _day(after)
    return date_format(after, "j" if after.month == before.month else "j F")


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _minute(moment: datetime) -> str:
    return date_format(zones.local(moment), "j F Y, H:i")


def _day(moment: datetime) -> str:
    return date_format(zones.local(moment), "j F Y")


def _month(moment: datetime) -> str:
    return date_format(zones.local(moment), "F Y")
