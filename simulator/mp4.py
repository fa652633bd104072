"""The smallest MP4 file around an H.264 stream; its index comes first, for a quick start."""

from __future__ import annotations

import struct
from collections.abc import Sequence

TIMESCALE = 600
_UNITY = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, name) + body


def full(name: bytes, *parts: bytes, flags: int = 0) -> bytes:
    return box(name, struct.pack(">I", flags), *parts)


def mp4(
    width: int, height: int, parameters: tuple[bytes, bytes], frames: Sequence[bytes], ticks: int
) -> bytes:
    """A file of one video track; each frame lasts `ticks` of 1/600 s, the first is whole."""
    samples = [struct.pack(">I", len(frame)) + frame for frame in frames]
    kind = box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomiso2avc1mp41")
    moov = _moov(width, height, parameters, samples, ticks, 0)
    offset = len(kind) + len(moov) + 8
    moov = _moov(width, height, parameters, samples, ticks, offset)
    return kind + moov + box(b"mdat", *samples)


def _moov(
    width: int,
    height: int,
    parameters: tuple[bytes, bytes],
    samples: Sequence[bytes],
    ticks: int,
    offset: int,
) -> bytes:
    length = ticks * len(samples)
    table = _table(width, height, parameters, samples, ticks, offset)
    header = struct.pack(">4I", 0, 0, TIMESCALE, length)
    movie = full(
        b"mvhd", header, struct.pack(">IH10x", 0x10000, 0x100), _UNITY, bytes(24), b"\0\0\0\2"
    )
    track = full(
        b"tkhd", struct.pack(">5I8xHHHH", 0, 0, 1, 0, length, 0, 0, 0, 0), _UNITY,
        struct.pack(">II", width << 16, height << 16), flags=3,
    )  # fmt: skip
    media = box(
        b"mdia",
        full(b"mdhd", header, struct.pack(">HH", 0x55C4, 0)),
        full(b"hdlr", struct.pack(">I4s12x", 0, b"vide"), b"VideoHandler\0"),
        box(b"minf", full(b"vmhd", bytes(8), flags=1), _references(), table),
    )
    return box(b"moov", movie, box(b"trak", track, media))


def _references() -> bytes:
    return box(b"dinf", full(b"dref", struct.pack(">I", 1), full(b"url ", flags=1)))


def _table(
    width: int,
    height: int,
    parameters: tuple[bytes, bytes],
    samples: Sequence[bytes],
    ticks: int,
    offset: int,
) -> bytes:
    sizes = struct.pack(f">{len(samples)}I", *map(len, samples))
    return box(
        b"stbl",
        full(b"stsd", struct.pack(">I", 1), _entry(width, height, *parameters)),
        full(b"stts", struct.pack(">3I", 1, len(samples), ticks)),
        full(b"stss", struct.pack(">2I", 1, 1)),
        full(b"stsc", struct.pack(">4I", 1, 1, len(samples), 1)),
        full(b"stsz", struct.pack(">2I", 0, len(samples)), sizes),
        full(b"stco", struct.pack(">2I", 1, offset)),
    )


def _entry(width: int, height: int, sequence: bytes, picture: bytes) -> bytes:
    settings = b"".join((
        b"\x01", sequence[1:4], b"\xff\xe1", struct.pack(">H", len(sequence)), sequence,
        b"\x01", struct.pack(">H", len(picture)), picture,
    ))  # fmt: skip
    start = struct.pack(">6xH16xHHIIIH32xHh", 1, width, height, 0x480000, 0x480000, 0, 1, 24, -1)
    return box(b"avc1", start, box(b"avcC", settings))
