"""Short videos: a drawn picture that pans, breathes, ripples or sways for three seconds."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

from simulator.h264 import (
    MARGIN,
    Field,
    Vector,
    key_frame,
    moved_frame,
    picture_parameters,
    sequence,
)
from simulator.ids import dice
from simulator.mp4 import TIMESCALE, mp4
from simulator.pictures import Order, draw

_FRAMES_PER_SECOND = 15
_TURN = 2 * math.pi
_REACH = MARGIN - 1


def _pan(moment: float, _x: float, _y: float) -> tuple[float, float]:
    return 13 * math.sin(_TURN * moment), 3 * math.sin(2 * _TURN * moment)


def _breathe(moment: float, x: float, y: float) -> tuple[float, float]:
    close = 0.07 * math.sin(math.pi * moment) ** 2
    return -x * close * 150, -y * close * 150


def _ripple(moment: float, x: float, y: float) -> tuple[float, float]:
    depth = max(0.0, y + 0.15)
    return 7 * depth * math.sin(2.5 * y * _TURN + 2 * _TURN * moment + x), 2 * depth * math.sin(
        _TURN * moment
    )


def _sway(moment: float, x: float, y: float) -> tuple[float, float]:
    height = (1 - y) / 2
    return 14 * height**2 * math.sin(_TURN * moment + 0.4 * x), 0.0


def _swirl(moment: float, x: float, y: float) -> tuple[float, float]:
    turn = 11 * math.sin(_TURN * moment) * max(0.0, 1 - math.hypot(x, y) * 0.8)
    return -y * turn, x * turn


def _quake(moment: float, x: float, y: float) -> tuple[float, float]:
    return 4 * math.sin(3 * _TURN * moment + y), 5 * math.sin(_TURN * moment + 2 * x)


_FIELDS: dict[str, tuple[Field, float]] = {
    "pan": (_pan, 0.0),
    "breathe": (_breathe, 0.10),
    "ripple": (_ripple, 0.06),
    "sway": (_sway, 0.0),
    "swirl": (_swirl, 0.08),
    "quake": (_quake, 0.0),
    "dusk": (_breathe, 0.45),
}
_SUITED = {
    "sea": ("ripple",), "lake": ("ripple",), "forest": ("sway",), "plant": ("sway",),
    "flowers": ("sway",),
    "night": ("dusk",), "abstract": ("swirl",), "marble": ("swirl",), "pattern": ("swirl", "pan"),
}  # fmt: skip


def encode_video(order: Order) -> bytes:
    """The MP4 file of that order; width and height must be multiples of sixteen."""
    chance = dice(order.seed, "video")
    kind = chance.choice(_SUITED.get(order.subject, ("pan", "breathe", "quake", "dusk")))
    seconds = chance.choice((2, 3, 3, 4))
    wide, high = order.width + 2 * MARGIN, order.height + 2 * MARGIN
    picture = draw(replace(order, width=wide, height=high, extension="jpg")).convert("RGB")
    moves = _moves(kind, wide // 16, high // 16, seconds)
    parameters = sequence(wide // 16, high // 16), picture_parameters()
    frames = (key_frame(picture), *moves)
    return mp4(order.width, order.height, parameters, frames, TIMESCALE // _FRAMES_PER_SECOND)


@lru_cache(maxsize=64)
def _moves(kind: str, columns: int, rows: int, seconds: int) -> tuple[bytes, ...]:
    """The frames after the key frame: they move it, whatever it shows, so they are made once."""
    field, shade = _FIELDS[kind]
    count = seconds * _FRAMES_PER_SECOND
    return tuple(
        moved_frame(
            number,
            _vectors(field, number / count, columns, rows),
            1 - shade * math.sin(math.pi * number / count) ** 2,
        )
        for number in range(1, count)
    )


def _vectors(field: Field, moment: float, columns: int, rows: int) -> list[list[Vector]]:
    """Quarter pixels per block; whole pixels only, which keep the picture sharp.

    The key frame shows the left end of its margin, so everything swings out to the right first.
    """
    ease = min(1.0, 3.5 * math.sin(math.pi * moment) ** 2)
    grid = []
    for row in range(rows):
        y = 2 * (row + 0.5) / rows - 1
        moves = (field(moment, 2 * (column + 0.5) / columns - 1, y) for column in range(columns))
        grid.append([(_quarters(_REACH + dx, ease), _quarters(dy, ease)) for dx, dy in moves])
    return grid


def _quarters(move: float, ease: float) -> int:
    return 4 * round(ease * max(-_REACH, min(2 * _REACH, move)))
