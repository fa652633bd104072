"""A stand-in Bluesky: directory, a server of accounts, one of authors, AppView and CDN."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from accounts import following
from accounts.models import Connection, User
from providers.shapes import Profile
from tests.conformance.places import HTML, SILENCE, Answer, Heard, Place
from tests.conformance.standin import Cut, Given, StandIn

LIKE, POST = "app.bsky.feed.like", "app.bsky.feed.post"
LIST = "/xrpc/com.atproto.repo.listRecords"
AT_ONCE = 25


def wrong(name: str, message: str = "", status: int = 400, **headers: str) -> Answer:
    """An error as all of these servers say it."""
    told = {header.replace("_", "-"): value for header, value in headers.items()}
    return Answer(status, {"error": name, "message": message}, told)


def cid_of(data: bytes) -> str:
    """The content id of raw bytes: version 1, raw, SHA-256."""
    raw = bytes([0x01, 0x55, 0x12, 0x20]) + hashlib.sha256(data).digest()
    return "b" + base64.b32encode(raw).decode().rstrip("=").lower()


def at(seconds: int) -> Callable[[], str]:
    """A moment from now, as this network writes it when it speaks of limits."""
    return lambda: str(int(time.time()) + seconds)


USED_UP = {
    "RateLimit-Limit": "3000",
    "RateLimit-Remaining": "0",
    "RateLimit-Reset": at(600),
}


class Bluesky(StandIn):
    """Public likes by DID; the list ends with an empty page."""

    key = "bluesky"
    counts_hosts = True
    tells_when = True
    empty_goes_on = False
    proves_bytes = True
    keeps_dangling = True
    sides = ("", "view ")
    no_picture = wrong("BlobNotFound", "Blob not found")
    says: ClassVar[Mapping[str, Mapping[str, Answer]]] = {
        "limited": {
            "429": wrong("RateLimitExceeded", "Rate Limit Exceeded", 429),
            "html": Answer(429, HTML, {"Content-Type": "text/html"}),
        },
        "limited_for_ten_minutes": {
            "reset": Answer(429, {"error": "RateLimitExceeded", "message": ""}, USED_UP),
            "retry_after": wrong("RateLimitExceeded", "Rate Limit", 429, Retry_After="600"),
        },
        "moment": {
            "502": wrong("UpstreamFailure", "", 502),
            "503": Answer(503, HTML),
            "504": Answer(504, b""),
            "500": wrong("InternalServerError", "Internal Server Error", 500),
            "html_200": Answer(200, HTML),
            "empty_200": Answer(200, b""),
            "cut": Answer(200, b'{"records":[{"uri":"at://did:plc:'),
            "silence": SILENCE,
        },
        "unreadable": {
            "array": Answer(200, [1, 2]),
            "no_records": Answer(200, {"cursor": "3l"}),
            "unknown_400": wrong("NobodyKnowsThis", "Hm"),
            "bad_cursor": Answer(200, {"records": [{}], "cursor": {"a": 1}}),
        },
        "gone": {
            "left": wrong("RepoNotFound", "Could not find repo"),
            "old_server": wrong("InvalidRequest", "Could not find repo: did:plc:x"),
            "taken_down": wrong("RepoTakendown", "Repo has been taken down"),
            "suspended": wrong("RepoSuspended", "Repo has been suspended"),
            "switched_off": wrong("RepoDeactivated", "Repo has been deactivated"),
        },
        "bad_cursor": {
            "invalid": wrong("InvalidRequest", "Malformed cursor"),
        },
    }

    def __init__(self) -> None:
        self.plc = Place(self._document)
        self.home = Place(self._repo)
        self.authors = Place(self._blob)
        self.appview = Place(self._view)
        self.cdn = Place(self._copy)
        self.places = {
            "plc": self.plc,
            "home": self.home,
            "authors": self.authors,
            "appview": self.appview,
            "cdn": self.cdn,
        }
        super().__init__()

    def values(self) -> dict[str, str]:
        return {
            "BLUESKY_APPVIEW_URL": self.appview.url,
            "BLUESKY_PLC_URL": self.plc.url,
            "BLUESKY_CDN_URL": self.cdn.url,
        }

    def did(self, who: str) -> str:
        letters = base64.b32encode(f"{self._born}-{who}".encode()).decode().lower()
        return f"did:plc:{letters.rstrip('='):a<24}"

    def connect(self, who: str = "tess", user: User | None = None) -> Connection:
        self.likes.setdefault(who, [])
        return following.follow(user, self.key, Profile(self.did(who), f"{who}.example.com"))

    def secrets(self, who: str = "tess") -> list[str]:
        return []

    def new_post(self, number: int) -> str:
        return f"at://{self.did('author')}/{POST}/3k{number:06d}"

    def mark(self, given: Given) -> str:
        return f"3l{given.number:011d}"

    def asked_pages(self) -> list[Heard]:
        return [heard for heard in self.home.heard if heard.path == LIST]

    def pages_of(self, likes: int) -> list[int]:
        whole, rest = divmod(likes, self.size)
        return [*[self.size] * whole, *[rest] * bool(rest), 0]

    def budget(self, pages: Sequence[int], *, first: bool) -> dict[str, int]:
        posts = sum(-(-size // AT_ONCE) for size in pages)
        return {"plc": 1 if first else 0, "home": len(pages), "appview": posts}

    def last_cursor(self, cut: Cut) -> Cut:
        """Told whenever a page is not empty."""
        return replace(cut, after=self.mark(cut.rows[-1]) if cut.rows else None)

    # The servers

    def _document(self, path: str, query: Mapping[str, list[str]]) -> Answer:
        did = path[1:]
        servers = {self.did(who): self.home for who in self.likes}
        server = {**servers, self.did("author"): self.authors}.get(did)
        if server is None:
            return Answer(404, {"message": f"DID not registered: {did}"})
        entry = {"type": "AtprotoPersonalDataServer", "serviceEndpoint": server.url}
        names = ["at://somebody.example.com"]
        return Answer(
            200,
            {"id": did, "alsoKnownAs": names, "service": [{"id": "#atproto_pds", **entry}]},
        )

    def _repo(self, path: str, query: Mapping[str, list[str]]) -> Answer:
        told = {name: values[0] for name, values in query.items()}
        if path != LIST or told.get("collection") != LIKE:
            return wrong("MethodNotImplemented", "Method Not Implemented", 501)
        if trouble := self._trouble():
            return trouble
        who = next((name for name in self.likes if self.did(name) == told.get("repo")), None)
        limit = int(told.get("limit", 50))
        if who is None:
            return wrong("RepoNotFound", f"Could not find repo: {told.get('repo')}")
        if not 1 <= limit <= 100:
            return wrong("InvalidRequest", "limit must be between 1 and 100")
        cut = self.cut(who, told.get("cursor"), limit)
        body: dict[str, Any] = {"records": [self._record(who, row) for row in cut.rows]}
        if cut.after is not None:
            body["cursor"] = cut.after
        return Answer(200, body, self._limits(self.home))

    def _record(self, who: str, row: Given) -> Any:
        at = f"{row.at:%Y-%m-%dT%H:%M:%S}.{row.at.microsecond // 1000:03d}Z"
        value = {
            "$type": LIKE,
            "subject": {"uri": row.post_id, "cid": "bafyreipost"},
            "createdAt": at,
        }
        uri = f"at://{self.did(who)}/{LIKE}/{self.mark(row)}"
        return self.bent.get(row.post_id, lambda one: one)(
            {"uri": uri, "cid": "bafyreilike", "value": value}
        )

    def _view(self, path: str, query: Mapping[str, list[str]]) -> Answer:
        """In any order, and without what is gone."""
        uris = query.get("uris", [])
        if not path.endswith("app.bsky.feed.getPosts") or not 1 <= len(uris) <= AT_ONCE:
            return wrong("InvalidRequest", "Error: Params must have the property uris")
        shown = [self._post(uri) for uri in sorted(uris) if uri not in self.deleted]
        return Answer(200, {"posts": shown}, self._limits(self.appview))

    def _post(self, uri: str) -> Any:
        did, key = uri.split("/")[2], uri.rpartition("/")[2]
        data = self.picture(uri)
        ref = {"$type": "blob", "ref": {"$link": cid_of(data)}, "mimeType": "image/jpeg"}
        image = {"alt": "a colour", "image": {**ref, "size": len(data)}}
        told = {"$type": "app.bsky.embed.images", "images": [image]}
        view = {"fullsize": self._cdn(did, cid_of(data)), "alt": "a colour"}
        post = {
            "uri": uri,
            "cid": "bafyreipost",
            "author": {"did": did, "handle": "ada.example.com", "displayName": "Ada"},
            "record": {
                "$type": POST,
                "text": f"about {key}",
                "createdAt": "2025-12-01T00:00:00.000Z",
                "langs": ["en"],
                "embed": told,
            },
            "embed": {"$type": "app.bsky.embed.images#view", "images": [view]},
            "likeCount": 1,
            "indexedAt": "2025-12-01T00:00:01.000Z",
            "labels": [],
        }
        return self.bent.get(f"view {uri}", lambda one: one)(post)

    def _cdn(self, did: str, cid: str) -> str:
        return f"{self.cdn.url}/img/feed_fullsize/plain/{did}/{cid}@jpeg"

    def _blob(self, path: str, query: Mapping[str, list[str]]) -> Answer:
        return self.seen(self._by_cid(query["cid"][0]))

    def _copy(self, path: str, query: Mapping[str, list[str]]) -> Answer:
        return self.seen(self._by_cid(path.rpartition("/")[2].partition("@")[0]), small=True)

    def _by_cid(self, cid: str) -> str:
        posts = {given.post_id for likes in self.likes.values() for given in likes}
        return next(post for post in posts if cid_of(self.picture(post)) == cid)

    def _limits(self, place: Place) -> dict[str, Any]:
        left = str(3000 - len(place.heard))
        told = {"RateLimit-Limit": "3000", "RateLimit-Remaining": left}
        return {**told, "RateLimit-Reset": at(300)}
