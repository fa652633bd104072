"""The face of a like that has no picture: its paper, its pattern, and what is written on it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit
from zlib import crc32

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import zones
from archive.letters import shorten
from archive.models import Like

# As many as tokens.css and papers.css know.
PAPERS, MOTIFS = 10, 8
# Words up to so many characters, the class of their size, and the shape of their tile.
SIZES = ((34, "t1", "r100"), (90, "t2", "r125"), (170, "t3", "r135"))
SMALLEST = ("t4", "r150")
NAMES = (
    (10, "t1", ("r080", "r100", "r125", "r090")),
    (15, "t2", ("r090", "r100", "r125", "r110")),
)
LONG_NAME = ("t3", "r125")
MOST, TITLE = 280, 90


@dataclass(frozen=True, slots=True)
class Face:
    """What a tile without a picture shows.

    `classes` say paper, pattern and size; `over` stands small above the words, `under` below
    them with the sign `sign`; `is_name`: there are no words, the author stands for them;
    `is_lost`: what stands above tells of a loss.
    """

    look: str = ""
    classes: str = ""
    over: str = ""
    text: str = ""
    is_name: bool = False
    under: str = ""
    sign: str = ""
    is_lost: bool = False


def of(like: Like, *, missing: bool = False) -> Face:
    """The face of a like; `missing`: it had a picture, which could not be kept."""
    sign, title, where = _attached(like)
    words = shorten(like.caption, MOST)
    is_name = bool(like.author) and not (words or title)
    text = words or title or _stand_in(like)
    size, look = _size(text, like, is_name=is_name)
    return Face(
        look=look,
        classes=f"{paper(like)} {size}",
        over=_over(like, missing=missing, is_name=is_name, text=text),
        text=text,
        is_name=is_name,
        under=(where if sign == "quote" else title) if words else where,
        sign=sign,
        is_lost=missing or like.gone_at is not None,
    )


def paper(like: Like) -> str:
    """The classes of paper and pattern: an author always has the same."""
    number = crc32((like.author or like.author_id or like.post_id).encode())
    return f"p{number % PAPERS} m{number // PAPERS % MOTIFS}"


def when(like: Like) -> str:
    """When it was liked, short, and no sharper than it is known."""
    moment = zones.local(like.liked_at)
    if like.is_exact:
        return _("Liked %(day)s") % {"day": date_format(moment, "j M Y")}
    if not like.is_settled:
        return ""
    return _("Liked around %(month)s") % {"month": date_format(moment, "M Y")}


def _stand_in(like: Like) -> str:
    """What is written where there are no words at all."""
    if like.author:
        return f"@{like.author}"
    return _deleted() if like.gone_at is not None else _("A like")


def _deleted() -> str:
    return _("This post was deleted")


def _over(like: Like, *, missing: bool, is_name: bool, text: str) -> str:
    if like.gone_at is not None:
        return "" if text == _deleted() else _deleted()
    if missing:
        return _("Missing")
    if like.is_vague:
        return _("Liked something by")
    return _("A post by") if is_name else ""


def _size(text: str, like: Like, *, is_name: bool) -> tuple[str, str]:
    if is_name:
        number = crc32(like.post_id.encode())
        names = (
            (size, shapes[number % len(shapes)])
            for most, size, shapes in NAMES
            if len(text) <= most
        )
        return next(names, LONG_NAME)
    return next(((size, look) for most, size, look in SIZES if len(text) <= most), SMALLEST)


def _attached(like: Like) -> tuple[str, str, str]:
    """The first thing that hangs on a post: its sign, its words, whose they are."""
    first: dict[str, str] = next(iter(like.attached), {})
    title, text = first.get("title", "").strip(), first.get("text", "").strip()
    if not (title or text):
        return "", "", ""
    if first.get("kind") == "quote":
        return "quote", shorten(text or title, MOST), shorten(title, TITLE)
    return "link", shorten(title or text, TITLE), host(first.get("link", ""))


def host(link: str) -> str:
    """The host of a web address, short; empty for anything else.

    Browsers read a backslash as a slash, and people an @ as nothing: neither leads where it says.
    """
    try:
        parts = urlsplit(link)
        name = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or "\\" in link or "@" in parts.netloc:
        return ""
    return name.removeprefix("www.")
