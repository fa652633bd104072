"""From an order to the bytes of a picture file."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image

from simulator.ids import dice

TINY = 64


@dataclass(frozen=True, slots=True)
class Order:
    """What to draw: the same order gives the same bytes."""

    seed: str
    subject: str
    width: int
    height: int
    extension: str = "jpg"


def draw(order: Order) -> Image.Image:
    """The picture itself."""
    return _tiny(order)


def _tiny(order: Order) -> Image.Image:
    """A few soft blots: enough to be told apart, and quick."""
    blots = Image.frombytes("RGB", (4, 4), dice(order.seed).randbytes(48))
    return blots.resize((order.width, order.height), Image.Resampling.BICUBIC)


def encode(order: Order) -> bytes:
    """The picture as a file."""
    picture, file = draw(order), io.BytesIO()
    match order.extension:
        case "png":
            picture.quantize(96, method=Image.Quantize.FASTOCTREE).save(file, "PNG")
        case "gif":
            picture.quantize(64, method=Image.Quantize.FASTOCTREE).save(file, "GIF")
        case "webp":
            picture.save(file, "WEBP", quality=80, method=1)
        case _:
            picture.save(file, "JPEG", quality=84)
    return file.getvalue()
