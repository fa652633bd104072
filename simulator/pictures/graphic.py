"""Posters, patterns, marbled paper and abstract painting."""

from __future__ import annotations

import math

from PIL import Image, ImageChops, ImageFont

from simulator.pictures.canvas import Canvas, clouds, wave
from simulator.pictures.colour import Colour, darker, lighter, mix

_WORDS = (
    "slow",
    "no. 27",
    "again",
    "yes",
    "hello",
    "&",
    "north",
    "a–z",
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


def pattern(c: Canvas) -> None:
    p = c.colours
    c.backdrop(p.paper, p.paper)
    (_truchet, _scales, _terrazzo, _weave, _tiles, _ribbons)[c.chance.randrange(6)](c)


def _cells(c: Canvas, count: int) -> tuple[float, list[tuple[float, float]]]:
    side = c.w / count
    return side, [
        (column * side, row * side)
        for row in range(math.ceil(c.h / side))
        for column in range(count)
    ]


def _truchet(c: Canvas) -> None:
    p = c.colours
    tones = c.chance.sample((p.deep, p.dark, p.middle, p.soft, p.accent, p.light), 4)
    side, cells = _cells(c, c.chance.choice((4, 5, 6, 8)))
    for x, y in cells:
        back, front = c.chance.sample(tones, 2)
        c.pen.rectangle((x, y, x + side, y + side), fill=back)
        cx, cy, start = c.chance.choice(
            ((x, y, 0), (x + side, y, 90), (x + side, y + side, 180), (x, y + side, 270))
        )
        for part in c.chance.choice(((1.0,), (1.0, 0.55), (0.75, 0.35))):
            r = side * part
            c.pen.pieslice((cx - r, cy - r, cx + r, cy + r), start, start + 90, fill=front)
            front, back = back, front


def _scales(c: Canvas) -> None:
    p, side = c.colours, c.w / c.chance.choice((6, 8, 10))
    rows = math.ceil(c.h / side * 2) + 2
    for row in range(rows):
        for column in range(-1, math.ceil(c.w / side) + 1):
            x, y = (column + (row % 2) * 0.5 + 0.5) * side, row * side / 2 - side * 0.5
            tone = mix(p.dark, p.light, c.chance.random())
            for part, shade in (
                (0.5, lighter(p.paper, 0.2)),
                (0.46, tone),
                (0.3, darker(tone, 0.15)),
                (0.14, p.accent),
            ):
                r = side * part
                c.pen.ellipse((x - r, y - r, x + r, y + r), fill=shade)


def _terrazzo(c: Canvas) -> None:
    p = c.colours
    c.backdrop(p.light, p.light)
    for _ in range(170):
        x, y, size = c.chance.random(), c.chance.random(), c.chance.uniform(0.01, 0.055)
        tone = c.chance.choice((p.accent, p.dark, p.middle, p.soft, p.paper))
        turns = sorted(c.chance.uniform(0, math.tau) for _ in range(6))
        c.shape(
            [
                (x + size * math.cos(t) * c.chance.uniform(0.7, 1), y + size * math.sin(t))
                for t in turns
            ],
            tone,
        )


def _weave(c: Canvas) -> None:
    p, side = c.colours, c.w / c.chance.choice((10, 14, 18))
    across, down = c.chance.sample((p.deep, p.accent, p.light, p.middle, p.soft), 2)
    for row in range(math.ceil(c.h / side)):
        for column in range(math.ceil(c.w / side)):
            over = (row + column) % 2 == 0
            tone = mix(across if over else down, p.paper, 0.12 * c.chance.random())
            x, y, gap = column * side, row * side, side * 0.1
            c.pen.rectangle((x, y, x + side, y + side), fill=darker(p.deep, 0.3))
            box = (
                (x - gap, y + gap, x + side + gap, y + side - gap)
                if over
                else (x + gap, y - gap, x + side - gap, y + side + gap)
            )
            c.pen.rectangle(box, fill=tone)


def _tiles(c: Canvas) -> None:
    """Azulejos: one motif in four mirrored quarters."""
    p = c.colours
    side, cells = _cells(c, c.chance.choice((3, 4, 5)))
    radii = [c.chance.uniform(0.15, 0.5) for _ in range(3)]
    tones = c.chance.sample((p.dark, p.accent, p.middle, p.deep), 3)
    for x, y in cells:
        c.pen.rectangle(
            (x, y, x + side, y + side),
            fill=lighter(p.paper, 0.3),
            outline=darker(p.light, 0.12),
            width=3,
        )
        for radius, tone in zip(radii, tones, strict=True):
            r = radius * side
            for cx, cy in ((x, y), (x + side, y), (x, y + side), (x + side, y + side)):
                c.pen.arc(
                    (cx - r, cy - r, cx + r, cy + r),
                    0,
                    360,
                    fill=tone,
                    width=max(2, round(side * 0.05)),
                )
        m, r = (x + side / 2, y + side / 2), side * radii[0] * 0.7
        c.pen.polygon(
            [(m[0] - r, m[1]), (m[0], m[1] - r), (m[0] + r, m[1]), (m[0], m[1] + r)], fill=tones[0]
        )
        c.pen.ellipse((m[0] - r / 2, m[1] - r / 2, m[0] + r / 2, m[1] + r / 2), fill=tones[1])


def _ribbons(c: Canvas) -> None:
    p, count, start = c.colours, c.chance.randrange(9, 18), c.chance.random()
    parts = ((0.05, 1.0, start), (0.03, 2.0, start * 5))
    for band in range(count + 2):
        tone = p.ramp((band * 0.37 + start) % 1) if band % 3 else p.accent
        top = [
            (i / 30, (band - 1) / count + wave(i / 30 + band * 0.02, *parts)) for i in range(-1, 32)
        ]
        c.shape([*top, (1.1, 1.1), (-0.1, 1.1)], tone)


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
