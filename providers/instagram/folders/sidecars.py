"""What other programs wrote beside a picture: JSON of two makes, packed or not, and captions.

Which program wrote a file is told by its shape. What cannot be read says nothing.
"""

from __future__ import annotations

import lzma
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from providers.answer import read_json
from providers.errors import ProviderError
from providers.files import opened
from providers.instagram.codec import link_of, post_id_of, posted_at_of, snowflake
from providers.instagram.folders.names import MEMBERS
from providers.instagram.media import media_url
from providers.instagram.parse import CAPTION_CHARS, NAME_CHARS
from providers.shapes import LikedPost
from providers.text import clean, identifier, moment, whole

JSON_BYTES = 5 * 1024 * 1024
# A real one unpacks to a seventh of it.
UNPACKED_BYTES = 2 * 1024 * 1024
ALL_BYTES = 512 * 1024 * 1024
_PIECE_BYTES = 256 * 1024
# The unpacker's dictionary, not the text: 9 MB as Instaloader packs, 33 MB for xz -8.
_XZ_MEMORY = 40 * 1024 * 1024
# Five million brackets would be five million lists.
_PARTS = 400_000
_TAGS = 200
_HASHTAG = re.compile(r"#(\w+)")
_HOSTS = frozenset({"instagram.com", "www.instagram.com"})
# What gallery-dl keeps of accounts, not of posts, by two of its keys.
_OF_ACCOUNTS = frozenset({"avatar", "highlight", "highlights", "info", "stories", "story"})


@dataclass(frozen=True, slots=True)
class Beside:
    """What a sidecar tells. `post` is None when its medium is of none: a story, a song's cover.

    `member_id` is the medium's own id, "" unless told; `position` counts members from 0, None
    unless told.
    """

    post: LikedPost | None
    member_id: str = ""
    position: int | None = None


@dataclass(slots=True)
class Budget:
    """Bytes of JSON, unpacked, that may still be read in a folder; then sidecars say nothing."""

    left: int = field(default_factory=lambda: ALL_BYTES)


def read_sidecar(folder: Path, name: str, budget: Budget) -> Beside | None:
    """What `name` below `folder` tells; None when it is broken, missing or something else."""
    if budget.left <= 0:
        return None
    raw = _bytes(folder, name, JSON_BYTES)
    if name.endswith(".xz"):
        raw = _unpacked(raw, budget)
    else:
        budget.left -= len(raw)
    value = _json(raw)
    if isinstance(value.get("node"), Mapping):
        return _of_instaloader(value["node"], value.get("instaloader"))
    if "__typename" in value and "shortcode" in value:  # as it wrote them before version 4
        return _of_instaloader(value, None)
    return _of_gallery_dl(value)


def read_caption(folder: Path, name: str) -> str:
    """The words in a text file; "" when there are none."""
    raw = _bytes(folder, name, 4 * CAPTION_CHARS)
    return clean(raw.decode("utf-8-sig", "replace").strip(), CAPTION_CHARS)


def _bytes(folder: Path, name: str, most: int) -> bytes:
    """All of a file, b"" for one that is larger or cannot be read."""
    try:
        with opened(folder, name) as file:
            raw = file.read(most + 1)
    except (ProviderError, OSError):
        return b""
    return raw if len(raw) <= most else b""


def _unpacked(raw: bytes, budget: Budget) -> bytes:
    """The text, b"" when it is broken or too long; what was unpacked is spent all the same."""
    text = b""
    unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
    try:
        while not unpacker.eof and len(text) < UNPACKED_BYTES:
            piece = unpacker.decompress(raw, _PIECE_BYTES)
            if not piece:
                break
            raw, text = b"", text + piece
            budget.left -= len(piece)
    except (lzma.LZMAError, EOFError):
        budget.left -= _PIECE_BYTES  # at most so much of it came before
        return b""
    return text if unpacker.eof else b""


def _json(raw: bytes) -> Mapping[str, Any]:
    if not raw or sum(raw.count(mark) for mark in (b"[", b"{", b",")) > _PARTS:
        return {}
    try:
        return read_json(raw, ())
    except ProviderError:
        return {}


def _of_instaloader(node: Mapping[str, Any], written: object) -> Beside | None:
    """A node as Instagram's web pages had it, with a note of what kind it is."""
    kind = written.get("node_type", "Post") if isinstance(written, Mapping) else "Post"
    if kind != "Post" or clean(node.get("__typename"), NAME_CHARS).startswith("GraphStory"):
        return Beside(None)
    post_id = _media_id(node.get("id")) or _decoded(node.get("shortcode") or node.get("code"))
    if not post_id:
        return None
    owner = node.get("owner")
    told = owner if isinstance(owner, Mapping) else {}
    author = (told.get("id"), told.get("username"), told.get("full_name"))
    posted_at = _when(node.get("date")) or _when(node.get("taken_at_timestamp"))
    return Beside(_post(post_id, author, _caption(node), posted_at))


def _caption(node: Mapping[str, Any]) -> object:
    """Out of `{"edges": [{"node": {"text": …}}]}`, or of what other versions have instead."""
    held = node.get("edge_media_to_caption")
    edges = held.get("edges") if isinstance(held, Mapping) else None
    first = edges[0] if isinstance(edges, list) and edges else None
    inner = first.get("node") if isinstance(first, Mapping) else None
    value = inner if isinstance(inner, Mapping) else node.get("caption")
    return value.get("text") if isinstance(value, Mapping) else value


def _of_gallery_dl(told: Mapping[str, Any]) -> Beside | None:
    """The flat names of gallery-dl; those of a member stand beside those of its post."""
    if told.get("category", "instagram") != "instagram" or _is_of_no_post(told):
        return Beside(None)
    member_id = _media_id(told.get("media_id")) or _decoded(told.get("shortcode"))
    post_id = _first_id(told, "sidecar_media_id", "post_id") or _first_code(told) or member_id
    if not post_id:
        return None
    author = (told.get("owner_id"), told.get("username"), told.get("fullname"))
    posted_at = _when(told.get("post_date")) or _when(told.get("date"))
    link, tags = told.get("post_url"), told.get("tags")
    post = _post(post_id, author, told.get("description"), posted_at, link, tags)
    number = whole(told.get("num"))
    return Beside(post, member_id, number - 1 if number and number <= MEMBERS else None)


def _is_of_no_post(told: Mapping[str, Any]) -> bool:
    """Stories and highlights tell of an end, even of none; the cover of a song has its address."""
    kinds = {clean(told.get(key), NAME_CHARS) for key in ("subcategory", "type")}
    of_story = "expires" in told or "/stories/" in clean(told.get("post_url"), NAME_CHARS)
    return of_story or bool(told.get("audio_url")) or bool(kinds & _OF_ACCOUNTS)


def _first_id(told: Mapping[str, Any], *keys: str) -> str:
    return next((found for key in keys if (found := _media_id(told.get(key)))), "")


def _first_code(told: Mapping[str, Any]) -> str:
    return _decoded(told.get("sidecar_shortcode")) or _decoded(told.get("post_shortcode"))


def _media_id(value: object) -> str:
    """A decimal media id out of a number, `{media}_{owner}`, or `{media}p` for a preview."""
    text = identifier(value).partition("_")[0].removesuffix("p")
    return text if text.isascii() and text.isdigit() and len(text) <= 20 and int(text) else ""


def _decoded(value: object) -> str:
    """The id of a shortcode that tells a time; older ones are too short to trust."""
    post_id = post_id_of(identifier(value))
    return "" if snowflake(post_id) is None else post_id


def _post(
    post_id: str,
    author: tuple[object, object, object],
    caption: object,
    posted_at: datetime | None,
    link: object = None,
    tags: object = None,
) -> LikedPost:
    author_id, username, full_name = author
    words = clean(caption, CAPTION_CHARS)
    return LikedPost(
        post_id=post_id,
        author_id=identifier(author_id),
        author=clean(username, NAME_CHARS),
        author_name=clean(full_name, NAME_CHARS),
        caption=words,
        link=_link(link) or link_of(post_id),
        place=None,
        hashtags=_hashtags(tags, words),
        posted_at=posted_at or posted_at_of(post_id),
        liked_at=None,
        media=(),
    )


def _link(value: object) -> str:
    url = media_url(value)
    parts = urlsplit(url)
    return url if parts.scheme == "https" and parts.netloc in _HOSTS else ""


def _hashtags(tags: object, caption: str) -> tuple[str, ...]:
    """Without their signs, small, each once; out of the caption where nobody listed them."""
    listed = tags if isinstance(tags, list) else _HASHTAG.findall(caption)
    names = (clean(tag, NAME_CHARS).removeprefix("#").lower() for tag in listed[:_TAGS])
    return tuple(dict.fromkeys(name for name in names if name))


def _when(value: object) -> datetime | None:
    """UTC time of epoch seconds, or of gallery-dl's "2018-06-14 15:33:20"."""
    if not isinstance(value, str) or not 10 <= len(value) <= 40:
        return moment(value)
    try:
        told = datetime.fromisoformat(value)
    except ValueError:
        return moment(value)
    return moment((told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp())
