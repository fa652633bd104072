"""Files that people bring: exports of so many likes, and folders of pictures in a zip."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping

from django.apps import apps

from providers.instagram.codec import post_id_of
from tests.providers.export.files import LIKES, zipped

BEGIN = 1_400_000_000
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def code(number: int) -> str:
    """The shortcode of the post with this number."""
    rest = "".join(_LETTERS[(number >> shift) & 63] for shift in (24, 18, 12, 6, 0))
    return f"CmA-bc{rest}"


def post_id(number: int) -> str:
    return post_id_of(code(number))


def entry(number: int) -> dict[str, object]:
    said = {
        "href": f"https://www.instagram.com/p/{code(number)}/",
        "value": "\u00f0\u009f\u0091\u008d",
        "timestamp": BEGIN + 1_000 * number,
    }
    return {"title": f"author.{number % 300}", "string_list_data": [said]}


def export(count: int, *, begin: int = 0, **others: object) -> bytes:
    """A zip with so many likes, newest first, and whatever else."""
    entries = [entry(number) for number in reversed(range(begin, begin + count))]
    members = {LIKES: json.dumps({"likes_media_likes": entries})}
    return zipped({**members, **{name: json.dumps(told) for name, told in others.items()}})


def pictures(files: Mapping[str, bytes]) -> bytes:
    bag = io.BytesIO()
    with zipfile.ZipFile(bag, "w", zipfile.ZIP_STORED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return bag.getvalue()


def picture(shade: int = 0) -> bytes:
    """A small PNG in one colour, another for each shade."""
    raw = (b"\0" + bytes((shade % 256, shade // 256, 7)) * 16) * 16
    parts = (
        (b"IHDR", struct.pack(">2I5B", 16, 16, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(raw)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + mark + body + struct.pack(">I", zlib.crc32(mark + body))
        for mark, body in parts
    )


def rows() -> dict[str, int]:
    """How many rows every table of the house has."""
    models = [
        model
        for label in ("accounts", "archive", "harvester")
        for model in apps.get_app_config(label).get_models()
    ]
    return {model._meta.label: model._base_manager.count() for model in models}
