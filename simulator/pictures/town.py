"""Skylines, house fronts, rain on the window, and a cat."""

from __future__ import annotations

from simulator.pictures.canvas import Canvas, wave
from simulator.pictures.colour import Colour, darker, lighter, mix
from simulator.pictures.land import birds, sky, sun


def skyline(c: Canvas) -> None:
    p, air = c.colours, sky(c)
    sun(c, c.chance.uniform(0.15, 0.85), c.chance.uniform(0.15, 0.5), air)
    lit = c.chance.random() < 0.7
    for layer in range(3):
        tone = mix(mix(air, p.middle, 0.5), darker(p.deep, 0.25), (layer + 0.6) / 2.8)
        _row(c, 0.52 - 0.06 * layer + 0.16 * layer, tone, windows=lit and layer > 0)
        if layer < 2:
            c.veil(air, 0.45, 1.0, 0.42)
    if c.chance.random() < 0.3:
        birds(c, p.deep)


def _row(c: Canvas, top: float, tone: Colour, *, windows: bool) -> None:
    x = -0.03
    while x < 1.02:
        wide, roof = c.chance.uniform(0.05, 0.14), top + c.chance.uniform(-0.16, 0.14)
        c.box(x, roof, x + wide, 1.02, tone)
        _roof(c, x, x + wide, roof, tone)
        if windows:
            _windows(c, x, x + wide, roof, mix((255, 214, 130), tone, c.chance.uniform(0.0, 0.3)))
        x += wide + c.chance.choice((0.0, 0.0, 0.004, 0.02))


def _roof(c: Canvas, x0: float, x1: float, y: float, tone: Colour) -> None:
    middle = (x0 + x1) / 2
    match c.chance.randrange(6):
        case 0:
            c.line([(middle, y), (middle, y - 0.08)], tone, 0.004)
        case 1:
            c.shape([(x0, y), (middle, y - 0.06), (x1, y)], tone)
        case 2:
            c.box(x0 + 0.012, y - 0.03, x1 - 0.012, y, tone)
        case 3:
            c.shape([(x0, y), (x1, y - 0.045), (x1, y)], tone)


def _windows(c: Canvas, x0: float, x1: float, top: float, light: Colour) -> None:
    step, share = 0.019, c.chance.uniform(0.15, 0.6)
    y = top + 0.02
    while y < 1.0:
        x = x0 + 0.01
        while x < x1 - 0.012:
            if c.chance.random() < share:
                c.box(x, y, x + 0.009, y + 0.012, light)
            x += step
        y += step * 1.35


def facade(c: Canvas) -> None:
    p = c.colours
    wall = c.chance.choice(
        (p.soft, p.light, mix(p.accent, p.paper, 0.35), mix(p.middle, p.paper, 0.4))
    )
    c.backdrop(lighter(wall, 0.12), wall, darker(wall, 0.08))
    columns, rows = c.chance.choice(((2, 2), (3, 3), (3, 4), (4, 4), (2, 3)))
    shutter = c.chance.choice((p.dark, p.accent, p.middle, p.deep))
    for row in range(rows):
        for column in range(columns):
            _window(
                c, (column + 0.5) / columns, (row + 0.5) / rows, 0.5 / columns, 0.62 / rows, shutter
            )
    if c.chance.random() < 0.6:
        _long_shadow(c, wall)


def _window(c: Canvas, x: float, y: float, wide: float, high: float, shutter: Colour) -> None:
    p, left, top = c.colours, x - wide / 2, y - high / 2
    glass = mix(p.deep, p.dark, c.chance.random())
    c.box(left - 0.012, top - 0.012, left + wide + 0.012, top + high + 0.016, lighter(p.paper, 0.3))
    c.box(left, top, left + wide, top + high, glass)
    c.shape(
        [
            (left, top + high * 0.6),
            (left + wide * 0.7, top),
            (left + wide, top),
            (left, top + high),
        ],
        lighter(glass, 0.14),
    )
    if c.chance.random() < 0.3:
        c.box(
            left, top, left + wide, top + high * c.chance.uniform(0.3, 0.8), lighter(p.light, 0.3)
        )
    c.box(x - 0.004, top, x + 0.004, top + high, lighter(p.paper, 0.3))
    c.box(left, y - 0.004, left + wide, y + 0.004, lighter(p.paper, 0.3))
    opened = c.chance.choice((0.0, 0.32, 0.32, 0.42))
    for edge in (left - wide * opened, left + wide) if opened else ():
        c.box(
            edge + 0.008,
            top - 0.006,
            edge + 0.008 + wide * opened - 0.016,
            top + high + 0.006,
            shutter,
        )
        for slat in range(9):
            sy = top + high * (slat + 0.5) / 9
            c.line(
                [(edge + 0.016, sy), (edge + wide * opened - 0.016, sy)],
                darker(shutter, 0.25),
                0.003,
            )
    if c.chance.random() < 0.4:
        _flower_box(c, left, top + high, wide)


def _flower_box(c: Canvas, left: float, y: float, wide: float) -> None:
    for _ in range(16):
        fx, fy = left + wide * c.chance.random(), y - c.chance.uniform(0.0, 0.035)
        leaf = mix((60, 120, 70), c.colours.dark, c.chance.random() * 0.5)
        c.disc(
            fx,
            fy,
            0.014,
            c.chance.choice((leaf, leaf, c.colours.accent, lighter(c.colours.accent, 0.4))),
        )
    c.box(
        left,
        y,
        left + wide,
        y + 0.03,
        darker(mix(c.colours.accent, (120, 60, 40), 0.6), 0.1),
        0.004,
    )


def _long_shadow(c: Canvas, wall: Colour) -> None:
    """Somebody else's roof, cast across the front."""
    shade = c.image.point([round(v * 0.72) for v in range(256)] * 3)
    mask = c.image.convert("1").convert("L").point([0] * 256)
    edge = [(x / 8, 0.35 + c.chance.choice((0.0, 0.06, 0.1)) + 0.4 * x / 8) for x in range(9)]
    points = [c.at(x, y) for x, y in [*edge, (1.1, 1.1), (-0.1, 1.1)]]
    from_mask = type(c.pen)(mask)
    from_mask.polygon(points, fill=255)
    c.image.paste(shade, (0, 0), mask)


def rain(c: Canvas) -> None:
    p = c.colours
    c.backdrop(darker(p.deep, 0.5), darker(p.dark, 0.25), darker(p.deep, 0.3))
    lamps = (p.accent, p.soft, p.light, (255, 190, 90), (255, 90, 90), (120, 220, 190))
    for _ in range(34):
        x, y, r = c.chance.random(), c.chance.uniform(0.12, 0.9), c.chance.uniform(0.02, 0.085)
        tint = mix(c.chance.choice(lamps), p.deep, c.chance.uniform(0.0, 0.45))
        c.glow(x, y, r * 2.1, tint, 0.4)
        c.glow(x, y, r * 1.15, tint, 0.9)
        c.ring(x, y, r * 0.62, mix(tint, p.deep, 0.2), 0.003)
    for _ in range(90):
        x, y, r = c.chance.random(), c.chance.random(), 0.002 + 0.009 * c.chance.random() ** 3
        c.disc(x, y, r, mix(p.soft, p.deep, 0.45), 1.25)
        c.disc(x - r * 0.3, y - r * 0.4, r * 0.4, lighter(p.light, 0.5))
    for _ in range(c.chance.randrange(3, 8)):
        x, y = c.chance.random(), c.chance.uniform(-0.1, 0.7)
        path = [(x + wave(s / 9, (0.006, 1.0, x)), y + s * 0.035) for s in range(10)]
        c.line(path, mix(p.soft, p.deep, 0.6), 0.005)


def cat(c: Canvas) -> None:
    p = c.colours
    wall, dusk = mix(p.middle, p.dark, 0.4), (p.soft, p.light, lighter(p.accent, 0.35))
    c.backdrop(lighter(wall, 0.08), darker(wall, 0.2))
    c.box(0.14, 0.08, 0.86, 0.78, lighter(p.paper, 0.2))
    inner = Canvas(max(2, round(c.w * 0.33)), max(2, round(c.h * 0.32)), c.chance, p)
    inner.backdrop(*dusk)
    inner.disc(c.chance.uniform(0.2, 0.8), c.chance.uniform(0.2, 0.5), 0.11, lighter(p.accent, 0.6))
    _row(inner, 0.72, mix(p.soft, p.dark, 0.5), windows=c.chance.random() < 0.5)
    c.image.paste(inner.image, (round(c.w * 0.17), round(c.h * 0.11)))
    c.box(0.49, 0.1, 0.51, 0.76, lighter(p.paper, 0.2))
    c.box(0.09, 0.77, 0.91, 0.83, lighter(p.paper, 0.3))
    _sitting_cat(
        c,
        c.chance.uniform(0.33, 0.67),
        0.78,
        c.chance.choice((darker(p.deep, 0.5), (196, 120, 60), (238, 232, 222), (90, 88, 96))),
    )


def _sitting_cat(c: Canvas, x: float, foot: float, fur: Colour) -> None:
    shade = darker(fur, 0.25)
    side = c.chance.choice((-1, 1))
    c.line(
        [
            (x + side * 0.08, foot - 0.01),
            (x + side * 0.17, foot - 0.005),
            (x + side * 0.2, foot + 0.06),
            (x + side * 0.17, foot + 0.1),
        ],
        shade,
        0.03,
    )
    c.disc(x, foot - 0.09, 0.115, fur, 0.9)
    c.shape(
        [
            (x - 0.1, foot - 0.1),
            (x - 0.055, foot - 0.27),
            (x + 0.055, foot - 0.27),
            (x + 0.1, foot - 0.1),
        ],
        fur,
    )
    c.disc(x, foot - 0.3, 0.078, fur, 0.88)
    for ear in (-1, 1):
        c.shape(
            [
                (x + ear * 0.07, foot - 0.31),
                (x + ear * 0.068, foot - 0.42),
                (x + ear * 0.012, foot - 0.355),
            ],
            fur,
        )
        c.disc(x + ear * 0.03, foot - 0.305, 0.0115, (226, 214, 90), 1.1)
        c.disc(x + ear * 0.03, foot - 0.305, 0.005, (20, 20, 24), 2.0)
        c.disc(x + ear * 0.035, foot - 0.012, 0.026, lighter(fur, 0.12), 0.6)
    c.disc(x, foot - 0.277, 0.008, (214, 130, 130), 0.7)
