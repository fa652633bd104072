"""JPEGs as large as those of the service, made once and told apart by a comment in each."""

from __future__ import annotations

import io
import random

from PIL import Image

SIDE = 640
BYTES = 104_000
_BASES = 6


class Pictures:
    """Any number of JPEGs of about `size` bytes; each number has bytes of its own."""

    def __init__(self, size: int = BYTES) -> None:
        self._bases = [_base(number, size) for number in range(_BASES if size > 2_000 else 2)]

    def __call__(self, number: int) -> bytes:
        """The JPEG of a number: one of a few pictures, with the number in its first comment."""
        base = self._bases[number % len(self._bases)]
        comment = b"%020d" % number
        return b"\xff\xd8\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + base[2:]


def _base(number: int, size: int) -> bytes:
    """Soft shapes with grain: as much grain as it takes to be that large."""
    if size <= 2_000:
        return _jpeg(Image.new("RGB", (32, 32), (40 * number, 90, 120)))
    low, high = 0.0, 120.0
    for _ in range(7):
        middle = (low + high) / 2
        made = _jpeg(_scene(number, middle))
        low, high = (middle, high) if len(made) < size else (low, middle)
    return made


def _scene(number: int, grain: float) -> Image.Image:
    dice = random.Random(number)
    small = Image.new("RGB", (12, 12))
    small.putdata([tuple(dice.randrange(256) for _ in range(3)) for _ in range(144)])
    soft = small.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    noise = Image.effect_noise((SIDE, SIDE), 2 * grain).convert("RGB")
    return Image.blend(soft, noise, 0.25)


def _jpeg(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=85)
    return file.getvalue()
