"""Night skies and balloons."""

from __future__ import annotations

import math

from simulator.pictures.canvas import Canvas, clouds, outline, ridge
from simulator.pictures.colour import Colour, darker, lighter, mix
from simulator.pictures.land import fir


def night(c: Canvas) -> None:
    p = c.colours
    dark = mix(darker(p.deep, 0.45), (8, 12, 40), 0.4)
    c.backdrop(dark, mix(p.deep, dark, 0.4), p.dark, mix(p.middle, p.accent, 0.2))
    if c.chance.random() < 0.3:
        _trails(c)
    else:
        _milky_way(c)
        _stars(c)
    ground = darker(p.deep, 0.75)
    c.shape(outline(ridge(c.chance, 0.5), 0.9, 0.05), ground)
    for _ in range(c.chance.randrange(0, 9)):
        fir(c, c.chance.random(), 0.97, c.chance.uniform(0.12, 0.34), ground)


def _stars(c: Canvas) -> None:
    for x, y in c.scatter(260):
        size = 0.0012 + 0.0035 * c.chance.random() ** 4
        tint = mix(
            c.chance.choice(((255, 255, 255), (255, 225, 190), (190, 215, 255))),
            c.colours.dark,
            0.2,
        )
        c.disc(x, y * 0.9, size, tint)
    if c.chance.random() < 0.4:
        x, y = c.chance.uniform(0.2, 0.8), c.chance.uniform(0.08, 0.4)
        for step in range(14):
            c.disc(x + step * 0.011, y + step * 0.006, 0.0035 * step / 14, (255, 255, 250))


def _milky_way(c: Canvas) -> None:
    slope, start = c.chance.uniform(-0.9, 0.9), c.chance.uniform(0.25, 0.75)
    tint = lighter(mix(c.colours.soft, c.colours.accent, 0.3), 0.25)
    for step in range(46):
        part = step / 45
        x = start + slope * (part - 0.5) + c.chance.gauss(0, 0.035)
        c.glow(x, part, c.chance.uniform(0.06, 0.2), tint, c.chance.uniform(0.05, 0.2))


def _trails(c: Canvas) -> None:
    x, y = c.at(c.chance.uniform(0.3, 0.7), c.chance.uniform(0.3, 0.6))
    for _ in range(110):
        r, start = c.chance.uniform(0.03, 1.1) * c.u, c.chance.uniform(0, 360)
        tint = mix(c.colours.paper, c.colours.middle, c.chance.random())
        box = (x - r, y - r, x + r, y + r)
        c.pen.arc(box, start, start + c.chance.uniform(25, 60), fill=tint, width=max(1, c.u // 420))


def balloon(c: Canvas) -> None:
    p = c.colours
    c.backdrop(p.soft, p.light, p.paper, lighter(p.accent, 0.5))
    fleece = clouds(c.chance, (c.w, c.h), 2).point(
        [max(0, min(200, (v - 120) * 4)) for v in range(256)]
    )
    c.image.paste(lighter(p.paper, 0.6), (0, 0), fleece)
    for _ in range(c.chance.choice((1, 2, 4, 7))):
        size = c.chance.choice((0.05, 0.08, 0.13, 0.22))
        _one_balloon(c, c.chance.uniform(0.12, 0.88), c.chance.uniform(0.15, 0.7), size)
    hills = mix(p.middle, p.soft, 0.35)
    c.shape(outline(ridge(c.chance, 0.5), 0.92, 0.05), hills)
    c.veil(p.paper, 0.8, 1.0, 0.5)


def _one_balloon(c: Canvas, x: float, y: float, r: float) -> None:
    pair = c.chance.sample((c.colours.accent, c.colours.dark, c.colours.paper, c.colours.middle), 2)
    stripes = c.chance.choice((4, 6, 8))
    for stripe in range(stripes):
        left, right = stripe / stripes * 2 - 1, (stripe + 1) / stripes * 2 - 1
        c.shape(
            _gore(c, x, y, r, math.sin(left * 1.571), math.sin(right * 1.571)), pair[stripe % 2]
        )
    c.glow(x + r * 0.5 * c.u / c.w, y + r * 0.2, r * 0.9, darker(pair[0], 0.6), 0.4)
    rope: Colour = darker(c.colours.deep, 0.3)
    for side in (-0.16, 0.16):
        c.line([(x + side * r, y + r * 1.22), (x + side * r * 0.7, y + r * 1.55)], rope, 0.0025)
    c.box(
        x - r * 0.14,
        y + r * 1.55,
        x + r * 0.14,
        y + r * 1.78,
        mix((120, 80, 40), rope, 0.3),
        r * 0.04,
    )


def _gore(
    c: Canvas, x: float, y: float, r: float, left: float, right: float
) -> list[tuple[float, float]]:
    """A stripe of the envelope: round above, drawn together below."""
    sides: list[list[tuple[float, float]]] = [[], []]
    for step in range(13):
        down = -1 + step * 2.25 / 12
        half = (
            math.sqrt(max(0.0, 1 - down * down))
            if down < 0.35
            else 0.94 - 0.82 * (down - 0.35) / 0.9
        )
        for side, edge in zip(sides, (left, right), strict=True):
            side.append((x + edge * half * r * c.u / c.w, y + down * r * c.u / c.h))
    return [*sides[0], *reversed(sides[1])]
