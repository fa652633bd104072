"""Leads each request of the sky to its room."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import unquote

from simulator.bluesky.appview import AppView
from simulator.bluesky.blobs import Blob, Blobs
from simulator.bluesky.directory import Directory
from simulator.bluesky.hosts import Hosts
from simulator.bluesky.pds import Pds
from simulator.bluesky.views import Views
from simulator.bluesky.world import Sky
from simulator.bluesky.xrpc import XrpcError
from simulator.settings import Settings
from simulator.wire import Answer, Request
from simulator.world import World

_PICTURE = re.compile(r"^/img/(\w+)/plain/(did:[^/]+)/(b[a-z2-7]+)(?:@\w+)?$")
_STILL = re.compile(r"^/watch/(did:[^/]+)/(b[a-z2-7]+)/thumbnail\.jpg$")
_PREFIXES = ("/xrpc/", "/did:", "/did%3A", "/.well-known/", "/img/", "/watch/")
_NOT_FOUND = Answer(404, b"Not Found", "text/plain")


class Bluesky:
    """A request in, an answer out; None for what belongs to Instagram."""

    def __init__(self, world: World, settings: Settings) -> None:
        self.sky = Sky(world)
        self.hosts = Hosts()
        self.blobs = Blobs(settings)
        self.views = Views(self.sky, self.blobs)
        self._pds = Pds(self.sky, self.blobs, self.hosts)
        self._directory = Directory(self.sky, self.hosts)
        appview = AppView(self.sky, self.views, self.hosts)
        self._calls: dict[str, Callable[[Request], Answer]] = {
            "com.atproto.repo.listRecords": self._pds.list_records,
            "com.atproto.repo.getRecord": self._pds.get_record,
            "com.atproto.sync.getBlob": self._pds.get_blob,
            "com.atproto.identity.resolveHandle": appview.resolve_handle,
            "app.bsky.feed.getPosts": appview.get_posts,
            "app.bsky.actor.getProfile": appview.get_profile,
            "app.bsky.feed.getActorLikes": appview.get_actor_likes,
        }

    def warm(self, key: str, newest: int) -> None:
        """Draw ahead what somebody's newest likes show."""
        for like in self.sky.likes(self.sky.accounts[key]).rows[: -newest - 1 : -1]:
            if post := self.sky.post(like.subject):
                self.views.post(post, "")

    def answer(self, request: Request) -> Answer | None:
        if not request.path.startswith(_PREFIXES):
            return None
        path = unquote(request.path)
        if path.startswith("/xrpc/"):
            return self._call(path.removeprefix("/xrpc/"), request)
        if path.startswith("/did:"):
            return self._directory.plc(path.removeprefix("/"), request)
        if path.startswith("/.well-known/"):
            return self._directory.well_known(path.removeprefix("/.well-known/"), request)
        return self._picture(path, request)

    def _call(self, name: str, request: Request) -> Answer:
        """Counted against the limit of the host that is asked, whatever comes of it."""
        within, headers = self.hosts.spend(request.headers.get("host", ""))
        try:
            answer = self._known(name, request, within=within)
        except XrpcError as refused:
            answer = refused.answer()
        return replace(answer, headers={**answer.headers, **headers})

    def _known(self, name: str, request: Request, *, within: bool) -> Answer:
        if not within:
            raise XrpcError("RateLimitExceeded", "Rate Limit Exceeded", 429)
        if name not in self._calls:
            raise XrpcError("MethodNotImplemented", "Method Not Implemented", 501)
        if request.method not in {"GET", "HEAD"}:
            raise XrpcError("InvalidRequest", "Incorrect HTTP method", 405)
        return self._calls[name](request)

    def _picture(self, path: str, request: Request) -> Answer:
        """A smaller rendition, or the still of a video."""
        if found := _PICTURE.match(path):
            blob = self._blob(found[2], found[3], request)
            body = self.blobs.smaller(blob, found[1]) if blob else None
        elif found := _STILL.match(path):
            video = self._blob(found[1], found[2], request)
            still = self.blobs.still_of(video) if video else None
            body = self.blobs.body(still) if still else None
        else:
            body = None
        return Answer(200, body, "image/jpeg") if body else _NOT_FOUND

    def _blob(self, did: str, cid: str, request: Request) -> Blob | None:
        account = self.sky.account(did, self.hosts.web(request))
        blob = self.blobs.find(account.key, cid) if account else None
        if account is None or blob is None or self._pds.is_gone(account, blob):
            return None
        return blob
