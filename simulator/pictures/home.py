"""Coffee, fruit and a laid table."""

from __future__ import annotations

import math

from simulator.pictures.canvas import Canvas
from simulator.pictures.colour import Colour, darker, lighter, mix


def _tabletop(c: Canvas) -> Colour:
    """Wood, stone or cloth, seen from above."""
    p, kind = c.colours, c.chance.choice((0, 0, 1, 1, 2, 2, 3))
    base = (
        mix(p.soft, (176, 124, 80), 0.6),
        lighter(p.light, 0.5),
        mix(p.dark, p.middle, 0.5),
        p.light,
    )[kind]
    c.backdrop(lighter(base, 0.1), base, darker(base, 0.1))
    if kind == 0:
        for plank in range(5):
            c.box(plank / 5, 0, plank / 5 + 0.004, 1, darker(base, 0.35))
            for _ in range(9):
                x = (plank + c.chance.random()) / 5
                c.line([(x, 0), (x + c.chance.gauss(0, 0.01), 1)], darker(base, 0.09), 0.003)
    elif kind == 1:
        for _ in range(7):
            x = c.chance.random()
            path = [(x + c.chance.gauss(0, 0.03) + s * 0.04, s / 9) for s in range(-1, 12)]
            c.line(path, darker(base, 0.1), c.chance.choice((0.002, 0.005)))
    elif kind == 3:
        _gingham(c, mix(base, p.accent, 0.28))
    return base


def _gingham(c: Canvas, tone: Colour) -> None:
    over = mix(tone, c.colours.accent, 0.4)
    for i in range(0, 12, 2):
        c.box(i / 12, 0, (i + 1) / 12, 1, tone)
        c.box(0, i / 12, 1, (i + 1) / 12, tone)
    for i in range(0, 12, 2):
        for j in range(0, 12, 2):
            c.box(i / 12, j / 12, (i + 1) / 12, (j + 1) / 12, over)


def _plate(c: Canvas, x: float, y: float, r: float, glaze: Colour) -> None:
    c.glow(x + 0.02, y + 0.03, r * 1.35, (20, 12, 20), 0.75)
    c.disc(x, y, r, darker(glaze, 0.07))
    c.disc(x - 0.004, y - 0.004, r * 0.985, glaze)
    c.disc(x, y, r * 0.74, darker(glaze, 0.09))
    c.disc(x + 0.004, y + 0.004, r * 0.725, lighter(glaze, 0.2))


def coffee(c: Canvas) -> None:
    p = c.colours
    _tabletop(c)
    x, y, r = c.chance.uniform(0.36, 0.64), c.chance.uniform(0.4, 0.62), c.chance.uniform(0.2, 0.28)
    glaze = c.chance.choice((lighter(p.paper, 0.4), p.accent, p.dark, p.soft))
    _plate(c, x, y, r * 1.35, lighter(p.paper, 0.3))
    turn = c.chance.uniform(-0.7, 0.7)
    hx, hy = x + math.cos(turn) * r * 0.98 * c.u / c.w, y + math.sin(turn) * r * 0.98 * c.u / c.h
    c.line([(x, y), (hx, hy)], glaze, 0.05)
    c.glow(x + 0.02, y + 0.03, r * 1.15, (20, 12, 20), 0.6)
    c.disc(x, y, r * 0.84, glaze)
    c.disc(x, y, r * 0.75, darker(glaze, 0.25))
    crema = (150, 92, 52)
    c.disc(x, y, r * 0.72, (92, 52, 28))
    c.disc(x, y, r * 0.68, crema)
    _latte(c, x, y, r * 0.5, (244, 224, 196), crema)
    if c.chance.random() < 0.6:
        _biscuit(c, x - 0.32 if x > 0.5 else x + 0.32, y + c.chance.uniform(-0.25, 0.2))


def _latte(c: Canvas, x: float, y: float, r: float, milk: Colour, crema: Colour) -> None:
    """A heart, or a leaf of several hearts."""
    kx, ky = c.u / c.w, c.u / c.h
    for size in c.chance.choice(((1.0,), (1.0, 0.72, 0.45), (0.9, 0.55))):
        for tone, part in ((milk, size), (crema, size - 0.13)):
            if size == 1.0 and tone == crema:
                continue
            s = r * part
            for side in (-1, 1):
                c.disc(x + side * s * 0.42 * kx, y - s * 0.25 * ky, s * 0.48, tone)
            c.shape(
                [
                    (x - s * 0.84 * kx, y - s * 0.05 * ky),
                    (x + s * 0.84 * kx, y - s * 0.05 * ky),
                    (x, y + s * ky),
                ],
                tone,
            )


def _biscuit(c: Canvas, x: float, y: float) -> None:
    c.glow(x + 0.01, y + 0.02, 0.15, (20, 12, 20), 0.6)
    c.disc(x, y, 0.1, (176, 118, 66))
    c.disc(x - 0.004, y - 0.004, 0.096, (206, 150, 92))
    for _ in range(9):
        turn, far = c.chance.uniform(0, math.tau), c.chance.uniform(0, 0.075)
        c.disc(x + math.cos(turn) * far, y + math.sin(turn) * far, 0.013, (88, 52, 36))


_FRUIT: tuple[Colour, ...] = (
    (238, 140, 40),
    (222, 62, 52),
    (240, 204, 70),
    (150, 182, 66),
    (122, 48, 88),
    (244, 170, 120),
)


def fruit(c: Canvas) -> None:
    p = c.colours
    wall, cloth, edge = (
        c.chance.choice((p.dark, p.soft, p.middle)),
        p.light,
        c.chance.uniform(0.56, 0.7),
    )
    c.backdrop(darker(wall, 0.25), wall, bottom=edge)
    c.glow(0.2, 0.1, 0.8, lighter(wall, 0.4), 0.5)
    c.backdrop(cloth, darker(cloth, 0.25), top=edge)
    basic = c.chance.sample(_FRUIT, 3)
    spots = sorted(
        (
            (c.chance.uniform(0.16, 0.84), c.chance.uniform(edge + 0.03, 0.86))
            for _ in range(c.chance.randrange(4, 9))
        ),
        key=lambda s: s[1],
    )
    if c.chance.random() < 0.6:
        _vase(c, c.chance.uniform(0.25, 0.75), edge + 0.12)
    for x, y in spots:
        r = c.chance.uniform(0.065, 0.1)
        tone = c.chance.choice(basic)
        c.glow(x + 0.05, y + r * 0.75, r * 1.7, darker(cloth, 0.7), 0.7, 0.35)
        c.sphere(x, y, r, tone, lighter(tone, 0.75))
        c.line([(x, y - r * 0.75), (x + 0.012, y - r * 1.15)], (70, 58, 34), 0.008)
        if c.chance.random() < 0.5:
            c.shape(
                [(x + 0.01, y - r), (x + 0.05, y - r * 1.35), (x + 0.09, y - r * 1.1)],
                (86, 124, 62),
            )


def _vase(c: Canvas, x: float, foot: float) -> None:
    tone = c.chance.choice((c.colours.accent, c.colours.paper, c.colours.middle))
    c.glow(x + 0.09, foot, 0.24, darker(c.colours.light, 0.75), 0.6, 0.25)
    profile = [(0.05, -0.36), (0.045, -0.32), (0.1, -0.2), (0.115, -0.1), (0.07, 0.0)]
    left = [(x - wide, foot + y) for wide, y in profile]
    for part in range(7):
        tone_here = mix(lighter(tone, 0.35), darker(tone, 0.45), part / 6)
        inner = [(x - wide + 2 * wide * part / 7, foot + y) for wide, y in profile]
        c.shape([*inner, *[(x + wide, foot + y) for wide, y in reversed(profile)]], tone_here)
    for _ in range(c.chance.randrange(0, 7)):
        tx, ty = x + c.chance.gauss(0, 0.11), left[0][1] - c.chance.uniform(0.08, 0.24)
        c.line([(x, left[0][1]), ((x + tx) / 2, ty + 0.06), (tx, ty)], (86, 110, 70), 0.006)
        c.sphere(
            tx,
            ty,
            c.chance.uniform(0.02, 0.04),
            mix(c.colours.accent, c.colours.soft, c.chance.random()),
            c.colours.paper,
        )


def table(c: Canvas) -> None:
    p = c.colours
    _tabletop(c)
    glaze = c.chance.choice(
        (lighter(p.paper, 0.4), lighter(p.soft, 0.4), mix(p.dark, p.middle, 0.3))
    )
    if c.chance.random() < 0.55:
        _dish(c, 0.5, 0.5, 0.36, glaze)
        for side, tool in ((0.06, 0.006), (0.94, 0.009)):
            c.line([(side, 0.26), (side, 0.76)], (216, 214, 208), tool * 2)
            c.disc(side, 0.27, 0.022, (216, 214, 208), 1.8)
    else:
        for x, y in ((0.24, 0.25), (0.76, 0.3), (0.3, 0.77), (0.8, 0.8)):
            _dish(c, x + c.chance.gauss(0, 0.02), y, c.chance.uniform(0.17, 0.23), glaze)


def _dish(c: Canvas, x: float, y: float, r: float, glaze: Colour) -> None:
    _plate(c, x, y, r, glaze)
    sauce = c.chance.choice(
        ((206, 72, 40), (226, 168, 70), (128, 150, 70), (240, 226, 200), (110, 60, 40))
    )
    c.disc(x, y, r * 0.6, darker(sauce, 0.12))
    c.disc(x, y, r * 0.57, sauce)
    bits: tuple[Colour, ...] = (
        (238, 90, 66),
        (250, 214, 120),
        (110, 160, 76),
        (250, 240, 220),
        (120, 50, 70),
        c.colours.accent,
    )
    for _ in range(42):
        turn, far = c.chance.uniform(0, math.tau), r * 0.52 * math.sqrt(c.chance.random())
        bx, by = x + math.cos(turn) * far * c.u / c.w, y + math.sin(turn) * far * c.u / c.h
        size, tone = r * c.chance.uniform(0.035, 0.11), c.chance.choice(bits)
        c.disc(bx + 0.003, by + 0.005, size, darker(sauce, 0.5), c.chance.uniform(0.6, 1.0))
        c.disc(bx, by, size, tone, c.chance.uniform(0.6, 1.0))
    for _ in range(8):
        lx, ly = x + c.chance.gauss(0, r * 0.22), y + c.chance.gauss(0, r * 0.22)
        s = r * 0.16
        c.shape(
            [(lx, ly), (lx + s * 0.5, ly - s * 0.4), (lx + s, ly), (lx + s * 0.5, ly + s * 0.3)],
            (70, 130, 66),
        )
