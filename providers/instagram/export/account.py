"""Whose export it is: a hint, never a proof."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from providers.errors import BadExport
from providers.instagram.export.archive import Contents
from providers.instagram.export.entries import NAME_CHARS
from providers.instagram.export.labelled import rows_in
from providers.instagram.export.names import account_of, is_username
from providers.instagram.export.rows_of_json import Entries
from providers.text import clean

_NO_NAMES = frozenset(("true", "false"))


def whose(contents: Contents, name: str) -> str:
    """The username in the person's own file, else in the zip's name, else "".

    Keys are translated there too. Where several values could be a username, it is the one with
    the English key or the one that the zip's name tells; else nobody can say.
    """
    hint = account_of(name)
    if contents.account is None:
        return hint
    try:
        found = list(_candidates(Entries(contents.account.chunks())))
    except BadExport:
        return hint
    values = {value for _, value in found}
    named = [value for key, value in found if key == "Username"]
    if named or hint in values:
        return named[0] if named else hint
    return values.pop() if len(values) == 1 else hint


def _candidates(entries: Entries) -> Iterator[tuple[str, str]]:
    for _, entry in entries:
        for key, value in _values(entry) if isinstance(entry, Mapping) else ():
            text = clean(value, NAME_CHARS).strip()
            if _may_be_one(text):
                yield key, text


def _values(entry: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What stands beside each key, in the form of 2021 or that of 2026."""
    spread = entry.get("string_map_data")
    for key, value in spread.items() if isinstance(spread, Mapping) else ():
        yield key, value.get("value") if isinstance(value, Mapping) else None
    for row in rows_in(entry.get("label_values")):
        yield clean(row.get("label"), NAME_CHARS), row.get("value")


def _may_be_one(text: str) -> bool:
    """Usernames are in lower case; numbers are telephones, and there are settings."""
    is_plain = is_username(text) and text == text.lower()
    return is_plain and not text.isdigit() and text not in _NO_NAMES
