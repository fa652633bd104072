"""The chart of docs/schedule.md: two columns of bars, readable on light and dark paper."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1c1c1e; }
  .quiet { fill: #6b6b70; } .line { stroke: #c7c7cc; } .fixed { fill: #d1d1d6; }
  .ours { fill: #2f6fde; } .lost { fill: #c0392b; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f2f2f7; } .quiet { fill: #a1a1a8; } .line { stroke: #48484a; }
    .fixed { fill: #48484a; } .ours { fill: #6ea8ff; } .lost { fill: #ff7b6b; }
  }"""
WIDE, HIGH, NAMES, PANEL, GAP = 900, 30, 250, 255, 50
# (name, visits a day, those of the fixed schedule, fullest window, losses)
Bars = Sequence[tuple[str, float, float, int, int]]


def drawn(rows: Bars, window: int) -> str:
    """The chart as SVG."""
    body = [_heads(window, len(rows))]
    for number, row in enumerate(rows):
        body.append(_row(64 + number * HIGH, window, *row))
    tall = 64 + len(rows) * HIGH + 14
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {tall}" role="img" '
        'aria-label="Visits a day beside a visit every 15 minutes, and how full the window got">'
        f"<style>{STYLE}\n</style>\n" + "\n".join(body) + "\n</svg>\n"
    )


def _heads(window: int, rows: int) -> str:
    left, right = NAMES, NAMES + PANEL + GAP
    bottom = 60 + rows * HIGH
    marks = [_mark(left + _visits(n), f"{n}", bottom) for n in (1, 4, 24, 96)]
    marks += [_mark(right + PANEL * part, f"{round(window * part)}", bottom) for part in (0.5, 1)]
    return (
        f'<text x="{left}" y="20">visits a day (grey: every 15 minutes)</text>'
        f'<text x="{right}" y="20">most new likes at one visit, of {window} shown</text>'
        + "".join(marks)
    )


def _mark(x: float, words: str, bottom: float) -> str:
    return (
        f'<line class="line" x1="{x:.0f}" y1="48" x2="{x:.0f}" y2="{bottom:.0f}"/>'
        f'<text class="quiet" x="{x:.0f}" y="42" text-anchor="middle">{words}</text>'
    )


def _visits(a_day: float) -> float:
    """So far to the right: each doubling takes the same way, half a visit stands at the left."""
    return PANEL * math.log(max(a_day, 0.5) / 0.5) / math.log(96 / 0.5)


def _row(y: float, window: int, name: str, ours: float, fixed: float, full: int, lost: int) -> str:
    left, right = NAMES, NAMES + PANEL + GAP
    fullest = PANEL * min(full / window, 1.06)
    words = f"{lost} gaps" if lost else f"{full}"
    colour = "lost" if lost else "ours"
    return (
        f'<text x="{left - 12}" y="{y + 14}" text-anchor="end">{escape(name)}</text>'
        f'<rect class="fixed" x="{left}" y="{y}" width="{_visits(fixed):.1f}" height="18"/>'
        f'<rect class="ours" x="{left}" y="{y + 4}" width="{_visits(ours):.1f}" height="10"/>'
        f'<text class="quiet" x="{left + _visits(ours) + 5:.1f}" y="{y + 14}">{ours:.1f}</text>'
        f'<rect class="{colour}" x="{right}" y="{y + 4}" width="{fullest:.1f}" height="10"/>'
        f'<text class="quiet" x="{right + fullest + 5:.1f}" y="{y + 14}">{words}</text>'
    )
