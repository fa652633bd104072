"""Feeds: the table of paged endpoints, and finding the cursor in an answer.

The next request is always built from the cursor; `next_url` is only ever looked into.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from providers.address import authority, port_of
from providers.errors import BadRequest, Refused, Unexpected
from providers.text import is_plain

CURSOR_CHARS = 512


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One paged endpoint. `{of}` in the path is filled from a kind like "tag:sunset"."""

    path: str
    asks: str  # the request parameter that takes the cursor
    tells: tuple[str, ...]  # keys of `pagination` that may hold it, best first
    count: str = ""  # page size to ask for, "" for the service's own


# https://api.instagram.com/v1, see NOTES.md for the sources of each row.
ENDPOINTS: Mapping[str, Endpoint] = {
    "liked": Endpoint("/users/self/media/liked", "max_like_id", ("next_max_like_id",), "33"),
    "own": Endpoint("/users/self/media/recent", "max_id", ("next_max_id",), "33"),
    "tag": Endpoint("/tags/{of}/media/recent", "max_tag_id", ("next_max_tag_id",)),
    "location": Endpoint("/locations/{of}/media/recent", "max_id", ("next_max_id",)),
    "user": Endpoint("/users/{of}/media/recent", "max_id", ("next_max_id",)),
}


def endpoint(rows: Mapping[str, Endpoint], kind: str) -> tuple[Endpoint, str]:
    """The row of a kind and its path; BadRequest for a kind that is none."""
    key, _, of = kind.partition(":")
    row = rows.get(key)
    if row is None or bool(of.strip(".")) != ("{of}" in row.path):
        raise BadRequest("unknown_kind", "There is no such feed.")
    return row, row.path.format(of=quote(of, safe=""))


def request_query(row: Endpoint, cursor: str | None) -> dict[str, str]:
    """The query of one page, without the token; no cursor means the top."""
    query = {"count": row.count} if row.count else {}
    return query if cursor is None else {**query, row.asks: cursor}


def next_cursor(row: Endpoint, pagination: object, api_url: str) -> str | None:
    """Where the next page starts; None at the end of the list.

    The end is what A.2 of the protocol says: no pagination, an empty one, or neither cursor nor
    `next_url` in it. The number of posts says nothing.
    """
    if pagination is None:
        return None
    if not isinstance(pagination, Mapping):
        raise Unexpected("bad_pagination", "The answer's pagination cannot be read.")
    for key in row.tells:
        if cursor := _cursor(pagination.get(key)):
            return cursor
    return _from_next_url(row, pagination, api_url)


def _cursor(value: Any) -> str:
    """A cursor as a string, "" for none; Unexpected for what cannot be one."""
    if value is None or value == "":
        return ""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not text or len(text) > CURSOR_CHARS or not is_plain(text):
        raise Unexpected("bad_cursor", "The answer's cursor cannot be one.")
    return text


def _from_next_url(row: Endpoint, pagination: Mapping[str, Any], api_url: str) -> str | None:
    address = pagination.get("next_url") or pagination.get("next")
    if address is None or address == "":
        return None
    if not isinstance(address, str) or not _same_house(address, api_url):
        raise Refused("foreign_next_url", "The next page is said to be at another house.")
    told = parse_qs(urlsplit(address).query).get(row.asks, [""])[0]
    if cursor := _cursor(told):
        return cursor
    raise Unexpected("no_cursor", "The answer names a next page, but not where it starts.")


def _same_house(address: str, api_url: str) -> bool:
    """Whether an address is at the API's own scheme, host and port, with nothing before the @."""
    try:
        there, here = urlsplit(address), urlsplit(api_url)
        places = [(p.scheme, authority(p.hostname or "", port_of(p))) for p in (there, here)]
    except ValueError:
        return False
    return "@" not in there.netloc and "\\" not in address and places[0] == places[1]
