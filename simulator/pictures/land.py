"""Mountains, dunes, forests, snow and roads."""

from __future__ import annotations

from simulator.pictures.canvas import Canvas, outline, ridge, wave
from simulator.pictures.colour import Colour, darker, lighter, mix


def sky(c: Canvas, horizon: float = 1.0) -> Colour:
    """One of several times of day; the colour of the air near the horizon."""
    p, kind = c.colours, c.chance.randrange(5)
    stops: tuple[Colour, ...] = (
        (p.middle, p.soft, p.light, p.paper),
        (p.dark, p.middle, p.soft, p.light),
        (p.soft, p.light, p.paper),
        (p.deep, p.dark, p.middle, mix(p.soft, p.accent, 0.4)),
        (lighter(p.soft, 0.3), p.light, mix(p.light, p.accent, 0.45)),
    )[kind]
    c.backdrop(*stops, bottom=horizon)
    return stops[-1]


def sun(c: Canvas, x: float, y: float, air: Colour) -> None:
    """A sun or a moon with its glow."""
    size = c.chance.choice((0.035, 0.05, 0.07, 0.11))
    disc = c.chance.choice((lighter(air, 0.75), lighter(c.colours.accent, 0.25), c.colours.paper))
    c.glow(x, y, size * 5.5, lighter(disc, 0.2), 0.75)
    c.disc(x, y, size, disc)


def birds(c: Canvas, colour: Colour) -> None:
    x, y = c.chance.uniform(0.15, 0.7), c.chance.uniform(0.12, 0.35)
    for _ in range(c.chance.randrange(3, 9)):
        bx, by, s = (
            x + c.chance.gauss(0, 0.07),
            y + c.chance.gauss(0, 0.04),
            c.chance.uniform(0.008, 0.016),
        )
        c.line([(bx - s, by - s * 0.6), (bx, by), (bx + s, by - s * 0.7)], colour, 0.0035)


def fir(c: Canvas, x: float, foot: float, high: float, colour: Colour) -> None:
    """A conifer of a few ragged storeys."""
    wide, storeys = high * c.chance.uniform(0.16, 0.24) * c.h / c.w, 6
    points, right = [(x, foot - high)], []
    for step in range(1, storeys + 1):
        y, reach = foot - high * (1 - step / storeys), wide * step / storeys
        points += [
            (x - reach * c.chance.uniform(0.85, 1.1), y),
            (x - reach * 0.55, y - high * 0.03),
        ]
        right += [(x + reach * c.chance.uniform(0.85, 1.1), y), (x + reach * 0.55, y - high * 0.03)]
    c.shape([*points, *reversed(right)], colour)


def mountains(c: Canvas) -> None:
    air = sky(c)
    sun(c, c.chance.uniform(0.15, 0.85), c.chance.uniform(0.16, 0.42), air)
    layers, base = c.chance.randrange(4, 7), c.chance.uniform(0.36, 0.5)
    near = c.colours.deep
    for layer in range(layers):
        part = (layer + 1) / layers
        level = base + (1.02 - base) * layer / layers * 0.95
        tone = mix(mix(air, c.colours.middle, 0.35), near, part**0.85)
        line = ridge(c.chance, 0.58 if layer < layers - 1 else 0.5)
        c.shape(outline(line, level, 0.15 - 0.05 * part), tone)
        if layer < layers - 1:
            c.veil(air, level - 0.04, level + 0.26, 0.55)
    if c.chance.random() < 0.5:
        _treeline(c, 0.99, 0.16, darker(near, 0.35))
    if c.chance.random() < 0.4:
        birds(c, near)


def _treeline(c: Canvas, foot: float, high: float, tone: Colour) -> None:
    x = -0.02
    while x < 1.02:
        fir(c, x, foot + 0.03, high * c.chance.uniform(0.5, 1.25), tone)
        x += c.chance.uniform(0.018, 0.06)


def forest(c: Canvas) -> None:
    p = c.colours
    mist = lighter(c.chance.choice((p.soft, p.light, p.middle)), 0.4)
    c.backdrop(lighter(p.light, 0.2), mist, p.soft)
    if c.chance.random() < 0.6:
        c.glow(c.chance.uniform(0.2, 0.8), 0.22, 0.5, lighter(p.accent, 0.6), 0.7)
    rows, high = c.chance.randrange(3, 6), c.chance.uniform(0.26, 0.5)
    for row in range(rows):
        part = (row + 1) / rows
        tone, foot = mix(mist, darker(p.deep, 0.2), part**1.2), 0.5 + 0.6 * part
        slope = c.chance.uniform(-0.16, 0.16)
        x = -0.05
        while x < 1.05:
            ground = foot + slope * (x - 0.5)
            fir(c, x, ground, high * (0.5 + part * 0.7) * c.chance.uniform(0.6, 1.25), tone)
            x += c.chance.uniform(0.03, 0.1) * (0.6 + part)
        c.shape(outline([0.0, 0.0], foot - 0.02, 0.0), tone)
        if part < 1:
            c.veil(mist, foot - 0.28, foot + 0.02, 0.75)


def desert(c: Canvas) -> None:
    p, air = c.colours, sky(c, 0.6)
    sun(c, c.chance.uniform(0.2, 0.8), c.chance.uniform(0.18, 0.4), air)
    sand, level = mix(p.soft, (232, 160, 92), 0.55), 0.5
    for dune in range(4):
        start, tone = c.chance.random(), mix(sand, p.dark, 0.18 * dune)
        parts = ((0.05 + 0.02 * dune, 0.7, start), (0.025, 1.7, start * 3))
        crest = [(i / 48, level + wave(i / 48, *parts)) for i in range(-1, 50)]
        c.shape([(-0.03, 1.02), *crest, (1.03, 1.02)], lighter(tone, 0.12))
        lee = [(x, y + 0.02 + 0.22 * max(0.0, wave(x, (1.0, 0.7, start + 0.1)))) for x, y in crest]
        c.shape([*crest, *reversed(lee)], mix(tone, p.deep, 0.42))
        level += 0.14
    if c.chance.random() < 0.45:
        _cactus(c, c.chance.uniform(0.12, 0.88), 0.9, darker(p.deep, 0.3))


def _cactus(c: Canvas, x: float, foot: float, tone: Colour) -> None:
    c.box(x - 0.02, foot - 0.3, x + 0.02, foot, tone, 0.02)
    for side, y in ((-1, 0.12), (1, 0.17)):
        c.line(
            [(x, foot - y), (x + side * 0.065, foot - y), (x + side * 0.065, foot - y - 0.09)],
            tone,
            0.026,
        )
        c.disc(x + side * 0.065, foot - y - 0.09, 0.013, tone)
    c.glow(x + 0.06, foot + 0.005, 0.12, tone, 0.7, 0.2)


def snow(c: Canvas) -> None:
    p = c.colours
    dusk = mix(
        c.chance.choice((p.dark, p.middle, p.soft)), (90, 110, 160), c.chance.uniform(0.0, 0.5)
    )
    glow = c.chance.choice((p.accent, p.light, p.paper))
    c.backdrop(darker(dusk, 0.25), dusk, lighter(mix(p.soft, glow, 0.5), 0.25), bottom=0.65)
    for layer, level in enumerate((0.5, 0.62, 0.76)):
        tone = mix(mix(dusk, (200, 214, 236), 0.6), (250, 250, 255), layer / 2.2)
        if layer < 2:
            for _ in range(16):
                x = c.chance.random()
                fir(
                    c,
                    x,
                    level + 0.05,
                    c.chance.uniform(0.08, 0.2),
                    mix(darker(dusk, 0.25), tone, 0.18),
                )
        c.shape(outline(ridge(c.chance, 0.42, 5), level + 0.04, 0.035), tone)
    if c.chance.random() < 0.6:
        _hut(c, c.chance.uniform(0.25, 0.7), 0.74)
    for x, y in c.scatter(150):
        c.disc(x, y, c.chance.choice((0.002, 0.0035, 0.006)), (250, 250, 255))


def _hut(c: Canvas, x: float, foot: float) -> None:
    wood, lamp = darker(mix(c.colours.deep, (90, 50, 30), 0.5), 0.2), (255, 205, 110)
    c.glow(x, foot - 0.05, 0.3, lamp, 0.45)
    c.box(x - 0.085, foot - 0.1, x + 0.085, foot + 0.005, wood)
    roof = [(x - 0.12, foot - 0.09), (x, foot - 0.2), (x + 0.12, foot - 0.09)]
    c.shape([(px, py + 0.012) for px, py in roof], darker(wood, 0.5))
    c.shape(roof, (244, 247, 255))
    for side in (-0.045, 0.045):
        c.box(x + side - 0.02, foot - 0.07, x + side + 0.02, foot - 0.03, lamp)


def road(c: Canvas) -> None:
    p = c.colours
    air = sky(c, 0.52)
    horizon, vanish = 0.5, c.chance.uniform(0.35, 0.65)
    if c.chance.random() < 0.6:
        sun(c, vanish + c.chance.uniform(-0.1, 0.1), horizon - 0.03, air)
    c.shape(outline(ridge(c.chance, 0.55), horizon - 0.03, 0.08), mix(air, p.dark, 0.5))
    ground = mix(p.middle, (150, 120, 70), 0.4)
    c.backdrop(mix(ground, air, 0.35), ground, darker(ground, 0.3), top=horizon)
    tar, bend = mix(p.deep, (60, 60, 70), 0.5), c.chance.uniform(-0.16, 0.16)
    left, right, dashes = [], [], []
    for step in range(26):
        part = (step / 25) ** 2
        middle = vanish + bend * (1 - part) * part * 4 + (0.5 - vanish) * part
        y, half = horizon + (1.02 - horizon) * part, 0.004 + 0.42 * part
        left.append((middle - half, y))
        right.append((middle + half, y))
        dashes.append((middle, y, half))
    c.shape([*left, *reversed(right)], tar)
    for a, b in zip(dashes[::2], dashes[1::2], strict=True):
        quad = [(a[0] - a[2] * 0.03, a[1]), (a[0] + a[2] * 0.03, a[1])]
        c.shape([*quad, (b[0] + b[2] * 0.03, b[1]), (b[0] - b[2] * 0.03, b[1])], (244, 226, 170))
