"""Portraits: flat, warm, and each of somebody else."""

from __future__ import annotations

from simulator.pictures.canvas import Canvas
from simulator.pictures.colour import Colour, darker, lighter, mix

_SKINS: tuple[Colour, ...] = (
    (250, 218, 190),
    (236, 188, 152),
    (206, 148, 108),
    (160, 104, 72),
    (112, 70, 50),
    (84, 52, 40),
)
_HAIRS: tuple[Colour, ...] = (
    (30, 24, 28),
    (66, 42, 30),
    (120, 72, 40),
    (206, 160, 90),
    (176, 82, 44),
    (200, 200, 204),
)


def portrait(c: Canvas) -> None:
    p = c.colours
    wall = c.chance.choice((p.soft, p.middle, p.light, p.dark, lighter(p.accent, 0.3)))
    c.backdrop(lighter(wall, 0.18), wall, darker(wall, 0.2))
    if c.chance.random() < 0.55:
        c.disc(
            0.5 + c.chance.gauss(0, 0.06),
            0.42,
            0.36,
            mix(wall, c.chance.choice((p.accent, p.paper)), 0.5),
        )
    skin, hair = c.chance.choice(_SKINS), c.chance.choice((*_HAIRS, p.accent, p.deep))
    cloth = c.chance.choice((p.accent, p.deep, p.paper, p.dark))
    x, y = 0.5 + c.chance.gauss(0, 0.025), c.chance.uniform(0.4, 0.46)
    style = c.chance.randrange(6)
    _behind(c, x, y, hair, style)
    _body(c, x, y, skin, cloth)
    _face(c, x, y, skin)
    _front(c, x, y, hair, style)
    _extras(c, x, y)


def _behind(c: Canvas, x: float, y: float, hair: Colour, style: int) -> None:
    back = darker(hair, 0.2)
    match style:
        case 0:
            c.box(x - 0.22, y - 0.1, x + 0.22, y + 0.42, back, 0.16)
        case 1:
            for dx, dy in (
                (-0.15, -0.08),
                (0.15, -0.08),
                (0, -0.2),
                (-0.19, 0.07),
                (0.19, 0.07),
                (-0.1, -0.17),
                (0.1, -0.17),
            ):
                c.disc(x + dx, y + dy, 0.13, back)
        case 2:
            c.disc(x, y - 0.27, 0.085, back)
        case 3:
            c.box(x - 0.2, y - 0.12, x + 0.2, y + 0.17, back, 0.1)


def _body(c: Canvas, x: float, y: float, skin: Colour, cloth: Colour) -> None:
    c.disc(x, y + 0.62, 0.37, cloth, 0.85)
    c.shape(
        [(x + 0.02, y + 0.32), (x + 0.38, y + 0.62), (x + 0.38, 1.2), (x + 0.1, 1.2)],
        darker(cloth, 0.2),
    )
    c.box(x - 0.065, y + 0.08, x + 0.065, y + 0.36, darker(skin, 0.18), 0.05)
    c.disc(x, y + 0.34, 0.1, darker(skin, 0.1), 0.55)
    if c.chance.random() < 0.5:
        for stripe in range(5):
            c.line(
                [(x - 0.36, y + 0.46 + stripe * 0.07), (x + 0.36, y + 0.46 + stripe * 0.07)],
                lighter(cloth, 0.35),
                0.016,
            )


def _face(c: Canvas, x: float, y: float, skin: Colour) -> None:
    c.disc(x, y + 0.02, 0.152, darker(skin, 0.2), 1.22)
    c.disc(x - 0.012, y + 0.015, 0.142, skin, 1.22)
    for side in (-1, 1):
        c.disc(x + side * 0.155, y + 0.03, 0.026, darker(skin, 0.1), 1.3)
        c.glow(x + side * 0.085, y + 0.085, 0.06, (226, 110, 96), 0.5)
        _eye(c, x + side * 0.062, y + 0.01)
    c.line(
        [(x + 0.004, y + 0.02), (x - 0.018, y + 0.075), (x + 0.006, y + 0.08)],
        darker(skin, 0.32),
        0.0065,
    )
    smile = c.chance.uniform(-0.004, 0.022)
    lips = mix(skin, (176, 54, 62), 0.6)
    c.line([(x - 0.045, y + 0.122), (x, y + 0.125 + smile), (x + 0.045, y + 0.12)], lips, 0.013)


def _eye(c: Canvas, x: float, y: float) -> None:
    ink = (34, 26, 30)
    c.disc(x, y, 0.014, ink, 1.15)
    c.disc(x - 0.004, y - 0.005, 0.004, (255, 255, 255))
    c.line([(x - 0.028, y - 0.043), (x, y - 0.053), (x + 0.028, y - 0.045)], ink, 0.009)


def _front(c: Canvas, x: float, y: float, hair: Colour, style: int) -> None:
    if style == 5:
        return
    cap = [
        (x - 0.162, y + 0.03),
        (x - 0.165, y - 0.09),
        (x - 0.1, y - 0.19),
        (x, y - 0.215),
        (x + 0.1, y - 0.19),
        (x + 0.165, y - 0.09),
        (x + 0.162, y + 0.03),
    ]
    brow = [
        (x + 0.13, y - 0.06),
        (x + c.chance.uniform(-0.06, 0.1), y - c.chance.uniform(0.07, 0.13)),
        (x - 0.12, y - 0.05),
    ]
    c.shape([*cap, *brow], hair)
    c.line(
        [(x - 0.09, y - 0.16), (x + 0.02, y - 0.19), (x + 0.1, y - 0.15)],
        lighter(hair, 0.16),
        0.012,
    )


def _extras(c: Canvas, x: float, y: float) -> None:
    p, ink = c.colours, (30, 26, 34)
    if c.chance.random() < 0.3:
        for side in (-1, 1):
            c.ring(x + side * 0.064, y + 0.012, 0.048, ink, 0.009)
        c.line([(x - 0.018, y + 0.005), (x + 0.018, y + 0.005)], ink, 0.008)
    kind = c.chance.randrange(5)
    if kind == 0:
        c.disc(x, y - 0.12, 0.19, p.accent, 0.62)
        c.box(x - 0.2, y - 0.135, x + 0.2, y - 0.075, darker(p.accent, 0.2), 0.02)
    elif kind == 1:
        c.disc(x, y - 0.12, 0.3, mix(p.light, (220, 180, 110), 0.6), 0.24)
        c.disc(x, y - 0.17, 0.17, mix(p.light, (230, 190, 120), 0.6), 0.7)
        c.line([(x - 0.165, y - 0.13), (x + 0.165, y - 0.13)], p.accent, 0.03)
    elif kind == 2:
        for side in (-1, 1):
            c.disc(x + side * 0.16, y + 0.09, 0.016, lighter(p.accent, 0.2))
