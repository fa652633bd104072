"""A stand-in Instagram that speaks version 1: one host for the API, one for pictures."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from accounts import signin, upstream
from accounts.models import Connection, User
from providers.shapes import Account, Grant
from providers.turns import AtOnce
from tests.conformance.places import HTML, SILENCE, Answer, Heard, Place
from tests.conformance.standin import Given, StandIn

LIKED = "/v1/users/self/media/liked"
MOST = 33
SECRET = "conformance-client-secret-0123456789"
_EPOCH = 1314220021721


def wrong(kind: str, message: str, code: int = 400, status: int = 400) -> Answer:
    """An error in its envelope."""
    meta = {"code": code, "error_type": kind, "error_message": message}
    return Answer(status, {"meta": meta})


def bare(kind: str, message: str, code: int = 400, **headers: str) -> Answer:
    body = {"code": code, "error_type": kind, "error_message": message}
    return Answer(code, body, {name.replace("_", "-"): told for name, told in headers.items()})


_OFTEN = "You have exceeded the maximum number of requests per hour."
_DEAD = "The access_token provided is invalid."


class Instagram(StandIn):
    """Likes by grant; a cursor at every page but the last."""

    key = "instagram"
    counts_hosts = False
    tells_when = False
    empty_goes_on = True
    proves_bytes = False
    keeps_dangling = False
    no_picture = Answer(404, HTML, {"Content-Type": "text/html"})
    says: ClassVar[Mapping[str, Mapping[str, Answer]]] = {
        "limited": {
            "bare": bare("OAuthRateLimitException", _OFTEN, 429),
            "enveloped": wrong("OAuthRateLimitException", _OFTEN, 429, 429),
            "2012": wrong("OAuthRateLimitException", _OFTEN, 420),
            "html": Answer(429, HTML, {"Content-Type": "text/html"}),
        },
        "limited_for_ten_minutes": {
            "retry_after": bare("OAuthRateLimitException", _OFTEN, 429, Retry_After="600"),
        },
        "moment": {
            "502": Answer(502, HTML),
            "503": Answer(503, HTML),
            "504": Answer(504, b""),
            "unknown_500": wrong("APIError", "Sorry", 500, 500),
            "html_200": Answer(200, HTML),
            "empty_200": Answer(200, b""),
            "cut": Answer(200, b'{"meta":{"code":200},"data":[{"id":"1'),
            "silence": SILENCE,
        },
        "unreadable": {
            "array": Answer(200, [1, 2]),
            "no_data": Answer(200, {"meta": {"code": 200}, "data": None}),
            "unknown_400": wrong("NobodyKnowsThisException", "Hm"),
            "bad_pagination": Answer(200, {"data": [], "pagination": "next"}),
        },
        "dead_grant": {
            "400": wrong("OAuthAccessTokenException", _DEAD),
            "bare": bare("OAuthAccessTokenException", _DEAD),
            "quoted": wrong("OAuthAccessTokenException", 'The "access_token" provided is invalid.'),
            "in_a_200": wrong("OAuthAccessTokenException", _DEAD, status=200),
            "narrow": wrong("OAuthPermissionsException", "This request requires scope=x"),
        },
        "gone": {
            "hidden": wrong("APINotAllowedError", "you cannot view this resource"),
            "missing": wrong("APINotFoundError", "this user does not exist"),
        },
        "retired": {
            "2018": wrong("APINotAllowedError", "This endpoint has been retired"),
        },
        "bad_cursor": {
            "2014": wrong("APIInvalidParametersError", "Invalid max_like_id"),
        },
    }

    def __init__(self) -> None:
        self.api = Place(self._answer)
        self.cdn = Place(lambda path, query: self.seen(path.split("/")[-2]))
        self.places = {"api": self.api, "cdn": self.cdn}
        super().__init__()

    def values(self) -> dict[str, str]:
        return {
            "INSTAGRAM_API_URL": f"{self.api.url}/v1",
            "INSTAGRAM_OAUTH_URL": self.api.url,
            "INSTAGRAM_CLIENT_ID": "conformance",
            "INSTAGRAM_CLIENT_SECRET": SECRET,
        }

    def token(self, who: str) -> str:
        return f"{self._id(who)}.c0ffee1.{self._id(who):0>32}"

    def _id(self, who: str) -> str:
        return str(zlib.crc32(f"{self._born} {who}".encode()))

    def connect(self, who: str = "tess", user: User | None = None) -> Connection:
        self.likes.setdefault(who, [])
        grant = Grant(access_token=self.token(who))
        profile = upstream.service(self.key).client(Account(grant=grant), turns=AtOnce()).profile()
        self.forget()
        return signin.connect(user, self.key, grant, profile)

    def secrets(self, who: str = "tess") -> list[str]:
        return [self.token(who), SECRET]

    def new_post(self, number: int) -> str:
        """Ids hold the time of the post; these end in what tells them apart."""
        shifted = (1_600_000_000_000 - _EPOCH) << 23
        return str(shifted // 1_000_000 * 1_000_000 + number)

    def mark(self, given: Given) -> str:
        return str(900_100_200_300 + given.number)

    def asked_pages(self) -> list[Heard]:
        return [heard for heard in self.api.heard if heard.path == LIKED]

    def pages_of(self, likes: int) -> list[int]:
        whole, rest = divmod(likes, self.size)
        return [self.size] * whole + [rest] * bool(rest or not whole)

    def budget(self, pages: Sequence[int], *, first: bool) -> dict[str, int]:
        return {"api": len(pages)}

    # The API

    def _answer(self, path: str, query: Mapping[str, list[str]]) -> Answer:
        told = {name: values[0] for name, values in query.items()}
        if not told.get("access_token"):
            return wrong(
                "OAuthParameterException", "Missing client_id or access_token URL parameter."
            )
        who = next((name for name in self.likes if self.token(name) == told["access_token"]), None)
        if who is None:
            return wrong("OAuthAccessTokenException", _DEAD)
        if path == "/v1/users/self":
            user = {"id": self._id(who), "username": who, "full_name": who.title(), "bio": ""}
            return Answer(200, {"meta": {"code": 200}, "data": user})
        if path == LIKED:
            return self._trouble() or self._liked(who, told)
        return self._media(path.rpartition("/")[2].partition("_")[0])

    def _liked(self, who: str, told: Mapping[str, str]) -> Answer:
        if told.get("count") == "0":
            return wrong("APIInvalidParametersError", "Count must be larger than zero.")
        cut = self.cut(who, told.get("max_like_id"), min(int(told.get("count", 20)), MOST))
        pagination = {}
        if cut.after is not None:
            pagination = {
                "next_url": f"{self.api.url}{LIKED}?access_token={told['access_token']}"
                f"&max_like_id={cut.after}",
                "next_max_like_id": cut.after,
            }
        data = [self._post(row.post_id) for row in cut.rows]
        body = {"meta": {"code": 200}, "data": data, "pagination": pagination}
        limits = {"X-Ratelimit-Limit": "5000", "X-Ratelimit-Remaining": "4990"}
        return Answer(200, body, limits)

    def _media(self, post_id: str) -> Answer:
        if post_id in self.deleted:
            return wrong("APINotFoundError", "invalid media id")
        return Answer(200, {"meta": {"code": 200}, "data": self._post(post_id)})

    def _post(self, post_id: str) -> Any:
        address = f"{self.cdn.url}/vp/{post_id}/p.jpg?sig=f00"
        post = {
            "id": f"{post_id}_1000001",
            "type": "image",
            "user": {"id": "1000001", "username": "ada_pix", "full_name": "Ada P."},
            "created_time": "1600000000",
            "link": f"https://www.instagram.com/p/{post_id}/",
            "filter": "Normal",
            "tags": ["sunrise"],
            "caption": {"id": "17", "text": f"about {post_id}", "created_time": "1600000000"},
            "location": {"id": 7, "name": "Bay", "latitude": 12.5, "longitude": -34.25},
            "user_has_liked": True,
            "likes": {"count": 12},
            "comments": {"count": 3},
            "images": {
                "thumbnail": {"url": f"{self.cdn.url}/vp/small/t.jpg", "width": 150, "height": 150},
                "standard_resolution": {"url": address, "width": 640, "height": 640},
            },
            "users_in_photo": [],
            "attribution": None,
        }
        return self.bent.get(post_id, lambda one: one)(post)
