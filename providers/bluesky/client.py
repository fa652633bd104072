"""One account's public likes, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any

from providers.bluesky import syntax
from providers.bluesky.appview import UNASKED, AppView, Views
from providers.bluesky.embeds import mapping
from providers.bluesky.identity import Identity
from providers.bluesky.parse import (
    LIKE,
    MOST_RECORDS,
    Liked,
    gone_post,
    read_likes,
    read_post,
    unknown_keys,
)
from providers.bluesky.repository import Repository
from providers.errors import BadRequest, Gone, Unexpected
from providers.shapes import LikedPost, Page, Profile, Rejected
from providers.text import is_plain
from providers.turns import Turns

# The first page is one request to each server, so that pictures come at once.
_FIRST, _REST = "25", "100"
_CURSOR_CHARS = 512


@dataclass(frozen=True, slots=True)
class _Read:
    """So many likes of a page as could be read, and how often came what nobody knows."""

    likes: list[LikedPost | Rejected]
    unknown: dict[str, int]


class BlueskyClient:
    """Reads what an account has liked; no sign-in. Thread-safe."""

    def __init__(
        self,
        did: str,
        *,
        repository: Repository,
        identity: Identity,
        appview: AppView,
        cdn_url: str,
        turns: Turns,
    ) -> None:
        self._did = did
        self._repository = repository
        self._identity = identity
        self._appview = appview
        self._cdn_url = cdn_url
        self._turns = turns

    def profile(self) -> Profile:
        """What the account is called now, `handle.invalid` when that cannot be believed."""
        return self._identity.profile(self._did, self._turns)

    def page(self, kind: str, cursor: str | None) -> Page:
        """One page of likes, newest first. The list ends where a page is empty."""
        if kind != "liked":
            raise BadRequest("unknown_kind", "There is no such feed.")
        fields = {"repo": self._did, "collection": LIKE, "limit": _FIRST}
        if cursor is not None:
            fields |= {"limit": _REST, "cursor": cursor}
        reply = self._repository.ask(self._did, "com.atproto.repo.listRecords", fields, self._turns)
        records = reply.body.get("records")
        if not isinstance(records, list):
            raise Unexpected("no_records", "The answer holds no list of records.")
        after = _next_cursor(reply.body) if records else None
        read = self._read(records[:MOST_RECORDS])
        if len(read.likes) < len(records):
            after = _key(records[len(read.likes) - 1])
        posts = tuple(like for like in read.likes if isinstance(like, LikedPost))
        rejected = tuple(like for like in read.likes if isinstance(like, Rejected))
        return Page(posts, rejected, after, read.unknown, reply.requests_left)

    def _read(self, records: list[Any]) -> _Read:
        """The likes in order, up to the first one of whose post the AppView was not asked."""
        now = datetime.now(UTC)
        likes = read_likes(records, now)
        uris = [like.post.uri for like in likes if isinstance(like, Liked)]
        views = self._appview.posts(uris, self._turns)
        told = list(takewhile(lambda like: not _is_unasked(like, views), likes))
        shown = [view for view in views.values() if view is not UNASKED]
        return _Read(
            [self._post(like, views, now) for like in told],
            unknown_keys(records[: len(told)], shown),
        )

    def _post(
        self, like: Liked | Rejected, views: Mapping[str, Mapping[str, Any] | None], now: datetime
    ) -> LikedPost | Rejected:
        if isinstance(like, Rejected):
            return like
        if like.post.uri not in views:
            return gone_post(like)
        return read_post(like, views[like.post.uri], cdn_url=self._cdn_url, now=now)

    def post(self, post_id: str, author_id: str) -> LikedPost:
        """One post as it is now; Gone when the AppView leaves it out."""
        record = syntax.record(post_id)
        if record is None or record.collection != syntax.POST:
            raise BadRequest("bad_post_id", "That names no post.")
        views = self._appview.posts([record.uri], self._turns)
        if views.get(record.uri) is None:
            raise Gone("left_out", "The post is not there any more.")
        found = self._post(Liked(0, record, None), views, datetime.now(UTC))
        if isinstance(found, Rejected):
            raise Unexpected("bad_post", f"The post cannot be read: {found.reason}.")
        return found


def _is_unasked(like: Liked | Rejected, views: Views) -> bool:
    return isinstance(like, Liked) and views.get(like.post.uri) is UNASKED


def _key(entry: object) -> str:
    """Where a page starts that follows this record: what is behind it is not lost."""
    record = syntax.record(mapping(entry).get("uri"))
    if record is None:
        raise Unexpected("no_place", "The answer is too long, and does not say where to go on.")
    return record.key


def _next_cursor(body: Mapping[str, Any]) -> str | None:
    """Where the next page starts; None when the answer does not say."""
    value = body.get("cursor")
    if value is None or value == "":
        return None
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not text or len(text) > _CURSOR_CHARS or not is_plain(text):
        raise Unexpected("bad_cursor", "The answer's cursor cannot be one.")
    return text
