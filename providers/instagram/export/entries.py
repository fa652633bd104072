"""One entry of a list, in any of the three forms that exports had, told apart by shape alone.

Labels and titles are in the language of the account, so none of them is ever looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from providers.instagram.export.labelled import told_of_labels
from providers.instagram.export.links import PostLink, post_link
from providers.instagram.export.names import is_username
from providers.instagram.export.rows_of_json import TooMuch
from providers.instagram.export.told import NO_FORM, NO_POST, Told, time_of, time_of_text
from providers.text import clean

NAME_CHARS = 255


def told_of(entry: Any) -> Iterator[Told]:
    """The rows of an entry, at least one: what cannot be read says why."""
    if isinstance(entry, TooMuch):
        yield Told(reason="it is too large to be one row")
    elif isinstance(entry, list):
        yield _told_of_pair(entry)
    elif not isinstance(entry, Mapping):
        yield Told(reason=NO_FORM)
    elif isinstance(entry.get("label_values"), list):
        yield told_of_labels(entry)
    elif "string_list_data" in entry or "string_map_data" in entry:
        yield from _told_of_strings(entry)
    else:
        yield Told(author=owner_of(entry)[0], reason=NO_FORM)


def _told_of_pair(entry: list[Any]) -> Told:
    """The form of 2018: when, and whose."""
    author = entry[1] if len(entry) > 1 and isinstance(entry[1], str) else ""
    if not is_username(author):
        return Told(at=time_of_text(entry[0]) if entry else None, reason=NO_FORM)
    at = time_of_text(entry[0])
    if at is None:
        return Told(author=author, reason="it names neither its post nor a time")
    return Told(at=at, author=author, is_vague=True)


def _told_of_strings(entry: Mapping[str, Any]) -> Iterator[Told]:
    """The form of 2021: several values in a list, or one spread over a map."""
    author, author_name = owner_of(entry)
    values = [value for value in _list(entry.get("string_list_data")) if value is not None]
    found = [(post_of(value), time_of(_get(value, "timestamp"))) for value in values]
    spread = entry.get("string_map_data")
    if isinstance(spread, Mapping) and spread and not any(link for link, _ in found):
        found = [of_map(spread)[:2]]
    for link, at in found or [(None, None)]:
        known = author or (link.username if link else "")
        yield Told(link, at, known, author_name, reason="" if link else NO_POST)


def of_map(spread: Mapping[str, Any]) -> tuple[PostLink | None, Any, Any]:
    """The first post among the values of a map, its time or the first of any, and its value."""
    values = list(spread.values())
    times = [time_of(_get(value, "timestamp")) for value in values]
    first = next((at for at in times if at), None)
    for value, at in zip(values, times, strict=True):
        if link := post_of(value):
            return link, at or first, value
    return None, first, None


def post_of(value: Any) -> PostLink | None:
    """The post that a value links to, or is the address of."""
    return post_link(_get(value, "href")) or post_link(_get(value, "value"))


def owner_of(entry: Mapping[str, Any]) -> tuple[str, str]:
    """Username and name from a title: what cannot be the one is the other."""
    title = clean(entry.get("title"), NAME_CHARS).strip()
    return (title, "") if is_username(title) else ("", title)


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
