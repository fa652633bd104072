"""What a file is by its own bytes: magic numbers, and the boxes of an MP4.

Headers and file names are never asked. Whatever is not on the list is nothing.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from providers.errors import WrongContent

HEAD_BYTES = 64
IMAGES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
VIDEOS = frozenset({"video/mp4"})
_VIDEO_BRANDS = frozenset(
    {b"isom", b"avc1", b"mp41", b"mp42", b"mmp4", b"M4V ", b"M4VH", b"M4VP", b"MSNV", b"dash"}
    | {b"iso%d" % digit for digit in range(2, 10)}
    | {b"3gp%d" % digit for digit in range(4, 8)}
)
_OTHER_BRANDS = frozenset({b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis", b"qt  ", b"crx "})
_BOXES = 200_000
_UNKNOWN_DURATIONS = (0, 2**32 - 1, 2**64 - 1)


@dataclass(frozen=True, slots=True)
class Film:
    """What the header of an MP4 says: shown size in pixels, seconds or None when unknown."""

    width: int
    height: int
    duration: float | None


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int  # of its content
    end: int


def content_type(head: bytes) -> str:
    """The type of a file by its first HEAD_BYTES bytes, "" for whatever is not allowed."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return "video/mp4" if head[4:8] == b"ftyp" and _is_film(head) else ""


def _is_film(head: bytes) -> bool:
    size = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[at : at + 4] for at in (8, *range(16, size - 3, 4))}
    return head[8:12] not in _OTHER_BRANDS and bool(brands & _VIDEO_BRANDS)


def film(path: Path) -> Film:
    """Walk an MP4; WrongContent unless its boxes tile the file and hold a picture track."""
    with path.open("rb") as file:
        end = os.fstat(file.fileno()).st_size
        budget = iter(range(_BOXES))
        top = list(_boxes(file, 0, end, budget))
        kinds = {box.kind for box in top}
        if not top or top[0].kind != b"ftyp" or not kinds >= {b"moov", b"mdat"}:
            raise WrongContent("cut_video", "The video is not whole.")
        moov = next(box for box in top if box.kind == b"moov")
        return _read_moov(file, moov, budget)


def _boxes(file: BinaryIO, start: int, end: int, budget: Iterator[int]) -> Iterator[_Box]:
    """The boxes between two offsets; WrongContent when they do not fill the room exactly.

    All walks of a file share one budget: half a gigabyte can hold sixty million boxes.
    """
    while start < end:
        box = _box(file, start, end)
        if box is None or next(budget, None) is None:
            raise WrongContent("cut_video", "The video is cut or no MP4.")
        yield box
        start = box.end


def _box(file: BinaryIO, start: int, end: int) -> _Box | None:
    file.seek(start)
    head = file.read(16)
    if len(head) < 8 or start + 8 > end:
        return None
    size, kind = struct.unpack(">I4s", head[:8])
    header = 8
    if size == 1 and len(head) == 16:
        size, header = int.from_bytes(head[8:], "big"), 16
    elif size == 0:
        size = end - start  # the last box may say "to the end"
    if size < header or start + size > end:
        return None
    return _Box(kind, start + header, start + size)


def _read_moov(file: BinaryIO, moov: _Box, budget: Iterator[int]) -> Film:
    duration: float | None = None
    sizes: list[tuple[int, int]] = []
    for box in _boxes(file, moov.start, moov.end, budget):
        if box.kind == b"mvhd":
            duration = _duration(_content(file, box))
        elif box.kind == b"trak":
            sizes += [
                _shown_size(_content(file, inner))
                for inner in _boxes(file, box.start, box.end, budget)
                if inner.kind == b"tkhd"
            ]
    width, height = max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))
    if not width or not height:
        raise WrongContent("no_picture", "The video holds no picture track.")
    return Film(width, height, duration)


def _content(file: BinaryIO, box: _Box) -> bytes:
    """The first bytes of a header box; longer ones are padding or a lie."""
    file.seek(box.start)
    return file.read(min(box.end - box.start, 128))


def _duration(mvhd: bytes) -> float | None:
    """Seconds, from version 0 (32 bit) or 1 (64 bit)."""
    layout, at = (">IQ", 20) if mvhd[:1] == b"\1" else (">II", 12)
    if len(mvhd) < at + struct.calcsize(layout):
        return None
    timescale, duration = struct.unpack_from(layout, mvhd, at)
    if not timescale or duration in _UNKNOWN_DURATIONS:
        return None
    seconds = float(duration / timescale)
    return seconds if seconds < 7 * 86400 else None


def _shown_size(tkhd: bytes) -> tuple[int, int]:
    """Width and height as shown: a matrix that turns by 90 degrees swaps them."""
    at = 52 if tkhd[:1] == b"\1" else 40  # of the matrix
    if len(tkhd) < at + 44:
        return 0, 0
    a, b, _, c, d = struct.unpack_from(">5i", tkhd, at)
    width, height = (side >> 16 for side in struct.unpack_from(">II", tkhd, at + 36))
    return (height, width) if a == d == 0 and b and c else (width, height)
