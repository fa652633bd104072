"""Tiles, scales, weaves and ribbons."""

from __future__ import annotations

import math

from simulator.pictures.canvas import Canvas, wave
from simulator.pictures.colour import darker, lighter, mix


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
