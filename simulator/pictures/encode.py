"""From an order to the bytes of a picture file."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from simulator.ids import dice
from simulator.pictures import garden, graphic, heaven, home, land, patterns, people, town, water
from simulator.pictures.canvas import Canvas
from simulator.pictures.colour import palette

_TINY = 48
_PAINTERS: dict[str, Callable[[Canvas], None]] = {
    "mountains": land.mountains,
    "sea": water.sea,
    "skyline": town.skyline,
    "forest": land.forest,
    "desert": land.desert,
    "night": heaven.night,
    "facade": town.facade,
    "rain": town.rain,
    "coffee": home.coffee,
    "fruit": home.fruit,
    "table": home.table,
    "plant": garden.plant,
    "flowers": garden.flowers,
    "portrait": people.portrait,
    "poster": graphic.poster,
    "pattern": patterns.pattern,
    "abstract": graphic.abstract,
    "balloon": heaven.balloon,
    "lighthouse": water.lighthouse,
    "lake": water.lake,
    "cat": town.cat,
    "snow": land.snow,
    "marble": graphic.marble,
    "road": land.road,
}


@dataclass(frozen=True, slots=True)
class Order:
    """What to draw: the same order gives the same bytes; `style` is whose hand it is."""

    seed: str
    subject: str
    width: int
    height: int
    extension: str = "jpg"
    style: str = ""


def draw(order: Order) -> Image.Image:
    """The picture itself."""
    if order.width < _TINY:
        return _tiny(order)
    chance = dice(order.seed)
    colours = palette(chance, dice("style", order.style))
    canvas = Canvas(order.width, order.height, chance, colours)
    _PAINTERS[order.subject](canvas)
    return canvas.finish()


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
            picture.save(file, "JPEG", quality=82)
    return file.getvalue()
