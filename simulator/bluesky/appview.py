"""The AppView: handles to DIDs, posts by the bunch, profiles."""

from __future__ import annotations

from simulator.bluesky.hosts import Hosts
from simulator.bluesky.views import Views
from simulator.bluesky.world import Sky
from simulator.bluesky.xrpc import XrpcError, required
from simulator.wire import Answer, Request, as_json

MOST_POSTS = 25


class AppView:
    """Answers app.bsky.* and com.atproto.identity.resolveHandle."""

    def __init__(self, sky: Sky, views: Views, hosts: Hosts) -> None:
        self._sky = sky
        self._views = views
        self._hosts = hosts

    def resolve_handle(self, request: Request) -> Answer:
        handle = required(request, "handle").lower()
        with self._sky.lock:
            known = tuple(self._sky.accounts.values())
        found = next((one for one in known if one.handle == handle), None)
        if found is None:
            raise XrpcError("InvalidRequest", "Unable to resolve handle")
        return as_json({"did": self._hosts.did(found, request)})

    def get_posts(self, request: Request) -> Answer:
        """Those that are there; the others are left out without a word."""
        wanted = [value for name, value in request.pairs if name in {"uris", "uris[]"}]
        if not wanted:
            raise XrpcError("InvalidRequest", 'Error: Params must have the property "uris"')
        if len(wanted) > MOST_POSTS:
            words = f"Error: uris must not have more than {MOST_POSTS} elements"
            raise XrpcError("InvalidRequest", words)
        found = [self._sky.post(address) for address in dict.fromkeys(wanted)]
        base = self._hosts.first(request)
        return as_json({"posts": [self._views.post(one, base) for one in found if one]})

    def get_profile(self, request: Request) -> Answer:
        account = self._sky.account(required(request, "actor"), self._hosts.web(request))
        if account is None:
            raise XrpcError("InvalidRequest", "Profile not found")
        did = self._hosts.did(account, request)
        return as_json(self._views.profile(account, did, self._hosts.first(request)))

    def get_actor_likes(self, _request: Request) -> Answer:
        """The call that looks right and is not for us."""
        raise XrpcError("AuthMissing", "Authentication Required", 401)
