"""The AppView: posts as they can be seen now, and whose a handle is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from providers.bluesky.syntax import is_did
from providers.bluesky.xrpc import Xrpc
from providers.errors import BadRequest, Gone, Unexpected
from providers.turns import Turns

AT_ONCE = 25
Views = dict[str, Mapping[str, Any] | None]
_NOTHING: Mapping[str, Any] = {}


class AppView:
    """One server that has seen all accounts. Thread-safe."""

    def __init__(self, xrpc: Xrpc, url: str) -> None:
        self._xrpc = xrpc
        self._url = url

    def posts(self, uris: Sequence[str], turns: Turns) -> Views:
        """The posts among `uris` that there are, by uri; None for an address it does not take.

        BadRequest when it takes none of several: then it is not about the addresses.
        """
        asked = list(dict.fromkeys(uris))
        views: Views = {}
        for start in range(0, len(asked), AT_ONCE):
            views |= self._some(asked[start : start + AT_ONCE], turns)
        if len(asked) > 1 and not any(views.get(uri, _NOTHING) is not None for uri in asked):
            raise BadRequest("invalid_request", "The AppView did not accept the question.")
        return views

    def _some(self, uris: list[str], turns: Turns) -> Views:
        """One address that it does not take would cost all the others: then by halves."""
        try:
            body = self._xrpc.query(self._url, "app.bsky.feed.getPosts", {"uris": uris}, turns).body
        except BadRequest:
            if len(uris) == 1:
                return {uris[0]: None}
            middle = len(uris) // 2
            return self._some(uris[:middle], turns) | self._some(uris[middle:], turns)
        posts = body.get("posts")
        if not isinstance(posts, list):
            raise Unexpected("no_posts", "The answer holds no list of posts.")
        named = [(post.get("uri"), post) for post in posts if isinstance(post, Mapping)]
        return {uri: post for uri, post in named if isinstance(uri, str) and uri in uris}

    def did_of(self, handle: str, turns: Turns) -> str:
        """Whose a handle is, "" when it is nobody's; TryLater, Unexpected."""
        method = "com.atproto.identity.resolveHandle"
        try:
            did = self._xrpc.query(self._url, method, {"handle": handle}, turns).body.get("did")
        except (Gone, BadRequest):
            return ""
        return did if isinstance(did, str) and is_did(did) else ""
