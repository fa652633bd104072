"""The newest shape: a list at the top, what it says under labels."""

from __future__ import annotations

from typing import Any

from simulator.download.told import Collection, Row


def like(number: int, row: Row) -> dict[str, Any]:
    """A liked post. Now and then the owner is missing, or the address is no link."""
    bare = number % 61 == 60
    labels = [_address(row, linked=number % 83 != 82)] + ([] if bare else [_owner(row)])
    return {"timestamp": row.at, "media": [], "label_values": labels, "fbid": row.number}


def saved(row: Row) -> dict[str, Any]:
    tags = [{"dict": [_said("Name", tag)], "title": ""} for tag in row.post.tags]
    labels = [
        _address(row),
        _said("Caption", row.post.caption or ""),
        _said("Title", ""),
        {"title": "Hashtags", "dict": tags},
        {"title": "Brand partner", "dict": []},
        _owner(row),
    ]
    return {"timestamp": row.at, "media": [], "label_values": labels, "fbid": row.number}


def collections(found: tuple[Collection, ...]) -> list[dict[str, Any]]:
    return [
        {
            "timestamp": one.made_at,
            "media": [],
            "label_values": [
                _said("Name", one.name),
                {"label": "Update time", "timestamp_value": one.changed_at},
                {"title": "Media", "dict": [_member(row) for row in one.rows]},
            ],
            "fbid": str(17_800_000_000_000_000 + one.made_at),
        }
        for one in found
    ]


def _member(row: Row) -> dict[str, Any]:
    return {"title": "", "dict": [_address(row), _owner(row)]}


def _address(row: Row, *, linked: bool = True) -> dict[str, str]:
    return _said("URL", row.address) | ({"href": row.address} if linked else {})


def _owner(row: Row) -> dict[str, Any]:
    who = row.post.author
    lines = [_said("URL", ""), _said("Name", who.full_name), _said("Username", who.username)]
    return {"dict": [{"dict": lines, "title": ""}], "title": "Owner"}


def _said(label: str, value: str) -> dict[str, str]:
    return {"label": label, "value": value}
