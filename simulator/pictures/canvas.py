"""A canvas finer than the picture, with soft light, fog and the grain of a film."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw

from simulator.ids import dice
from simulator.pictures.colour import Colour, Palette, mix

Point = tuple[float, float]
_GRAIN = 1400
_HALO = 640


class Canvas:
    """Places are parts of the width and height (0…1), lengths are parts of the shorter side."""

    def __init__(self, width: int, height: int, chance: random.Random, colours: Palette) -> None:
        fine = 2.0 if width < 400 else 1.5
        self.size = (width, height)
        self.w, self.h = round(fine * width), round(fine * height)
        self.u = min(self.w, self.h)
        self.chance = chance
        self.colours = colours
        self.image = Image.new("RGB", (self.w, self.h), colours.paper)
        self.pen = ImageDraw.Draw(self.image)

    def at(self, x: float, y: float) -> Point:
        return x * self.w, y * self.h

    def backdrop(self, *stops: Colour, top: float = 0.0, bottom: float = 1.0) -> None:
        """A smooth passage of colours from `top` to `bottom`."""
        first, last = round(top * self.h), round(bottom * self.h)
        column = Image.new("RGB", (1, len(stops)))
        column.putdata(stops)
        size = (1, max(1, last - first))
        column = column.resize(size, Image.Resampling.BICUBIC, (0, 0.5, 1, len(stops) - 0.5))
        self.image.paste(column.resize((self.w, size[1]), Image.Resampling.NEAREST), (0, first))

    def shape(self, points: Sequence[Point], colour: Colour) -> None:
        self.pen.polygon([self.at(x, y) for x, y in points], fill=colour)

    def disc(self, x: float, y: float, r: float, colour: Colour, flat: float = 1.0) -> None:
        cx, cy = self.at(x, y)
        rx, ry = r * self.u, r * self.u * flat
        self.pen.ellipse((cx - rx, cy - ry, cx + rx, cy + ry), fill=colour)

    def ring(self, x: float, y: float, r: float, colour: Colour, width: float) -> None:
        cx, cy = self.at(x, y)
        box = (cx - r * self.u, cy - r * self.u, cx + r * self.u, cy + r * self.u)
        self.pen.ellipse(box, outline=colour, width=max(1, round(width * self.u)))

    def box(
        self, x0: float, y0: float, x1: float, y1: float, colour: Colour, rounded: float = 0.0
    ) -> None:
        (left, top), (right, bottom) = self.at(x0, y0), self.at(x1, y1)
        corners = (left, top, max(left, right), max(top, bottom))
        self.pen.rounded_rectangle(corners, rounded * self.u, fill=colour)

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        pixels = [self.at(x, y) for x, y in points]
        self.pen.line(pixels, fill=colour, width=max(1, round(width * self.u)), joint="curve")

    def glow(
        self, x: float, y: float, r: float, colour: Colour, strength: float = 1.0, flat: float = 1.0
    ) -> None:
        """Light (or, in a dark colour, shadow) that fades outwards."""
        cx, cy = self.at(x, y)
        rx, ry = max(1.0, r * self.u), max(1.0, r * self.u * flat)
        left, top = max(0, round(cx - rx)), max(0, round(cy - ry))
        size = (min(self.w, round(cx + rx)) - left, min(self.h, round(cy + ry)) - top)
        if min(size) < 1:
            return
        # only what falls on the canvas is worked out
        half = _HALO / 2
        x0, y0 = half * (left - cx + rx) / rx, half * (top - cy + ry) / ry
        x1, y1 = x0 + half * size[0] / rx, y0 + half * size[1] / ry
        part = (max(0, x0), max(0, y0), min(_HALO, x1), min(_HALO, y1))
        mask = _halo(round(strength * 20)).resize(size, Image.Resampling.NEAREST, part)
        self.image.paste(colour, (left, top), mask)

    def veil(self, colour: Colour, top: float, bottom: float, strength: float) -> None:
        """Fog that thickens from `top` to `bottom`; the other way round when they are."""
        first, last = sorted((round(top * self.h), round(bottom * self.h)))
        mask = _rise(round(strength * 100), top > bottom)
        mask = mask.resize((1, max(1, last - first)), Image.Resampling.BILINEAR)
        mask = mask.resize((self.w, mask.height), Image.Resampling.NEAREST)
        self.image.paste(colour, (0, first), mask)

    def sphere(self, x: float, y: float, r: float, colour: Colour, light: Colour) -> None:
        """A ball lit from the upper left."""
        shadow = mix(colour, (20, 10, 30), 0.45)
        for step in range(10):
            part = step / 9
            shift, tone = r * 0.30 * part * self.u, mix(shadow, colour, min(1.0, part * 1.7))
            tone = mix(tone, light, max(0.0, part - 0.6) * 0.9)
            sx, sy = x - shift / self.w, y - shift / self.h
            self.disc(sx, sy, r * (1 - 0.75 * part), tone)

    def scatter(self, count: int) -> list[Point]:
        return [(self.chance.random(), self.chance.random()) for _ in range(count)]

    def finish(self) -> Image.Image:
        """The picture at its own size, a little darker in the corners, with the grain of a film."""
        picture = self.image.resize(self.size, Image.Resampling.BOX)
        return _grained(ImageChops.multiply(picture, _corners(self.size)), self.chance)


def ridge(chance: random.Random, rough: float, steps: int = 6) -> list[float]:
    """A mountain line by halving: 2**steps + 1 heights around 0, within about ±1."""
    heights, swing = [chance.uniform(-1, 1), chance.uniform(-1, 1)], 1.0
    for _ in range(steps):
        swing *= rough
        middles = [(a + b) / 2 + chance.uniform(-swing, swing) for a, b in pairwise(heights)]
        pairs = zip(heights, [*middles, 0.0], strict=True)
        heights = [value for pair in pairs for value in pair][:-1]
    return heights


def outline(heights: Sequence[float], level: float, swing: float) -> list[Point]:
    """A line of heights as a shape that reaches down to the lower edge."""
    last = len(heights) - 1
    top = [(i / last, level - height * swing) for i, height in enumerate(heights)]
    return [(-0.01, 1.01), (-0.01, top[0][1]), *top, (1.01, top[-1][1]), (1.01, 1.01)]


def clouds(chance: random.Random, size: tuple[int, int], cells: int = 3) -> Image.Image:
    """Soft noise of several sizes, as grey."""
    layers = []
    for octave in range(4):
        n = cells * 2**octave + 1
        raw = Image.frombytes("L", (n, n), chance.randbytes(n * n))
        layers.append(raw.resize((size[0] // 4, size[1] // 4), Image.Resampling.BICUBIC))
    rough = layers[0]
    for octave, layer in enumerate(layers[1:], 2):
        rough = Image.blend(rough, layer, 1 / 2**octave + 0.06)
    return rough.resize(size, Image.Resampling.BICUBIC)


@lru_cache(maxsize=24)
def _halo(strength: int) -> Image.Image:
    """Light that falls off from the middle, in twentieths of full strength."""
    curve = [round(max(0.0, 1 - v / 181) ** 2 * 255 * min(1.0, strength / 20)) for v in range(256)]
    fine = Image.radial_gradient("L").resize((_HALO, _HALO), Image.Resampling.BICUBIC)
    return fine.point(curve)


@lru_cache(maxsize=128)
def _rise(strength: int, falling: bool) -> Image.Image:
    column = Image.linear_gradient("L").crop((0, 0, 1, 256))
    column = column.point([round(v * strength / 100) for v in range(256)])
    return column.transpose(Image.Transpose.FLIP_TOP_BOTTOM) if falling else column


@lru_cache(maxsize=12)
def _corners(size: tuple[int, int]) -> Image.Image:
    curve = [round(255 - max(0.0, v / 255 - 0.35) ** 2 * 110) for v in range(256)]
    shade = Image.radial_gradient("L").point(curve).resize(size, Image.Resampling.BILINEAR)
    return Image.merge("RGB", (shade, shade, shade))


@lru_cache(maxsize=1)
def _film() -> Image.Image:
    """Gaussian grain around 128, the same in every run."""
    layers = [
        Image.frombytes("L", (_GRAIN, _GRAIN), dice("grain", n).randbytes(_GRAIN**2))
        for n in range(3)
    ]
    soft = Image.blend(Image.blend(layers[0], layers[1], 0.5), layers[2], 1 / 3)
    grey = soft.point([round(128 + (v - 128) * 0.085) for v in range(256)])
    return Image.merge("RGB", (grey, grey, grey))


def _grained(picture: Image.Image, chance: random.Random) -> Image.Image:
    left = chance.randrange(_GRAIN - min(picture.width, _GRAIN - 1))
    top = chance.randrange(_GRAIN - min(picture.height, _GRAIN - 1))
    film = _film().crop((left, top, left + picture.width, top + picture.height))
    return ImageChops.add(picture, film, 1, -128)


def wave(x: float, *parts: tuple[float, float, float]) -> float:
    """A sum of sines: (height, how many, where it begins)."""
    return sum(high * math.sin(math.tau * (many * x + start)) for high, many, start in parts)
