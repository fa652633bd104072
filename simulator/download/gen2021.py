"""The shape of 2021 to 2026: an object with one key, lists of strings and maps of labels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.download.told import Collection, Row

_THUMB = "👍"


def like(number: int, row: Row) -> dict[str, Any]:
    """A liked post; of a few, whose it was is not said."""
    said = {"href": row.address, "value": _THUMB, "timestamp": row.at}
    return {"title": "" if number % 61 == 60 else row.post.author.username,
            "string_list_data": [said]}  # fmt: skip


def story(row: Row) -> dict[str, Any]:
    """A liked story leads nowhere."""
    return {"title": row.post.author.username, "string_list_data": [{"timestamp": row.at}]}


def saved(row: Row) -> dict[str, Any]:
    said = {"Saved on": {"href": row.address, "timestamp": row.at}}
    return {"title": row.post.author.username, "string_map_data": said}


def collections(found: tuple[Collection, ...]) -> Iterator[dict[str, Any]]:
    """One flat list: a header, its members, the next header."""
    for one in found:
        header = {
            "Name": {"value": one.name},
            "Creation Time": {"timestamp": one.made_at},
            "Update Time": {"timestamp": one.changed_at},
        }
        yield {"title": "Collection", "string_map_data": header}
        yield from map(_member, one.rows)


def _member(row: Row) -> dict[str, Any]:
    name = {"href": row.address, "value": row.post.author.username}
    return {"string_map_data": {"Name": name, "Added Time": {"timestamp": row.at}}}
