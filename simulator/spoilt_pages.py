"""Pages that lead astray, and posts that no parser likes."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from simulator.wire import Answer, Request

Next = Callable[[Request], Answer]
Options = Mapping[str, Any]
_HIGHEST = 9 * 10**18
_CURSORS = ("max_like_id", "max_id", "max_tag_id")


def _from_the_top(request: Request) -> Request:
    kept = {name: value for name, value in request.query.items() if name not in _CURSORS}
    return replace(request, query=kept)


def repeated_page(request: Request, good: Next, _options: Options) -> Answer:
    """The first page again, with its own cursor."""
    return good(_from_the_top(request))


def endless_paging(request: Request, good: Next, _options: Options) -> Answer:
    """The first page again and again, each time with a cursor never seen before."""
    return _changed(good(_from_the_top(request)), lambda page: _turn(page, str(_fresh())))


def cursor_loop(request: Request, good: Next, _options: Options) -> Answer:
    """A page whose cursor leads back to where the request came from, or to the first cursor."""
    said = next((request.query[name] for name in _CURSORS if name in request.query), None)
    first = json.loads(good(_from_the_top(request)).body)["pagination"]
    back = said or next((str(first[f"next_{n}"]) for n in _CURSORS if f"next_{n}" in first), "1")
    return _changed(good(request), lambda page: _turn(page, back))


def foreign_next_url(request: Request, good: Next, options: Options) -> Answer:
    """A next address on another host; with `cursor` false it is all there is to go by."""

    def change(page: dict[str, Any]) -> None:
        pagination = page["pagination"]
        if "next_url" in pagination:
            parts = urlsplit(pagination["next_url"])
            host = str(options.get("host", "evil.example"))
            pagination["next_url"] = urlunsplit(parts._replace(netloc=host))
        if not options.get("cursor", True):
            for name in _CURSORS:
                pagination.pop(f"next_{name}", None)

    return _changed(good(request), change)


def only_next_url(request: Request, good: Next, _options: Options) -> Answer:
    """The cursor is only inside the next address."""

    def change(page: dict[str, Any]) -> None:
        for name in _CURSORS:
            page["pagination"].pop(f"next_{name}", None)

    return _changed(good(request), change)


def empty_page(request: Request, good: Next, _options: Options) -> Answer:
    """No posts, and a cursor that moves on; the next page starts where this one did."""
    said = next((request.query[name] for name in _CURSORS if name in request.query), "")
    number = said.partition("_")[0]
    cursor = str(int(number) - 1 if number.isdecimal() else _HIGHEST)

    def change(page: dict[str, Any]) -> None:
        page["data"] = []
        _turn(page, cursor)

    return _changed(good(request), change)


def bad_item(request: Request, good: Next, options: Options) -> Answer:
    """One broken post (`position`, default 3); `variant` says how."""

    def change(page: dict[str, Any]) -> None:
        data, position = page["data"], int(options.get("position", 3))
        if len(data) > position:
            data[position] = _broken(data[position], str(options.get("variant", "no_media")))

    return _changed(good(request), change)


def strange_text(request: Request, good: Next, options: Options) -> Answer:
    """A lone surrogate and a NUL in the caption of the first post."""

    def change(page: dict[str, Any]) -> None:
        first = page["data"][0]
        text = options.get("text", "half \ud83d of a heart, a \0 and the rest")
        first["caption"] = {"id": "1", "text": text, "created_time": "1", "from": first["user"]}

    return _changed(good(request), change)


def huge_numbers(request: Request, good: Next, _options: Options) -> Answer:
    """Numbers that no column holds: counts, times and places."""

    def change(page: dict[str, Any]) -> None:
        first = page["data"][0]
        first["likes"] = {"count": 10**40}
        first["created_time"] = "9" * 30
        first["location"] = {"id": 10**30, "name": "Far", "latitude": 1e308, "longitude": -1e308}

    return _changed(good(request), change)


def bare_numbers(request: Request, good: Next, _options: Options) -> Answer:
    """Ids, cursors and times as JSON numbers instead of strings, as early answers had them."""

    def change(page: dict[str, Any]) -> None:
        for one in page["data"]:
            one["user"]["id"] = int(one["user"]["id"])
            one["created_time"] = int(one["created_time"])
        pagination = page["pagination"]
        if "next_max_like_id" in pagination:
            pagination["next_max_like_id"] = int(pagination["next_max_like_id"])

    return _changed(good(request), change)


def unknown_keys(request: Request, good: Next, _options: Options) -> Answer:
    """Keys that nobody has heard of, and a type of post that is new."""

    def change(page: dict[str, Any]) -> None:
        for one in page["data"]:
            one["is_reel"] = True
        page["data"][0]["type"] = "hologram"

    return _changed(good(request), change)


def _broken(item: dict[str, Any], variant: str) -> Any:
    without = {
        "no_media": ("images", "videos", "carousel_media"),
        "no_id": ("id",),
        "no_user": ("user",),
    }
    if variant in without:
        return {name: value for name, value in item.items() if name not in without[variant]}
    others: dict[str, Any] = {
        "null": None,
        "text": "oops",
        "empty": {},
        "list_images": item | {"images": []},
    }
    return others.get(variant, item | {"id": {"deep": [1]}, "images": 7})


def _turn(page: dict[str, Any], cursor: str) -> None:
    """Give a page another cursor, whether or not it had one."""
    pagination = page["pagination"]
    name = next((one for one in _CURSORS if f"next_{one}" in pagination), "max_like_id")
    pagination[f"next_{name}"] = cursor
    if "next_url" in pagination:
        parts = urlsplit(pagination["next_url"])
        query = {**dict(parse_qsl(parts.query)), name: cursor}
        pagination["next_url"] = urlunsplit(parts._replace(query=urlencode(query)))


def _changed(answer: Answer, change: Callable[[dict[str, Any]], object]) -> Answer:
    """The same answer with another body; an error is left as it is."""
    page = json.loads(answer.body)
    if answer.status == 200 and isinstance(page.get("data"), list):
        change(page)
    return replace(answer, body=json.dumps(page, separators=(",", ":")).encode())


def _fresh() -> int:
    return 10**18 + secrets.randbelow(10**17)


KINDS = {
    "repeated_page": repeated_page,
    "endless_paging": endless_paging,
    "cursor_loop": cursor_loop,
    "foreign_next_url": foreign_next_url,
    "only_next_url": only_next_url,
    "empty_page": empty_page,
    "bad_item": bad_item,
    "strange_text": strange_text,
    "huge_numbers": huge_numbers,
    "bare_numbers": bare_numbers,
    "unknown_keys": unknown_keys,
}
