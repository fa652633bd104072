"""Link cards and quoted records of a post."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from providers.bluesky import syntax
from providers.bluesky.embeds import Part, mapping
from providers.shapes import Attachment
from providers.text import clean, is_plain

TITLE_CHARS = 1_000
TEXT_CHARS = 10_000
_URL_CHARS = 4_096
# Where people read what can be quoted; {did} and {key} are letters that need no escaping.
_LINKS = {
    syntax.POST: "https://bsky.app/profile/{did}/post/{key}",
    "app.bsky.feed.generator": "https://bsky.app/profile/{did}/feed/{key}",
    "app.bsky.graph.list": "https://bsky.app/profile/{did}/lists/{key}",
    "app.bsky.graph.starterpack": "https://bsky.app/starter-pack/{did}/{key}",
    "app.bsky.labeler.service": "https://bsky.app/profile/{did}",
}


def attached_of(part: Part) -> Attachment | None:
    """The card or quote that a part of a post is; None when it is neither, or says nothing."""
    if part.kind == "external":
        return _card(part)
    return _quote(part) if part.kind == "record" else None


def _card(part: Part) -> Attachment | None:
    card = mapping(part.told.get("external")) or mapping(part.shown.get("external"))
    link = web_address(card.get("uri"))
    title = clean(card.get("title"), TITLE_CHARS)
    text = clean(card.get("description"), TEXT_CHARS)
    return Attachment("link", title, text, link) if link else None


def _quote(part: Part) -> Attachment | None:
    """The quoted record; of one that is blocked, gone or detached only where it was."""
    shown, told = mapping(part.shown.get("record")), mapping(part.told.get("record"))
    record = syntax.record(shown.get("uri")) or syntax.record(told.get("uri"))
    link = ""
    if record is not None:
        link = _LINKS.get(record.collection, "").format(did=record.did, key=record.key)
    hidden = any(shown.get(why) for why in ("blocked", "notFound", "detached"))
    title, text = ("", "") if hidden else (_title(shown), _text(shown))
    return Attachment("quote", title, text, link) if link or title or text else None


def _title(shown: Mapping[str, Any]) -> str:
    """Who wrote it, or what a feed, list or starter pack is called."""
    author = mapping(shown.get("author")) or mapping(shown.get("creator"))
    handle = clean(author.get("handle"), TITLE_CHARS - 1)
    names = (shown.get("displayName"), shown.get("name"), mapping(shown.get("record")).get("name"))
    named = next(filter(None, (clean(name, TITLE_CHARS) for name in names)), "")
    return named or (f"@{handle}" if handle else "")


def _text(shown: Mapping[str, Any]) -> str:
    written = mapping(shown.get("value")).get("text")
    return clean(written, TEXT_CHARS) or clean(shown.get("description"), TEXT_CHARS)


def web_address(value: object) -> str:
    """An address as it came when it is one of the web, else ""."""
    if not isinstance(value, str) or len(value) > _URL_CHARS or not is_plain(value):
        return ""
    try:
        parts = urlsplit(value)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname)
        # Browsers read a backslash as a slash: the host would not be the one that is shown.
        known = known and "\\" not in value and "@" not in parts.netloc
    except ValueError:
        return ""
    return value if known else ""
