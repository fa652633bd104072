"""Saved collections: a flat list with headings, or one tree for each collection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from providers.instagram.export.entries import NAME_CHARS, of_map, told_of
from providers.instagram.export.labelled import (
    first_text,
    link_in,
    owner_in,
    rows_in,
    told_of_rows,
)
from providers.instagram.export.names import is_username
from providers.instagram.export.told import NO_POST, Told, time_of
from providers.text import clean

FEED = "collection"
UNNAMED = "Collection"


class Collections:
    """Reads the entries of one file in order; a heading holds until the next."""

    def __init__(self) -> None:
        self._waiting: Told | None = None
        self._title = ""

    def take(self, entry: Any) -> Iterator[Told]:
        """The rows that are known once this entry is."""
        spread = entry.get("string_map_data") if isinstance(entry, Mapping) else None
        if isinstance(entry, Mapping) and isinstance(entry.get("label_values"), list):
            yield from self.close()
            yield from _told_of_tree(entry)
        elif not isinstance(spread, Mapping):
            yield from (self._within(told) for told in told_of(entry))
        elif _is_heading(entry, spread):
            yield from self.close()
            self._title = _heading(entry, spread)
            self._waiting = Told(at=_newest(spread), feed=FEED, title=self._title)
        else:
            yield self._within(_told_of_member(spread))

    def close(self) -> Iterator[Told]:
        """The collection that was waiting for members and got none."""
        if self._waiting is not None:
            yield self._waiting
        self._waiting, self._title = None, ""

    def _within(self, told: Told) -> Told:
        self._waiting = None
        return replace(told, feed=FEED, title=self._title) if self._title else told


def _is_heading(entry: Mapping[str, Any], spread: Mapping[str, Any]) -> bool:
    """A heading has a title and links to nothing."""
    links = [value.get("href") for value in spread.values() if isinstance(value, Mapping)]
    return bool(clean(entry.get("title"), NAME_CHARS)) and not any(links)


def _heading(entry: Mapping[str, Any], spread: Mapping[str, Any]) -> str:
    """The name stands in whichever value has one; the title only says that it is a collection."""
    values = (value.get("value") for value in spread.values() if isinstance(value, Mapping))
    names = (clean(value, NAME_CHARS).strip() for value in values)
    title = clean(entry.get("title"), NAME_CHARS).strip()
    return next((name for name in names if name), title or UNNAMED)


def _newest(spread: Mapping[str, Any]) -> Any:
    values = [value for value in spread.values() if isinstance(value, Mapping)]
    times = [time_of(value.get("timestamp")) for value in values]
    return max((at for at in times if at), default=None)


def _told_of_member(spread: Mapping[str, Any]) -> Told:
    link, at, value = of_map(spread)
    shown = (clean(_get(found, "value"), NAME_CHARS) for found in (value, *spread.values()))
    author = next((name for name in shown if is_username(name)), "")
    known = author or (link.username if link else "")
    return Told(link, at, known, reason="" if link else NO_POST)


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None


def _told_of_tree(entry: Mapping[str, Any]) -> Iterator[Told]:
    """One entry is one collection: its name among its own rows, its posts in blocks below."""
    rows = rows_in(entry.get("label_values"))
    members = [child for row in rows for child in rows_in(row.get("dict")) if _is_member(child)]
    direct = [row for row in rows if "dict" not in row]
    if not members and link_in(direct):
        yield from told_of(entry)
        return
    title = clean(first_text(rows), NAME_CHARS).strip() or UNNAMED
    for member in members:
        told = told_of_rows(rows_in(member.get("dict")), None)
        yield replace(told, feed=FEED, title=title)
    if not members:
        times = [time_of(row.get("timestamp_value")) for row in direct]
        newest = max((at for at in times if at), default=time_of(entry.get("timestamp")))
        yield Told(at=newest, feed=FEED, title=title)


def _is_member(child: Mapping[str, Any]) -> bool:
    """Whether rows stand for a post: an address, or at least an owner below them."""
    nested = rows_in(child.get("dict"))
    return link_in(nested) is not None or owner_in(nested) != ("", "")
