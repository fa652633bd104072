"""Instagram's JSON to our values: liberal with everything that fifteen years of answers held.

Pure. Nothing here raises: an entry that cannot be read is rejected with its reason, and the page
goes on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from providers.instagram.codec import link_of, posted_at_of
from providers.instagram.media import media_of, media_url
from providers.instagram.oauth import full_name
from providers.shapes import LikedPost, Place, Rejected
from providers.text import clean, identifier, key_name, moment, number, shape

CAPTION_CHARS = 100_000
NAME_CHARS = 255
_TAGS = 200
_UNKNOWN_KEYS = 50
_KNOWN = frozenset(
    {
        *("id", "type", "user", "created_time", "link", "filter", "tags", "caption", "location"),
        *("user_has_liked", "likes", "comments", "like_count", "comment_count", "attribution"),
        *("images", "videos", "carousel_media", "users_in_photo"),
    }
)
# An entry with an id and none of these says nothing that is worth keeping.
_TELLING = ("user", "created_time", "link", "tags", "caption", "location", "images", "videos")

_HOSTS = {"instagram.com", "www.instagram.com", "instagr.am", "www.instagr.am"}
_POST = re.compile(r"/(?:p|reel|tv)/[\w-]+(?=/|\Z)", re.ASCII)
# A page has 20 to 33; what sends thousands is not well.
MOST_ENTRIES = 1_000

Posts = tuple[LikedPost, ...]


def read_posts(data: list[Any]) -> tuple[Posts, tuple[Rejected, ...], dict[str, int]]:
    """The posts of a page in order, what could not be read, and counts of unknown keys."""
    read = [read_post(entry, position) for position, entry in enumerate(data[:MOST_ENTRIES])]
    if len(data) > MOST_ENTRIES:
        read.append(Rejected(MOST_ENTRIES, "", "more entries than any page has", "list"))
    posts = tuple(post for post in read if isinstance(post, LikedPost))
    rejected = tuple(post for post in read if isinstance(post, Rejected))
    return posts, rejected, _unknown_keys(data[:MOST_ENTRIES])


def read_post(entry: object, position: int = 0) -> LikedPost | Rejected:
    """One entry of a page as a post, or why it is none."""
    if not isinstance(entry, Mapping):
        return Rejected(position, "", "not an object", shape(entry))
    post_id, owner_id = _ids(entry.get("id"))
    if not post_id:
        return Rejected(position, "", "no usable id", shape(entry))
    if not any(entry.get(key) for key in (*_TELLING, "carousel_media")):
        return Rejected(position, post_id, "nothing but an id", shape(entry))
    return _post(entry, post_id, owner_id)


def _post(entry: Mapping[str, Any], post_id: str, owner_id: str) -> LikedPost:
    user = _author(entry)
    return LikedPost(
        post_id=post_id,
        author_id=identifier(user.get("id")) or owner_id,
        author=clean(user.get("username"), NAME_CHARS),
        author_name=full_name(user),
        caption=_caption(entry.get("caption")),
        link=_link(entry.get("link"), post_id),
        place=_place(entry.get("location")),
        hashtags=_hashtags(entry.get("tags")),
        posted_at=_posted_at(entry.get("created_time"), post_id),
        liked_at=None,
        media=media_of(entry),
    )


def _ids(value: object) -> tuple[str, str]:
    """The post's and its owner's id from `{media}_{owner}` or a bare number."""
    post_id, _, owner_id = identifier(value).partition("_")
    return post_id, owner_id


def _author(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """The user object; where it is missing, the caption's author is the same person."""
    user = entry.get("user")
    if isinstance(user, Mapping):
        return user
    caption = entry.get("caption")
    writer = caption.get("from") if isinstance(caption, Mapping) else None
    return writer if isinstance(writer, Mapping) else {}


def _caption(value: object) -> str:
    text = value.get("text") if isinstance(value, Mapping) else value
    return clean(text, CAPTION_CHARS)


def _link(value: object, post_id: str) -> str:
    """The post's address as it came, or computed from its id.

    What leads to another house is only read for its path: answers of a house for trying things
    out have such links.
    """
    url = media_url(value)
    if _host(url) in _HOSTS:
        return url
    told = _POST.match(urlsplit(url).path) if _host(url) else None
    return f"https://www.instagram.com{told[0]}/" if told else link_of(post_id)


def _host(url: str) -> str:
    """The host of a web address; empty for anything else."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in {"http", "https"} else ""


def _posted_at(value: object, post_id: str) -> datetime | None:
    return moment(value) or posted_at_of(post_id)


def _hashtags(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    tags = (clean(tag, NAME_CHARS) for tag in value[:_TAGS])
    return tuple(tag for tag in tags if tag)


def _place(value: object) -> Place | None:
    """A place with whatever is there of it; None when that is nothing."""
    if not isinstance(value, Mapping):
        name = clean(value, NAME_CHARS)
        return Place(name) if name else None
    upstream_id = identifier(value.get("id"))
    name = clean(value.get("name"), NAME_CHARS)
    latitude, longitude = _coordinates(value)
    known_id = "" if upstream_id == "0" else upstream_id
    if not (name or known_id or latitude is not None):
        return None
    return Place(name, known_id, latitude, longitude)


def _coordinates(place: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Both or none, in degrees."""
    latitude, longitude = number(place.get("latitude")), number(place.get("longitude"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None, None
    return latitude, longitude


def _unknown_keys(data: list[Any]) -> dict[str, int]:
    """How often each key came that this parser does not know; the first sign of a changed API."""
    counts: Counter[str] = Counter(
        key_name(key)
        for entry in data
        if isinstance(entry, Mapping)
        for key in entry
        if key not in _KNOWN
    )
    return dict(counts.most_common(_UNKNOWN_KEYS))
