"""Posters, marbled paper and abstract painting."""

from __future__ import annotations

import math

from PIL import Image, ImageChops, ImageFont

from simulator.pictures.canvas import Canvas, clouds
from simulator.pictures.colour import Colour, mix

_WORDS = (
    "slow",
    "no. 27",
    "again",
    "yes",
    "hello",
    "&",
    "north",
    "a-z",
    "sun day",
    "tide",
    "else",
    "1:1",
    "oh!",
    "soft",
    "more",
    "no",
    "R",
    "g",
    "42",
    "?",
)


def poster(c: Canvas) -> None:
    p = c.colours
    ground, ink = c.chance.choice(
        (
            (p.paper, p.deep),
            (p.accent, p.paper),
            (p.deep, p.light),
            (p.light, p.dark),
            (p.soft, p.deep),
        )
    )
    c.backdrop(ground, mix(ground, p.paper, 0.08))
    (_discs, _stairs, _rays, _arches)[c.chance.randrange(4)](c, ground, ink)
    word = c.chance.choice(_WORDS)
    size = c.chance.choice((0.16, 0.22, 0.34)) if len(word) > 2 else 0.62
    font = ImageFont.load_default(size=round(size * c.u))
    x, y = c.at(0.07, c.chance.choice((0.05, 0.93 - size * 1.15)))
    c.pen.text((x, y), word, fill=ink, font=font)
    small = ImageFont.load_default(size=max(4, round(0.026 * c.u)))
    c.pen.text(c.at(0.075, 0.93), "edition of forty   ·   two colours", fill=ink, font=small)


def _discs(c: Canvas, ground: Colour, ink: Colour) -> None:
    tones = (c.colours.accent, c.colours.middle, ink, c.colours.light)
    for tone in c.chance.sample(tones, 3):
        c.disc(
            c.chance.uniform(0.3, 0.9),
            c.chance.uniform(0.2, 0.8),
            c.chance.uniform(0.1, 0.34),
            tone,
        )


def _stairs(c: Canvas, ground: Colour, ink: Colour) -> None:
    count = c.chance.randrange(5, 10)
    for step in range(count):
        part = step / count
        c.box(part, 0.88 - 0.75 * part, 1.0, 0.88, mix(c.colours.accent, c.colours.dark, part))


def _rays(c: Canvas, ground: Colour, ink: Colour) -> None:
    x, y, count = (
        c.chance.uniform(0.2, 0.8),
        c.chance.uniform(0.3, 1.0),
        c.chance.choice((12, 18, 28)),
    )
    for ray in range(0, count, 1):
        a, b = math.tau * ray / count, math.tau * (ray + 0.5) / count
        c.shape(
            [
                (x, y),
                (x + 2 * math.cos(a), y + 2 * math.sin(a)),
                (x + 2 * math.cos(b), y + 2 * math.sin(b)),
            ],
            mix(ground, c.colours.accent, 0.7),
        )
    c.disc(x, y, 0.2, ink)


def _arches(c: Canvas, ground: Colour, ink: Colour) -> None:
    x = c.chance.uniform(0.35, 0.65)
    for step in range(6):
        r = 0.42 - step * 0.065
        tone = (
            c.colours.accent,
            c.colours.paper,
            c.colours.middle,
            c.colours.dark,
            c.colours.light,
            ink,
        )[step]
        c.disc(x, 0.55, r, tone)
        c.box(x - r * c.u / c.w, 0.55, x + r * c.u / c.w, 0.87, tone)


def marble(c: Canvas) -> None:
    """Agate: grey noise read through a winding palette."""
    size = (c.w // 2, c.h // 2)
    grey = ImageChops.add_modulo(clouds(c.chance, size, 2), clouds(c.chance, size, 1))
    bands, start = c.chance.uniform(1.5, 4.5), c.chance.random()
    tones: list[int] = []
    for value in range(256):
        part = 0.5 + 0.5 * math.sin(math.tau * (value / 255 * bands + start))
        vein = abs(math.sin(math.tau * value / 255 * bands * 1.5)) > 0.985
        tones += mix(c.colours.ramp(part), c.colours.accent, 0.8 if vein else 0.0)
    paper = grey.copy()
    paper.putpalette(tones)
    c.image.paste(paper.convert("RGB").resize((c.w, c.h), Image.Resampling.BILINEAR))


def abstract(c: Canvas) -> None:
    if c.chance.random() < 0.5:
        _light(c)
    else:
        _cutouts(c)


def _light(c: Canvas) -> None:
    """Nothing but colours that run into each other."""
    p, n = c.colours, 4
    tones = [
        c.chance.choice((p.dark, p.middle, p.soft, p.light, p.accent, p.paper))
        for _ in range(n * n)
    ]
    raw = Image.new("RGB", (n, n))
    raw.putdata(tones)
    c.image.paste(raw.resize((c.w, c.h), Image.Resampling.BICUBIC))
    if c.chance.random() < 0.6:
        c.disc(
            c.chance.uniform(0.3, 0.7),
            c.chance.uniform(0.3, 0.7),
            c.chance.uniform(0.12, 0.27),
            c.chance.choice((p.paper, p.accent, p.deep)),
        )


def _cutouts(c: Canvas) -> None:
    p = c.colours
    for band in range(2):
        for column in range(3):
            c.box(
                column / 3,
                band / 2,
                (column + 1) / 3,
                (band + 1) / 2,
                c.chance.choice((p.light, p.soft, p.paper, p.accent, p.middle)),
            )
    for _ in range(c.chance.randrange(4, 8)):
        x, y, r = c.chance.random(), c.chance.random(), c.chance.uniform(0.1, 0.24)
        lobes, start = c.chance.choice((3, 5, 7)), c.chance.random()
        points = []
        for step in range(60):
            turn = math.tau * step / 60
            far = r * (0.72 + 0.28 * math.sin(lobes * turn + start * 6))
            points.append(
                (x + far * math.cos(turn) * c.u / c.w, y + far * math.sin(turn) * c.u / c.h)
            )
        c.shape(points, c.chance.choice((p.deep, p.accent, p.dark, p.paper)))
