"""One person's Instagram: their profile, their feeds, single posts."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from providers.answer import Reply
from providers.errors import Unexpected
from providers.http import Wire
from providers.instagram.errors import error_of
from providers.instagram.feed import (
    ENDPOINTS,
    Endpoint,
    endpoint,
    next_cursor,
    request_query,
)
from providers.instagram.oauth import read_profile
from providers.instagram.parse import read_posts
from providers.secret import Secret
from providers.shapes import LikedPost, Page, Profile
from providers.turns import Turns


class InstagramClient:
    """Asks the API with one token. Thread-safe."""

    def __init__(
        self,
        wire: Wire,
        api_url: str,
        token: Secret,
        turns: Turns,
        rows: Mapping[str, Endpoint] = ENDPOINTS,
    ) -> None:
        self._wire = wire
        self._api_url = api_url
        self._token = token
        self._turns = turns
        self._host = urlsplit(api_url).netloc
        self._rows = rows

    def profile(self) -> Profile:
        """Whose token this is."""
        found = read_profile(self._get("/users/self", {}).body.get("data"))
        if found is None:
            raise Unexpected("no_profile", "Instagram did not say whose sign-in this is.")
        return found

    def page(self, kind: str, cursor: str | None) -> Page:
        """One page of a feed in upstream order, newest first."""
        row, path = endpoint(self._rows, kind)
        reply = self._get(path, request_query(row, cursor))
        data = reply.body.get("data")
        if not isinstance(data, list):
            raise Unexpected("no_data", "The answer holds no list of posts.")
        after = next_cursor(row, reply.body.get("pagination"), self._api_url)
        posts, rejected, unknown = read_posts(data)
        return Page(posts, rejected, after, unknown, reply.requests_left)

    def post(self, post_id: str, author_id: str) -> LikedPost:
        """One post again, for fresh media addresses."""
        full_id = f"{post_id}_{author_id}" if author_id else post_id
        data = self._get(f"/media/{quote(full_id, safe='')}", {}).body.get("data")
        posts, rejected, _ = read_posts([data])
        if not posts:
            raise Unexpected("bad_post", f"The post cannot be read: {rejected[0].reason}.")
        if posts[0].post_id != post_id:
            raise Unexpected("another_post", "Instagram answered with another post.")
        return posts[0]

    def _get(self, path: str, query: dict[str, str]) -> Reply:
        self._turns.wait(self._host)
        reply = self._wire.get(f"{self._api_url}{path}", query, {"access_token": self._token})
        error = error_of(reply)
        if error is not None:
            raise error
        self._turns.told(self._host, reply.requests_left, reply.resets_in)
        return reply
