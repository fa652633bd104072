"""The entries of a JSON list, one at a time, however long the list is.

A list is an array, or an object that holds arrays. An entry that is too deep or too large to be
one is told as such and the reading goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import ijson  # type: ignore[import-untyped]

from providers.instagram.export.cleaning import cleaned
from providers.instagram.export.mojibake import repaired
from providers.instagram.export.refusals import refused

_DEEPEST_ENTRY = 32
_DEEPEST = 1_000
# An export has one or two lists in a file.
_MOST_NAMES = 1_000
_NAME_CHARS = 100
# A collection of ten thousand posts takes half of this.
_MOST_VALUES = 400_000
_MOST_CHARS = 16 * 1024 * 1024


class TooMuch:
    """What stands for an entry that was left out: no row is so deep or so large."""


class Entries:
    """Iterates (name of the array, "" for one without; entry). Repaired text, plain values.

    `names` are the arrays met so far, empty ones too. BadExport when the JSON is not whole, or
    has more arrays than any export.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.names: set[str] = set()
        self._chunks = chunks
        self._depth = 0
        self._base = 0
        self._name = ""
        self._entry: _Entry | None = None

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        events = ijson.sendable_list()
        parser = ijson.basic_parse_coro(events, use_float=True)
        try:
            # An empty chunk would mean the end to the parser.
            for chunk in filter(None, cleaned(self._chunks)):
                parser.send(chunk)
                yield from self._read(events)
                events.clear()
            parser.close()
            yield from self._read(events)
        except (ijson.JSONError, ValueError, ArithmeticError):
            raise refused("bad_json") from None

    def _read(self, events: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
        for event, value in events:
            if self._entry is not None:
                self._entry.take(event, value)
                if self._entry.is_done:
                    yield self._name, self._entry.value
                    self._entry = None
            elif self._base and self._depth == self._base and event[:3] != "end":
                if event[:5] == "start":
                    self._entry = _Entry(event)
                else:
                    yield self._name, repaired(value) if isinstance(value, str) else value
            else:
                self._outside(event, value)

    def _outside(self, event: str, value: Any) -> None:
        """Whatever stands around the entries: the array, or the object and its arrays."""
        if event == "map_key" and self._depth == 1:
            self._name = repaired(value)
        elif event[:5] == "start":
            is_list = event == "start_array"
            self._depth += 1
            if is_list and (self._depth == 1 or (self._depth == 2 and not self._base)):
                self._base = self._depth
                self._take_name()
        elif event[:3] == "end":
            if self._depth == self._base:
                self._base = 0
            self._depth -= 1
        if self._depth > _DEEPEST:
            raise refused("bad_json")

    def _take_name(self) -> None:
        self.names.add(self._name[:_NAME_CHARS])
        if len(self.names) > _MOST_NAMES:
            raise refused("bad_json")


class _Entry:
    """One array or object as its parts arrive."""

    def __init__(self, event: str) -> None:
        self.is_done = False
        self._open: list[Any] = [{} if event == "start_map" else []]
        self._root = self._open[0]
        self._keys: list[str] = [""]
        self._values = 0
        self._chars = 0
        self._is_too_much = False

    @property
    def value(self) -> Any:
        """The whole entry, or TooMuch."""
        return TooMuch() if self._is_too_much else self._root

    def take(self, event: str, value: Any) -> None:
        """One more event of the parser."""
        if event == "map_key":
            self._keys[-1] = repaired(value)
            self._count(len(value))
        elif event == "start_map":
            self._begin({})
        elif event == "start_array":
            self._begin([])
        elif event[:3] == "end":
            self._open.pop()
            self._keys.pop()
            self.is_done = not self._open
        elif isinstance(value, str):
            self._count(len(value))
            self._add(repaired(value))
        else:
            self._add(value)

    def _begin(self, container: Any) -> None:
        if len(self._open) >= _DEEPEST:
            raise refused("bad_json")
        if len(self._open) >= _DEEPEST_ENTRY:
            self._give_up()
        self._add(container)
        self._open.append(container)
        self._keys.append("")

    def _add(self, value: Any) -> None:
        self._values += 1
        if self._values > _MOST_VALUES:
            self._give_up()
        top = self._open[-1]
        if self._is_too_much:
            return
        if isinstance(top, list):
            top.append(value)
        else:
            top[self._keys[-1]] = value

    def _count(self, chars: int) -> None:
        self._chars += chars
        if self._chars > _MOST_CHARS:
            self._give_up()

    def _give_up(self) -> None:
        """Nothing more is kept of it; its end is all that is waited for."""
        if not self._is_too_much:
            self._is_too_much = True
            self._root.clear()
