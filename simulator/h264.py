"""A very small H.264 encoder: a raw key frame, then frames that only move its blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from PIL import Image

Vector = tuple[int, int]
Field = Callable[[float, float, float], tuple[float, float]]
"""Where the picture at (x, y) of -1…1 comes from at moment 0…1, in pixels."""

MARGIN = 16
_VIDEO_RANGE = [16 + round(v * 219 / 255) for v in range(256)]
_CHROMA_RANGE = [16 + round(v * 224 / 255) for v in range(256)]


def ue(value: int) -> str:
    """An unsigned exp-Golomb code."""
    bits = f"{value + 1:b}"
    return "0" * (len(bits) - 1) + bits


@lru_cache(maxsize=1024)
def se(value: int) -> str:
    """A signed exp-Golomb code."""
    return ue(2 * value - 1 if value > 0 else -2 * value)


def nal(header: int, bits: str) -> bytes:
    """A unit of the stream from its bits, closed by a stop bit and made safe to embed."""
    bits += "1"
    bits += "0" * (-len(bits) % 8)
    return _escaped(header, int(bits, 2).to_bytes(len(bits) // 8, "big"))


def _escaped(header: int, body: bytes) -> bytes:
    return bytes([header]) + re.sub(rb"\x00\x00(?=[\x00-\x03])", b"\x00\x00\x03", body)


def sequence(columns: int, rows: int) -> bytes:
    """The parameters of the stream; a margin is cut off, so that moving shows no edge.

    All of the sideways margin is on the right: players round a margin on the left to nothing.
    """
    crop = ue(0) + ue(MARGIN) + ue(MARGIN // 2) * 2
    signal = "0" + "0" + "1" + "101" + "0" + "1" + f"{6:08b}" * 3 + "0" + "0" + "0" + "0" + "0"
    restriction = "1" + "1" + ue(0) + ue(0) + ue(11) + ue(11) + ue(0) + ue(1)
    bits = f"{77:08b}{0x40:08b}{30:08b}" + ue(0) + ue(0) + ue(0) + ue(4) + ue(1) + "0"
    bits += ue(columns - 1) + ue(rows - 1) + "1" + "1" + "1" + crop + "1" + signal + restriction
    return nal(0x67, bits)


def picture_parameters() -> bytes:
    """CAVLC, weighted prediction on (for light that changes), deblocking ours to switch off."""
    bits = ue(0) * 2 + "0" + "0" + ue(0) * 3 + "1" + "00" + se(0) * 3 + "1" + "0" + "0"
    return nal(0x68, bits)


def key_frame(picture: Image.Image) -> bytes:
    """The whole picture, sample by sample."""
    planes = picture.convert("YCbCr").split()
    luma = planes[0].point(_VIDEO_RANGE)
    half = (picture.width // 2, picture.height // 2)
    chroma = [plane.reduce(2).resize(half).point(_CHROMA_RANGE) for plane in planes[1:]]
    start = ue(0) + ue(7) + ue(0) + "0000" + ue(0) + f"{0:08b}" + "0" + "0" + se(0) + ue(1)
    start += ue(25)
    start += "0" * (-len(start) % 8)
    blocks = [
        _block(luma, chroma, x, y)
        for y in range(0, picture.height, 16)
        for x in range(0, picture.width, 16)
    ]
    body = int(start, 2).to_bytes(len(start) // 8, "big") + b"\x0d\x00".join(blocks) + b"\x80"
    return _escaped(0x65, body)


def _block(luma: Image.Image, chroma: Sequence[Image.Image], x: int, y: int) -> bytes:
    parts = [luma.crop((x, y, x + 16, y + 16)).tobytes()]
    x, y = x // 2, y // 2
    parts += [plane.crop((x, y, x + 8, y + 8)).tobytes() for plane in chroma]
    return b"".join(parts)


def moved_frame(number: int, vectors: Sequence[Sequence[Vector]], light: float) -> bytes:
    """The key frame again, each block shifted by its vector, the whole lit by `light`."""
    header = ue(0) + ue(5) + ue(0) + "0001" + f"{2 * number:08b}" + "0" + "0" + _weights(light)
    header += se(0) + ue(1)
    codes = [header]
    for y, row in enumerate(vectors):
        for x, (right, down) in enumerate(row):
            guess_right, guess_down = _guess(vectors, x, y)
            codes.append("11" + se(right - guess_right) + se(down - guess_down) + "1")
    return nal(0x01, "".join(codes))


def _weights(light: float) -> str:
    weight = round(32 * light)
    if weight == 32:
        return ue(5) + ue(5) + "0" + "0"
    grey = 128 - 4 * weight
    return ue(5) + ue(5) + "1" + se(weight) + se(0) + "1" + (se(weight) + se(grey)) * 2


def _guess(vectors: Sequence[Sequence[Vector]], x: int, y: int) -> Vector:
    """What a decoder expects from the neighbours (H.264, 8.4.1.3): their median."""
    row = vectors[y]
    if y == 0:
        return row[x - 1] if x else (0, 0)
    above = vectors[y - 1]
    if len(row) == 1:
        return above[x]
    left = row[x - 1] if x else (0, 0)
    corner = above[x + 1] if x + 1 < len(above) else above[x - 1]
    return (
        sorted((left[0], above[x][0], corner[0]))[1],
        sorted((left[1], above[x][1], corner[1]))[1],
    )
