"""The endpoints of API v1: who am I, what did I like, my own posts, one post, a hashtag."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from simulator.ids import SLOT_MS, created_ms
from simulator.living import Living
from simulator.payload import Payload
from simulator.people import Person
from simulator.posts import id_of_slot
from simulator.tokens import Budget, Tokens
from simulator.wire import Answer, Request, as_json, bare, enveloped
from simulator.world import World, now_ms

MOST_PER_PAGE = 33
_PER_PAGE = 20
_TAG_REACH = 1_500


class BadParameter(Exception):
    """A parameter that the API refuses, with its words."""


class Api:
    """Answers /v1/…"""

    def __init__(
        self, world: World, living: Living, tokens: Tokens, budget: Budget, payload: Payload
    ) -> None:
        self._world = world
        self._living = living
        self._tokens = tokens
        self._budget = budget
        self._payload = payload

    def answer(self, request: Request) -> Answer:
        """The answer to one call, with its rate-limit headers."""
        if not request.token:
            words = "Missing client_id or access_token URL parameter."
            return enveloped("OAuthParameterException", words)
        left, spent = self._budget.spend(request.token)
        answer = self._too_many(spent) if left < 0 else self._known(request)
        answer.headers["X-Ratelimit-Limit"] = str(self._budget.limit)
        answer.headers["X-Ratelimit-Remaining"] = str(max(0, left))
        return answer

    def _too_many(self, spent: int) -> Answer:
        words = (
            "You have exceeded the maximum number of requests per hour. You have performed a total"
            f" of {spent} requests in the last hour. Our general maximum request limit is set at"
            f" {self._budget.limit} requests per hour."
        )
        return bare("OAuthRateLimitException", words, 429, 429)

    def _known(self, request: Request) -> Answer:
        person = self._tokens.owner(request.token)
        if person is None:
            words = "The access_token provided is invalid."
            return enveloped("OAuthAccessTokenException", words)
        if request.method != "GET":
            return enveloped("APINotAllowedError", "This endpoint has been retired")
        self._living.move_on()
        try:
            with self._world.lock:
                return self._route(person, request)
        except BadParameter as refused:
            return enveloped("APIInvalidParametersError", str(refused))

    def _route(self, person: Person, request: Request) -> Answer:
        parts = request.path.removeprefix("/v1/").strip("/").split("/")
        if parts[0] == "users" and len(parts) > 1:
            return self._users(person, request, parts)
        match parts:
            case ["media", media]:
                return self._one(person, request, media)
            case ["tags", tag, "media", "recent"]:
                return self._tag(person, request, tag.lower())
        return enveloped("APINotFoundError", "invalid endpoint")

    def _users(self, person: Person, request: Request, parts: list[str]) -> Answer:
        them = person if parts[1] == "self" else self._world.person(parts[1])
        if them is None:
            return enveloped("APINotFoundError", "this user does not exist")
        match parts[2:]:
            case []:
                own = len(self._world.own_posts(them))
                return _said(self._payload.profile(them, own, request.base))
            case ["media", "liked"] if parts[1] == "self":
                return self._liked(person, request)
            case ["media", "recent"]:
                return self._recent(person, them, request)
        return enveloped("APINotFoundError", "invalid endpoint")

    def _liked(self, person: Person, request: Request) -> Answer:
        """Newest like first; deleted posts are left out after the page is cut."""
        shelf, before = self._world.shelf(person), _number(request.query, "max_like_id")
        rows, more = shelf.page(before, _count(request.query))
        cursor = {"max_like_id": str(rows[-1].like)} if rows and more else {}
        return self._page(person, request, [row.media for row in rows], cursor)

    def _recent(self, person: Person, them: Person, request: Request) -> Answer:
        if them.private and them.key != person.key:
            return enveloped("APINotAllowedError", "you cannot view this resource")
        before, count = _media_number(request.query, "max_id"), _count(request.query)
        own = [m for m in self._world.own_posts(them) if before is None or m < before]
        cursor: dict[str, str] = {}
        if len(own) > count:
            cursor = {"max_id": f"{own[count - 1]}_{them.upstream_id}"}
        return self._page(person, request, own[:count], cursor)

    def _one(self, person: Person, request: Request, name: str) -> Answer:
        number = name.partition("_")[0]
        post = self._world.post(int(number)) if number.isdecimal() else None
        if post is None:
            return enveloped("APINotFoundError", "invalid media id")
        shelf = self._world.shelf(person)
        stranger = post.author.private and post.author.upstream_id != person.upstream_id
        if stranger and post.media not in shelf.posts:
            return enveloped("APINotAllowedError", "you cannot view this resource")
        return _said(self._payload.media(post, request.base, shelf))

    def _tag(self, person: Person, request: Request, tag: str) -> Answer:
        """Recent public posts with a hashtag; the cursor is an opaque word."""
        found: list[int] = []
        count = _count(request.query)
        word = request.query.get("max_tag_id", "")
        slot = _slot_of_word(word) if word else now_ms() // SLOT_MS
        last = slot - _TAG_REACH
        while slot > last and len(found) < count:
            slot -= 1
            post = self._world.post(id_of_slot(self._world.seed, slot))
            if post and tag in post.tags and not post.author.private:
                found.append(post.media)
        cursor = {"max_tag_id": f"AQD{slot:x}"} if len(found) == count else {}
        newest = f"AQD{created_ms(found[0]) // SLOT_MS:x}" if found else ""
        return self._page(person, request, found, cursor, _tag_extras(cursor, newest))

    def _page(
        self,
        person: Person,
        request: Request,
        media: list[int],
        cursor: Mapping[str, str],
        extras: Mapping[str, str] | None = None,
    ) -> Answer:
        """A page of posts; the next address carries the token, as it always did."""
        shelf = self._world.shelf(person)
        seen = [post for post in map(self._world.post, media) if post is not None]
        data = [self._payload.media(post, request.base, shelf) for post in seen]
        pagination: dict[str, Any] = dict(extras or {})
        for name, value in cursor.items():
            kept = {k: v for k, v in request.query.items() if k in {"access_token", "count"}}
            address = f"{request.base}{request.path.rstrip('/')}?"
            pagination["next_url"] = address + urlencode({**kept, name: value})
            pagination[f"next_{name}"] = value
        return as_json({"pagination": pagination, "meta": {"code": 200}, "data": data})


def _said(payload: dict[str, Any]) -> Answer:
    return as_json({"meta": {"code": 200}, "data": payload})


def _tag_extras(cursor: Mapping[str, str], newest: str) -> dict[str, str]:
    extras = {
        "next_min_id": newest,
        "min_tag_id": newest,
        "deprecation_warning": "next_max_id and min_id are deprecated for this endpoint;"
        " use min_tag_id and max_tag_id instead",
    }
    return extras | ({"next_max_id": cursor["max_tag_id"]} if cursor else {})


def _number(query: Mapping[str, str], name: str, read: Callable[[str], int] = int) -> int | None:
    if not query.get(name):
        return None
    try:
        return read(query[name])
    except ValueError:
        raise BadParameter("invalid parameters") from None


def _media_number(query: Mapping[str, str], name: str) -> int | None:
    return _number(query, name, lambda text: int(text.partition("_")[0]))


def _count(query: Mapping[str, str]) -> int:
    count = _number(query, "count")
    if count is None:
        return _PER_PAGE
    if count < 1:
        raise BadParameter("Count must be larger than zero.")
    return min(count, MOST_PER_PAGE)


def _slot_of_word(word: str) -> int:
    try:
        return int(word.removeprefix("AQD"), 16)
    except ValueError:
        raise BadParameter("invalid parameters") from None
