"""Likes and posts as the network writes them to our values: liberal, and nothing here raises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from providers.bluesky import syntax
from providers.bluesky.attached import attached_of
from providers.bluesky.embeds import KNOWN, listed, mapping, parts
from providers.bluesky.media import media_of
from providers.bluesky.moments import moment
from providers.shapes import LikedPost, Rejected
from providers.text import clean, key_name, shape

LIKE = "app.bsky.feed.like"
CAPTION_CHARS = 100_000
NAME_CHARS = 255
# A page has 100 at most; whoever sends more is asked again for what lies behind them.
MOST_RECORDS = 100
_TAGS = 200
_FACETS = 1_000
_UNKNOWN_KEYS = 50
_TAG = "app.bsky.richtext.facet#tag"
_KINDS = {
    "app.bsky.feed.generator": "a feed",
    "app.bsky.graph.list": "a list",
    "app.bsky.graph.starterpack": "a starter pack",
    "app.bsky.labeler.service": "a labeler",
}
_OF_LIKE = frozenset({"$type", "subject", "createdAt", "via"})
_OF_VIEW = frozenset(
    {
        *("$type", "uri", "cid", "author", "record", "embed", "indexedAt", "labels", "viewer"),
        *("replyCount", "repostCount", "likeCount", "quoteCount", "bookmarkCount", "threadgate"),
        "debug",
    }
)
_OF_POST = frozenset(
    {
        *("$type", "text", "createdAt", "facets", "langs", "embed", "reply", "labels", "tags"),
        "entities",
    }
)


@dataclass(frozen=True, slots=True)
class Liked:
    """One like of a post, and where on its page it stood."""

    position: int
    post: syntax.Record
    liked_at: datetime | None


def read_likes(records: list[Any], now: datetime) -> list[Liked | Rejected]:
    """The likes of a page in order, each read or set aside."""
    return [_like(entry, position, now) for position, entry in enumerate(records)]


def _like(entry: object, position: int, now: datetime) -> Liked | Rejected:
    value = mapping(mapping(entry).get("value"))
    subject = value.get("subject")
    if value.get("$type", LIKE) != LIKE:
        return Rejected(position, "", "not a like", shape(entry))
    record = syntax.record(mapping(subject).get("uri"))
    if record is None:
        return Rejected(position, "", "does not say what was liked", shape(entry))
    if record.collection != syntax.POST:
        kind = _KINDS.get(record.collection, "something else")
        return Rejected(position, record.uri, f"a like of {kind}, not of a post", shape(entry))
    return Liked(position, record, moment(value.get("createdAt"), now))


def read_post(
    like: Liked, view: Mapping[str, Any] | None, *, cdn_url: str, now: datetime
) -> LikedPost | Rejected:
    """A post from how the AppView shows it; None for an address that it does not take."""
    if view is None:
        return Rejected(like.position, like.post.uri, "its address is not taken", "null")
    record = view.get("record")
    if not isinstance(record, Mapping):
        return Rejected(like.position, like.post.uri, "a post without its record", shape(view))
    author = mapping(view.get("author"))
    found = list(parts(record.get("embed"), view.get("embed")))
    cards = (attached_of(part) for part in found)
    return LikedPost(
        post_id=like.post.uri,
        author_id=like.post.did,
        author=clean(author.get("handle"), NAME_CHARS),
        author_name=clean(author.get("displayName"), NAME_CHARS),
        caption=clean(record.get("text"), CAPTION_CHARS),
        link=syntax.post_link(like.post.did, like.post.key),
        place=None,
        hashtags=_hashtags(record),
        posted_at=moment(record.get("createdAt"), now),
        liked_at=like.liked_at,
        media=tuple(one for part in found for one in media_of(part, like.post.did, cdn_url)),
        attached=tuple(card for card in cards if card is not None),
    )


def gone_post(like: Liked) -> LikedPost:
    """A post that the AppView leaves out: the like is all that is left of it."""
    return LikedPost(
        post_id=like.post.uri,
        author_id=like.post.did,
        author="",
        author_name="",
        caption="",
        link=syntax.post_link(like.post.did, like.post.key),
        place=None,
        hashtags=(),
        posted_at=None,
        liked_at=like.liked_at,
        media=(),
        is_gone=True,
    )


def _hashtags(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Those within the text, then those beside it, each once."""
    tags = [*_within(record.get("facets")), *listed(record.get("tags"), _TAGS)]
    names = (clean(tag, NAME_CHARS).removeprefix("#").strip() for tag in tags[:_TAGS])
    return tuple(dict.fromkeys(name for name in names if name))


def _within(facets: object) -> Iterator[Any]:
    for facet in listed(facets, _FACETS):
        for feature in listed(mapping(facet).get("features"), _TAGS):
            if mapping(feature).get("$type") == _TAG:
                yield feature.get("tag")


def unknown_keys(records: Iterable[object], views: Iterable[object]) -> dict[str, int]:
    """How often each key and embed came that this parser does not know."""
    counts: Counter[str] = Counter()
    for entry in records:
        _count(counts, mapping(mapping(entry).get("value")), _OF_LIKE)
    for view in map(mapping, views):
        record = mapping(view.get("record"))
        _count(counts, view, _OF_VIEW)
        _count(counts, record, _OF_POST)
        kinds = (part.kind for part in parts(record.get("embed"), view.get("embed")))
        counts.update(key_name(kind) for kind in kinds if kind not in KNOWN)
    return dict(counts.most_common(_UNKNOWN_KEYS))


def _count(counts: Counter[str], value: Mapping[str, Any], known: frozenset[str]) -> None:
    counts.update(key_name(key) for key in value if key not in known)
