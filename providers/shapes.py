"""The values that providers hand upwards: frozen, typed, already normalised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

MediaKind = Literal["image", "video"]


@dataclass(frozen=True, slots=True)
class Grant:
    """What OAuth gave us. The tokens never show in a repr."""

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: datetime | None = None
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """Who somebody is at the service; `upstream_id` never changes, the names may."""

    upstream_id: str
    username: str
    full_name: str = ""


@dataclass(frozen=True, slots=True)
class MediaSource:
    """Where one picture or video can be fetched.

    `position` counts carousel members from 0. A video gives a "video" and, when it has a
    poster, an "image" of the same position. Sizes are what the service claims, in pixels.
    """

    kind: MediaKind
    position: int
    url: str
    width: int | None = None
    height: int | None = None
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a post says it was made; any part may be missing."""

    name: str
    upstream_id: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class LikedPost:
    """One post of a feed. `liked_at` is set only where the service says it; times are UTC."""

    post_id: str
    author_id: str
    author: str
    author_name: str
    caption: str
    link: str
    place: Place | None
    hashtags: tuple[str, ...]
    posted_at: datetime | None
    liked_at: datetime | None
    media: tuple[MediaSource, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry of a page that could not be read. `shape` holds keys and types, never content."""

    position: int
    post_id: str
    reason: str
    shape: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a feed in upstream order; `next_cursor` is None at the end of the list."""

    posts: tuple[LikedPost, ...]
    rejected: tuple[Rejected, ...]
    next_cursor: str | None
    unknown_keys: Mapping[str, int]
    requests_left: int | None


@dataclass(frozen=True, slots=True)
class FeedKind:
    """A list that a service can page through; `on_wall` when what it brings are likes.

    `window` is how many of its newest entries the service shows, None when it shows all. It
    serves for words only: a walk goes on until the list ends.
    """

    key: str
    title: str
    default: bool
    on_wall: bool
    window: int | None = None
