"""Whose export it is: a hint, never a proof."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from providers.errors import BadExport
from providers.instagram.export.archive import Contents
from providers.instagram.export.entries import NAME_CHARS
from providers.instagram.export.names import account_of, is_username
from providers.instagram.export.rows_of_json import Entries
from providers.text import clean

_NO_NAMES = frozenset(("true", "false"))


def whose(contents: Contents, name: str) -> str:
    """The username in the person's own file, else in the zip's name, else "".

    Keys are translated there too. Where several values could be a username, the one that the
    zip's name tells is it, and the English key; then nobody can say.
    """
    hint = account_of(name)
    if contents.account is None:
        return hint
    try:
        found = list(_candidates(Entries(contents.account.chunks())))
    except BadExport:
        return hint
    values = [value for _, value in found]
    if hint in values:
        return hint
    named = [value for key, value in found if key == "Username"]
    alone = values if len(set(values)) == 1 else []
    return next(iter((*named, *alone)), hint)


def _candidates(entries: Entries) -> Iterator[tuple[str, str]]:
    for _, entry in entries:
        spread = entry.get("string_map_data") if isinstance(entry, Mapping) else None
        for key, value in spread.items() if isinstance(spread, Mapping) else ():
            text = _value(value)
            if is_username(text) and text.lower() not in _NO_NAMES:
                yield key, text


def _value(value: Any) -> str:
    return clean(value.get("value"), NAME_CHARS).strip() if isinstance(value, Mapping) else ""
