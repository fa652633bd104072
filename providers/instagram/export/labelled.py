"""The form of 2026: an entry is a tree of labelled rows, and every label is translated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from providers.instagram.export.links import PostLink, is_address, is_story, post_link
from providers.instagram.export.names import is_username
from providers.instagram.export.told import NO_POST, OF_STORY, Told, time_of
from providers.text import clean

CAPTION_CHARS = 100_000
_NAME_CHARS = 255
_TAGS = 200
_OWNER_ROWS = 3


def told_of_labels(entry: Mapping[str, Any]) -> Told:
    """The row of an entry with `label_values`."""
    rows = rows_in(entry.get("label_values"))
    return told_of_rows(rows, time_of(entry.get("timestamp")))


def told_of_rows(rows: list[Mapping[str, Any]], at: Any) -> Told:
    """The post that some rows describe: address, owner, caption and hashtags, where they are."""
    link = link_in(rows)
    author, author_name = owner_in(rows)
    if link is None:
        is_of_story = any(is_story(text) for row in walk(rows) for text in texts(row))
        return Told(None, at, author, author_name, reason=OF_STORY if is_of_story else NO_POST)
    return Told(
        link=link,
        at=at,
        author=author or link.username,
        author_name=author_name,
        caption=clean(first_text(rows), CAPTION_CHARS),
        hashtags=tuple(_hashtags(rows)),
    )


def rows_in(value: Any) -> list[Mapping[str, Any]]:
    """The rows of a block, whatever else stands between them left out."""
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def walk(rows: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """All rows below, depth first. Entries are of bounded depth."""
    for row in rows:
        yield row
        yield from walk(rows_in(row.get("dict")))


def texts(row: Mapping[str, Any]) -> Iterator[Any]:
    """Where a row may hold an address: the link itself, then the text shown for it."""
    yield row.get("href")
    yield row.get("value")


def link_in(rows: list[Mapping[str, Any]]) -> PostLink | None:
    """The first address of a post anywhere below."""
    links = (post_link(text) for row in walk(rows) for text in texts(row))
    return next((link for link in links if link), None)


def owner_in(rows: list[Mapping[str, Any]]) -> tuple[str, str]:
    """Username and name: nested rows, three of them, the last of which looks like a username.

    A brand partner looks the same and stands before the owner, so the last such block counts.
    """
    found = ("", "")
    for row in walk(rows):
        nested = rows_in(row.get("dict"))
        username = clean(nested[-1].get("value"), _NAME_CHARS) if nested else ""
        if len(nested) == _OWNER_ROWS and is_username(username):
            found = (username, clean(nested[1].get("value"), _NAME_CHARS))
    return found


def first_text(rows: list[Mapping[str, Any]]) -> str:
    """The first text of these rows themselves that is no address, "" when there is none."""
    values = (row.get("value") for row in rows if "dict" not in row)
    shown = (value for value in values if isinstance(value, str) and not is_address(value.strip()))
    return next((text for text in shown if text.strip()), "")


def _hashtags(rows: list[Mapping[str, Any]]) -> Iterator[str]:
    """The words of the first block in which every row is nested alone, with one word."""
    for row in rows:
        nested = [rows_in(child.get("dict")) for child in rows_in(row.get("dict"))]
        words = [_word(alone[0]) for alone in nested if len(alone) == 1]
        if words and len(words) == len(nested) and all(words):
            yield from words[:_TAGS]
            return


def _word(row: Mapping[str, Any]) -> str:
    text = clean(row.get("value"), _NAME_CHARS).strip().removeprefix("#")
    return "" if len(text.split()) != 1 or is_address(text) else text
