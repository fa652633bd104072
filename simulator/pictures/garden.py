"""Leaves and flowers."""

from __future__ import annotations

import math

from simulator.pictures.canvas import Canvas, Point
from simulator.pictures.colour import Colour, darker, lighter, mix

_GREENS: tuple[Colour, ...] = ((34, 84, 61), (64, 122, 82), (120, 160, 92), (46, 104, 96))


def leaf(
    c: Canvas, x: float, y: float, long: float, turn: float, tone: Colour, wide: float = 0.3
) -> None:
    """One leaf from its stalk outwards, light on one side of its rib."""
    ax, ay = math.cos(turn), math.sin(turn)
    upper: list[Point] = []
    lower: list[Point] = []
    rib: list[Point] = []
    for step in range(13):
        part = step / 12
        half = wide * long * math.sin(math.pi * part**0.8) * 0.5
        along = part * long
        for side, points in ((1, upper), (-1, lower), (0, rib)):
            px, py = along * ax - side * half * ay, along * ay + side * half * ax
            points.append((x + px * c.u / c.w, y + py * c.u / c.h))
    c.shape([*upper, *reversed(rib)], tone)
    c.shape([*lower, *reversed(rib)], darker(tone, 0.2))
    c.line(rib, lighter(tone, 0.25), 0.0035)


def plant(c: Canvas) -> None:
    match c.chance.randrange(3):
        case 0:
            _jungle(c)
        case 1:
            _potted(c)
        case _:
            _frond(c)


def _jungle(c: Canvas) -> None:
    c.backdrop(darker(c.colours.deep, 0.3), darker((24, 60, 48), 0.2))
    for step in range(46):
        part = step / 45
        green = mix(c.chance.choice(_GREENS), c.colours.middle, 0.25)
        tone = mix(darker(green, 0.55), lighter(green, 0.12), part)
        x, y = c.chance.uniform(-0.1, 1.1), c.chance.uniform(-0.1, 1.1)
        leaf(
            c,
            x,
            y,
            c.chance.uniform(0.22, 0.5),
            c.chance.uniform(0, math.tau),
            tone,
            c.chance.uniform(0.25, 0.5),
        )
    if c.chance.random() < 0.5:
        _blossom(c, c.chance.uniform(0.3, 0.7), c.chance.uniform(0.3, 0.7), 0.16, c.colours.accent)


def _potted(c: Canvas) -> None:
    p = c.colours
    wall = c.chance.choice((p.light, p.soft, lighter(p.accent, 0.6)))
    c.backdrop(lighter(wall, 0.25), wall, bottom=0.8)
    c.backdrop(mix(p.soft, (150, 100, 70), 0.5), mix(p.middle, (110, 70, 50), 0.5), top=0.8)
    x, foot = c.chance.uniform(0.38, 0.62), 0.88
    c.glow(x + 0.1, foot, 0.3, darker(wall, 0.8), 0.6, 0.2)
    count, reach = c.chance.randrange(7, 16), c.chance.uniform(0.3, 0.48)
    narrow, green = c.chance.choice((0.16, 0.34, 0.5)), mix(c.chance.choice(_GREENS), p.dark, 0.15)
    for step in range(count):
        turn = -math.pi / 2 + (step / (count - 1) - 0.5) * 2.5 + c.chance.gauss(0, 0.1)
        tone = mix(green, (150, 190, 110), c.chance.random() * 0.45)
        leaf(c, x, foot - 0.2, reach * c.chance.uniform(0.7, 1.15), turn, tone, narrow)
    pot = c.chance.choice(((196, 104, 72), p.accent, p.paper, p.dark))
    for part in range(6):
        shade, inset = mix(lighter(pot, 0.15), darker(pot, 0.4), part / 5), 0.2 * part / 6
        c.shape(
            [
                (x - 0.1 + inset, foot - 0.2),
                (x + 0.1, foot - 0.2),
                (x + 0.075, foot),
                (x - 0.075 + inset * 0.75, foot),
            ],
            shade,
        )
    c.box(x - 0.11, foot - 0.22, x + 0.11, foot - 0.18, lighter(pot, 0.1), 0.006)


def _frond(c: Canvas) -> None:
    p = c.colours
    c.backdrop(lighter(p.light, 0.3), p.light, p.soft)
    for _ in range(c.chance.randrange(2, 5)):
        x, turn = c.chance.uniform(0.0, 1.0), -math.pi / 2 + c.chance.uniform(-0.7, 0.7)
        long = c.chance.uniform(0.7, 1.0)
        green = mix(c.chance.choice(_GREENS), p.dark, c.chance.random() * 0.5)
        for step in range(17):
            part = (step + 2) / 18
            bend = turn + (part - 0.3) * 0.6
            px, py = x + math.cos(bend) * long * part, 1.05 + math.sin(bend) * long * part
            size = 0.3 * math.sin(math.pi * part**0.7) + 0.03
            for side in (-1, 1):
                leaf(c, px, py, size, bend + side * 0.95, mix(green, p.soft, part * 0.25), 0.17)


def _blossom(c: Canvas, x: float, y: float, r: float, tone: Colour) -> None:
    petals, start = c.chance.choice((5, 6, 8, 12)), c.chance.random()
    for ring in (1.0, 0.72):
        for step in range(petals):
            turn = math.tau * (step + start + ring) / petals
            leaf(
                c,
                x,
                y,
                r * ring,
                turn,
                mix(tone, (255, 245, 235), 0.55 * (1 - ring) + 0.2 * c.chance.random()),
                0.75,
            )
    c.sphere(x, y, r * 0.2, (226, 176, 60), (255, 236, 160))


def flowers(c: Canvas) -> None:
    if c.chance.random() < 0.5:
        _meadow(c)
    else:
        _bouquet(c)


def _meadow(c: Canvas) -> None:
    p = c.colours
    c.backdrop(
        p.light,
        lighter(p.soft, 0.3),
        mix(p.soft, (130, 160, 90), 0.6),
        mix(p.dark, (50, 90, 50), 0.6),
    )
    c.glow(0.7, 0.12, 0.5, lighter(p.accent, 0.7), 0.6)
    tones = c.chance.sample((p.accent, lighter(p.accent, 0.35), p.paper, p.soft, (232, 70, 60)), 3)
    for step in range(90):
        part = step / 89
        x, y = c.chance.uniform(-0.05, 1.05), 0.5 + 0.55 * part + c.chance.gauss(0, 0.02)
        r, tone = 0.008 + 0.045 * part**1.5, c.chance.choice(tones)
        c.line(
            [(x, y), (x + c.chance.gauss(0, 0.02), y + r * 5)],
            mix((50, 90, 50), p.deep, 0.3),
            0.002 + 0.004 * part,
        )
        c.disc(x, y, r, darker(tone, 0.15), 0.8)
        c.disc(x - r * 0.15, y - r * 0.2, r * 0.75, lighter(tone, 0.12), 0.7)
        c.disc(x, y + r * 0.1, r * 0.22, darker(tone, 0.65), 0.7)


def _bouquet(c: Canvas) -> None:
    p = c.colours
    wall = c.chance.choice((p.deep, p.light, p.soft, p.middle))
    c.backdrop(lighter(wall, 0.1), wall, darker(wall, 0.25))
    tones = (p.accent, mix(p.accent, p.paper, 0.55), p.paper, mix(p.soft, p.accent, 0.3))
    for _ in range(22):
        x, y = c.chance.gauss(0.5, 0.2), c.chance.gauss(0.5, 0.2)
        leaf(
            c,
            x,
            y,
            c.chance.uniform(0.15, 0.3),
            c.chance.uniform(0, math.tau),
            mix(c.chance.choice(_GREENS), wall, 0.25),
        )
    for _ in range(c.chance.randrange(5, 10)):
        x, y = c.chance.gauss(0.5, 0.17), c.chance.gauss(0.48, 0.17)
        c.glow(x + 0.01, y + 0.02, 0.17, darker(wall, 0.7), 0.5)
        _blossom(c, x, y, c.chance.uniform(0.09, 0.17), c.chance.choice(tones))
