"""Real pictures and films, made on the spot."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

EXIF_TURNED = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"


def picture(form: str = "JPEG", size=(64, 48), mode="RGB", colour="red", **options) -> bytes:
    made = io.BytesIO()
    Image.new(mode, size, colour).save(made, form, **options)
    return made.getvalue()


def animation(form: str = "GIF", frames: int = 3, size=(64, 48)) -> bytes:
    made = io.BytesIO()
    first, *rest = (Image.new("RGB", size, (n * 7 % 256, n % 256, 9)) for n in range(frames))
    first.save(made, form, save_all=True, append_images=rest, duration=40)
    return made.getvalue()


def wide_gif() -> bytes:
    """Eight small frames on a canvas of 6000 by 6000."""
    data = animation("GIF", 8)
    return data[:6] + struct.pack("<HH", 6000, 6000) + data[10:]


def long_png() -> bytes:
    """A PNG that claims a hundred thousand frames."""
    data = animation("PNG", 3)
    at = data.index(b"acTL")
    claim = b"acTL" + struct.pack(">II", 100_000, 0)
    return data[:at] + claim + struct.pack(">I", zlib.crc32(claim)) + data[at + 16 :]


def box(kind: bytes, *content: bytes, long: bool = False) -> bytes:
    body = b"".join(content)
    if long:
        return struct.pack(">I4sQ", 1, kind, len(body) + 16) + body
    return struct.pack(">I4s", len(body) + 8, kind) + body


def film(
    *, brand=b"isom", width=640, height=360, seconds=3.5, version=0, turned=False, mdat=b"\0" * 512
) -> bytes:
    clock = struct.pack(">QQIQ" if version else ">IIII", 0, 0, 1000, int(seconds * 1000))
    mvhd = box(b"mvhd", bytes([version, 0, 0, 0]), clock)
    one, last = 0x10000, (0, 0, 0, 1 << 30)
    matrix = (0, one, 0, -one, 0, *last) if turned else (one, 0, 0, 0, one, *last)
    times = struct.pack(">QQIIQ" if version else ">IIIII", 0, 0, 1, 0, 0)
    tkhd = box(
        b"tkhd",
        bytes([version, 0, 0, 7]),
        times,
        bytes(16),
        struct.pack(">9i", *matrix),
        struct.pack(">II", width << 16, height << 16),
    )
    moov = box(b"moov", mvhd, box(b"trak", tkhd))
    return box(b"ftyp", brand, b"\0\0\2\0", b"isom", b"mp41") + moov + box(b"mdat", mdat)
