"""The values that providers hand upwards: frozen, typed, already normalised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

MediaKind = Literal["image", "video"]
AttachmentKind = Literal["link", "quote"]


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
class Account:
    """Whose lists a client reads; `grant` is None where they are public."""

    upstream_id: str = ""
    username: str = ""
    grant: Grant | None = None


@dataclass(frozen=True, slots=True)
class MediaSource:
    """One picture or video of a post. `url` is what the service's `whereabouts` understands.

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
class Whereabouts:
    """Where the bytes of a medium can be asked for.

    `sha256` is what they must hash to, "" when nobody said; `is_copy`: a smaller rendition of
    what was posted, for when the original cannot be had. `host` (host:port) is set where it
    counts the requests of everybody who asks from here.
    """

    url: str
    sha256: str = ""
    is_copy: bool = False
    host: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """What a post carries beside pictures: a link card or another post that it quotes.

    `title` is the page's, or who wrote the quoted post.
    """

    kind: AttachmentKind
    title: str
    text: str
    link: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a post says it was made; any part may be missing."""

    name: str
    upstream_id: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class LikedPost:
    """One post of a feed. `liked_at` is set only where the service says it; times are UTC.

    `liked_at` is when it came into the list it is read from. `is_gone`: the list still names
    it, the service does not have it any more. `is_vague`: the list does not say which post it
    was, only whose. `is_rough`: `liked_at` is a clock's time somewhere on earth.
    """

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
    attached: tuple[Attachment, ...] = ()
    is_gone: bool = False
    is_vague: bool = False
    is_rough: bool = False


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

    `window` is how many of its newest entries the service shows, None when it shows all. A walk
    goes on until the list ends all the same; it says what the end means, and when to come back.
    """

    key: str
    title: str
    default: bool
    on_wall: bool
    window: int | None = None


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One row of an export, in the order of its file.

    `feed` is the list it belongs to: a key of the service's kinds; `title` the name of one
    where a person has many of that kind. `post` is None for what cannot be kept, and `reason`
    says why; None without a reason is a list that exists and may be empty. `label` is what a
    person recognises the row by. `number` counts the rows of `file` from 1.
    """

    feed: str
    title: str
    file: str
    number: int
    post: LikedPost | None
    reason: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A file that another program left, and the post it belongs to.

    `name` is its path as it was given. `position` counts carousel members from 0. `post` holds
    what stands beside the picture of author, caption and time; its blanks say nothing.
    """

    name: str
    kind: MediaKind
    position: int
    post: LikedPost
