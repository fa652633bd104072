"""Seas, lakes and lighthouses."""

from __future__ import annotations

from PIL import Image, ImageFilter

from simulator.pictures.canvas import Canvas, outline, ridge, wave
from simulator.pictures.colour import Colour, darker, lighter, mix
from simulator.pictures.land import birds, fir, sky, sun


def sea(c: Canvas) -> None:
    p, horizon = c.colours, c.chance.uniform(0.38, 0.62)
    air = sky(c, horizon)
    x = c.chance.uniform(0.2, 0.8)
    sun(c, x, horizon - c.chance.uniform(0.02, 0.22), air)
    if c.chance.random() < 0.5:
        _banks(c, horizon, air)
    deep = mix(p.dark, (20, 70, 100), 0.4)
    c.backdrop(mix(air, deep, 0.45), deep, darker(deep, 0.35), top=horizon)
    _glitter(c, x, horizon, lighter(air, 0.5))
    _swell(c, horizon, deep, air)
    if c.chance.random() < 0.5:
        _sail(c, c.chance.uniform(0.15, 0.85), horizon + 0.05)
    if c.chance.random() < 0.35:
        _beach(c)
    if c.chance.random() < 0.4:
        birds(c, p.deep)


def _banks(c: Canvas, horizon: float, air: Colour) -> None:
    """Long flat clouds over the horizon."""
    for _ in range(c.chance.randrange(4, 10)):
        x, y = c.chance.random(), horizon * c.chance.uniform(0.15, 0.9)
        c.glow(x, y, c.chance.uniform(0.12, 0.4), lighter(air, 0.4), 0.8, 0.09)


def _glitter(c: Canvas, x: float, horizon: float, light: Colour) -> None:
    for step in range(70):
        part = step / 70
        y, wide = horizon + (1 - horizon) * part**1.5, 0.012 + 0.11 * part
        gx = x + c.chance.gauss(0, 0.02 + 0.07 * part)
        half = wide * c.chance.uniform(0.2, 0.8)
        c.box(gx - half, y, gx + half, y + 0.0025 + 0.006 * part, light, 0.004)


def _swell(c: Canvas, horizon: float, deep: Colour, air: Colour) -> None:
    for step in range(9):
        part = (step + 1) / 9
        y, start = horizon + (1 - horizon) * part**1.6, c.chance.random()
        parts = ((0.006 + 0.012 * part, 1.5 + 2 * (1 - part), start), (0.004, 5.0, start * 7))
        crest = [(i / 40, y + wave(i / 40, *parts)) for i in range(-1, 42)]
        low = [
            (px, py + 0.004 + 0.018 * part * abs(wave(px, (1.0, 1.3, start)))) for px, py in crest
        ]
        c.shape([*crest, *reversed(low)], mix(deep, air, 0.16 if step % 2 else 0.3))


def _sail(c: Canvas, x: float, y: float) -> None:
    s = c.chance.uniform(0.05, 0.12)
    hull, cloth = darker(c.colours.deep, 0.2), c.chance.choice((c.colours.paper, c.colours.accent))
    c.shape([(x, y - s * 1.7), (x, y - s * 0.12), (x + s * 0.75, y - s * 0.12)], cloth)
    c.shape(
        [(x - 0.006, y - s * 1.5), (x - 0.006, y - s * 0.12), (x - s * 0.5, y - s * 0.12)],
        lighter(cloth, 0.35),
    )
    c.shape(
        [
            (x - s * 0.7, y),
            (x + s * 0.85, y),
            (x + s * 0.55, y + s * 0.22),
            (x - s * 0.45, y + s * 0.22),
        ],
        hull,
    )
    c.glow(x, y + s * 0.4, s, hull, 0.5, 0.25)


def _beach(c: Canvas) -> None:
    sand, start = mix(c.colours.light, (238, 205, 160), 0.6), c.chance.random()
    shore = [
        (i / 30, 0.84 + 0.09 * i / 30 + wave(i / 30, (0.02, 0.9, start))) for i in range(-1, 32)
    ]
    c.shape([(x, y - 0.025) for x, y in shore] + [(1.1, 1.1), (-0.1, 1.1)], lighter(sand, 0.8))
    c.shape([*shore, (1.1, 1.1), (-0.1, 1.1)], sand)


def lake(c: Canvas) -> None:
    p, line = c.colours, c.chance.uniform(0.5, 0.58)
    air = sky(c, line)
    sun(c, c.chance.uniform(0.2, 0.8), line * c.chance.uniform(0.35, 0.7), air)
    for layer, tone in enumerate((mix(air, p.middle, 0.6), mix(p.middle, p.deep, 0.55))):
        c.shape(
            outline(ridge(c.chance, 0.56), line - 0.13 + 0.08 * layer, 0.12 - 0.05 * layer), tone
        )
    x = -0.02
    while x < 1.02:
        fir(c, x, line + 0.005, c.chance.uniform(0.04, 0.15), darker(p.deep, 0.25))
        x += c.chance.uniform(0.012, 0.09)
    _mirror(c, line)
    if c.chance.random() < 0.4:
        _tent(c, c.chance.uniform(0.15, 0.8))


def _mirror(c: Canvas, line: float) -> None:
    """The upper half upside down, softer and darker, broken by a few ripples."""
    edge = round(line * c.h)
    depth = c.h - edge
    above = c.image.crop((0, max(0, edge - depth), c.w, edge)).reduce(4)
    still = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM).filter(ImageFilter.GaussianBlur(1.4))
    c.image.paste(still.resize((c.w, depth), Image.Resampling.BILINEAR), (0, edge))
    c.veil(darker(c.colours.dark, 0.3), line - 0.02, 1.0, 0.6)
    for _ in range(26):
        y, x = line + (1 - line) * c.chance.random() ** 1.4, c.chance.random()
        half = c.chance.uniform(0.03, 0.2)
        c.box(x - half, y, x + half, y + 0.0022, mix(c.colours.soft, c.colours.middle, 0.5))


def _tent(c: Canvas, x: float) -> None:
    y, tone = 0.93, mix(c.colours.accent, (255, 190, 90), 0.4)
    c.shape(
        [(-0.1, 1.1), (-0.1, 0.92), (0.4, 0.9), (1.1, 0.94), (1.1, 1.1)],
        darker(c.colours.deep, 0.5),
    )
    c.glow(x, y - 0.05, 0.26, tone, 0.55)
    c.shape([(x - 0.1, y), (x, y - 0.13), (x + 0.11, y)], tone)
    c.shape([(x - 0.1, y), (x, y - 0.13), (x - 0.02, y)], darker(tone, 0.4))


def lighthouse(c: Canvas) -> None:
    p, horizon = c.colours, 0.66
    air = sky(c, horizon)
    x = c.chance.uniform(0.25, 0.75)
    deep = mix(p.dark, (20, 60, 90), 0.4)
    c.backdrop(mix(air, deep, 0.5), darker(deep, 0.25), top=horizon)
    _swell(c, horizon, deep, air)
    lamp = (255, 240, 190)
    for side in (-1, 1):
        c.shape([(x, 0.2), (x + side * 1.2, 0.06), (x + side * 1.2, 0.3)], mix(air, lamp, 0.35))
    c.veil(air, 0.34, 0.02, 0.35)
    c.glow(x, 0.2, 0.22, lamp, 0.95)
    rock = darker(p.deep, 0.25)
    c.shape(outline([abs(v) * 0.8 for v in ridge(c.chance, 0.6, 5)], 0.93, 0.1), rock)
    c.shape(
        [(x - 0.3, 1.01), (x - 0.12, 0.8), (x - 0.02, 0.76), (x + 0.1, 0.79), (x + 0.33, 1.01)],
        rock,
    )
    _tower(c, x, lamp)


def _tower(c: Canvas, x: float, lamp: Colour) -> None:
    top, foot, stripe = 0.25, 0.79, c.colours.accent
    for band in range(6):
        a, b = band / 6, (band + 1) / 6
        wide_a, wide_b = 0.032 + 0.026 * a, 0.032 + 0.026 * b
        ya, yb = top + (foot - top) * a, top + (foot - top) * b
        tone = stripe if band % 2 else (248, 244, 236)
        c.shape([(x - wide_a, ya), (x + wide_a, ya), (x + wide_b, yb), (x - wide_b, yb)], tone)
        c.shape(
            [(x + wide_a * 0.2, ya), (x + wide_a, ya), (x + wide_b, yb), (x + wide_b * 0.2, yb)],
            darker(tone, 0.25),
        )
    c.box(x - 0.045, top - 0.012, x + 0.045, top + 0.004, darker(stripe, 0.5))
    c.box(x - 0.022, top - 0.07, x + 0.022, top - 0.012, lamp)
    c.shape(
        [(x - 0.034, top - 0.068), (x, top - 0.12), (x + 0.034, top - 0.068)], darker(stripe, 0.3)
    )
