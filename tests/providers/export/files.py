"""Exports to give to the door: samples, zips of any content, and zips that lie."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from providers.errors import BadExport
from providers.instagram.export import InstagramExports
from providers.shapes import ExportRow

SAMPLES = Path(__file__).parent / "samples"
DOOR = InstagramExports("https://accounts.example/download")
HARBOUR, KITE, BREAD, MOSS = "C6lSgyTktaH", "DNcf3WT9Mux", "Cmj1kqTgNkD", "BuzUaRTgAPn"
LIKES = "your_instagram_activity/likes/liked_posts.json"


def link(code: str = HARBOUR, kind: str = "p") -> str:
    return f"https://www.instagram.com/{kind}/{code}/"


def liked(code: str = HARBOUR, at: Any = 1714903200, title: str = "mila.paints") -> dict[str, Any]:
    return {"title": title, "string_list_data": [{"href": link(code), "timestamp": at}]}


def labelled(*rows: Any, at: Any = 1771000000) -> dict[str, Any]:
    return {"timestamp": at, "media": [], "label_values": list(rows), "fbid": "1"}


def owner(name: str, username: str, title: str = "Owner") -> dict[str, Any]:
    values = ("", name, username)
    rows = [{"label": f"l{at}", "value": value} for at, value in enumerate(values)]
    return {"title": title, "dict": [{"title": "", "dict": rows}]}


def likes(*entries: Any) -> str:
    return json.dumps({"likes_media_likes": list(entries)})


def zipped(
    members: Mapping[str, str | bytes] | Sequence[tuple[str, str | bytes]],
    *,
    method: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    pairs = members.items() if isinstance(members, Mapping) else members
    bag = io.BytesIO()
    with zipfile.ZipFile(bag, "w", method) as archive:
        for name, content in pairs:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return bag.getvalue()


def patched(raw: bytes, at: int, layout: str, value: int) -> bytes:
    """The same bytes with one number of a header replaced."""
    field = struct.pack(layout, value)
    return raw[:at] + field + raw[at + len(field) :]


def central(raw: bytes, ordinal: int = 0) -> int:
    """Where the directory's record of an entry begins."""
    at = raw.find(b"PK\1\2")
    for _ in range(ordinal):
        at = raw.find(b"PK\1\2", at + 4)
    return at


def rows_of(path: Path, name: str = "") -> list[ExportRow]:
    with DOOR.open(path, name or path.name) as export:
        rows = list(export.rows())
        assert rows == list(export.rows())
        assert len(rows) == export.total
        return rows


def rows_in(folder: Path, raw: bytes | str, name: str = "export.zip") -> list[ExportRow]:
    path = folder / name
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return rows_of(path)


def code_of(folder: Path, raw: bytes | str, name: str = "export.zip") -> str:
    """The code that a file is refused with; its words are one sentence. "" when it is taken."""
    try:
        rows_in(folder, raw, name)
    except BadExport as refusal:
        code, words = refusal.code, refusal.words
    else:
        return ""
    assert words.endswith(".")
    assert ". " not in words
    return code
