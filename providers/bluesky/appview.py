"""The AppView: posts as they can be seen now, and whose a handle is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from providers.bluesky.syntax import is_did
from providers.bluesky.xrpc import Xrpc
from providers.errors import BadRequest, Gone, Unexpected
from providers.turns import Turns

AT_ONCE = 25
# Of one page: four when all is well, and about ten more for each address that it does not take.
QUESTIONS = 16
Views = dict[str, Mapping[str, Any] | None]
_NOTHING: Mapping[str, Any] = {}
# In place of posts that were not asked for any more: nothing is known of them.
UNASKED: Mapping[str, Any] = MappingProxyType({"unasked": True})


class AppView:
    """One server that has seen all accounts. Thread-safe."""

    def __init__(self, xrpc: Xrpc, url: str) -> None:
        self._xrpc = xrpc
        self._url = url

    def posts(self, uris: Sequence[str], turns: Turns) -> Views:
        """The posts among `uris` that there are, by uri; None for an address it does not take.

        Asked for in order, with so many questions at most: UNASKED for what is left then, never
        the first one. BadRequest when it takes none of several: then it is not about the
        addresses.
        """
        asked = list(dict.fromkeys(uris))
        waiting = [asked[start : start + AT_ONCE] for start in range(0, len(asked), AT_ONCE)][::-1]
        views: Views = {}
        questions = 0
        while waiting and questions < QUESTIONS:
            views |= self._some(waiting, turns)
            questions += 1
        left = {uri: UNASKED for some in waiting for uri in some}
        if len(asked) > 1 and not any(
            views.get(uri, _NOTHING) is not None for uri in asked if uri not in left
        ):
            raise BadRequest("invalid_request", "The AppView did not accept the question.")
        return views | left

    def _some(self, waiting: list[list[str]], turns: Turns) -> Views:
        """What comes next; one address that it does not take would cost others: then by halves."""
        uris = waiting.pop()
        try:
            return self._shown(uris, turns)
        except BadRequest:
            if len(uris) == 1:
                return {uris[0]: None}
            middle = len(uris) // 2
            waiting += [uris[middle:], uris[:middle]]
            return {}

    def _shown(self, uris: list[str], turns: Turns) -> Views:
        body = self._xrpc.query(self._url, "app.bsky.feed.getPosts", {"uris": uris}, turns).body
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
