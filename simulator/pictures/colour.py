"""Palettes and what can be done with a colour."""

from __future__ import annotations

import colorsys
import random
from dataclasses import dataclass

Colour = tuple[int, int, int]

_PALETTES = """
1b2340 3f4a7a 8a6f9e e3949b f7c7a3 fdebd0 f2545b
0f2233 1f4e5f 2f7f86 79b4a9 f2d0a4 fff1d6 ff7f51
261b3a 5a2a5c a83e6c e8716a f9b384 ffe9c7 ffd166
102a2b 1d4d4a 4c8577 a3c4a8 e6e2c5 faf6e4 d9594c
20130f 59281d a44a2c dd8b4a f3c98b fdf0d5 2a7f8e
0b1026 1c2a5b 3d55a5 7f9de0 c8dcf7 f4f8ff ffcf56
2b2d42 555b7e 8d99ae c4ccd9 edf2f4 ffffff ef233c
1d2b1f 3a5a40 588157 a3b18a dad7cd f5f3ea bc4749
33202a 6b2d5c b23a6b f0527f ffa5ab ffe5e0 17bebb
14213d 274c77 6096ba a3cef1 e7ecef ffffff fca311
22223b 4a4e69 9a8c98 c9ada7 f2e9e4 fffaf5 e07a5f
3d1f1a 7f3b2d c1663e eb9f5c ffd9a0 fff4de 3c6e71
0d1b1e 1f3b4d 48707e 9fc2cc dbe9ee f7fbfc f26419
2d1e2f 5b3758 9c528b d981a8 f9c0c7 fff0f0 5bc0be
1a1423 3d314a 684756 96705b ccb09a f1e4d6 e4572e
00272b 045a5b 24a19c 8adfcb e0f7e9 fbfff8 ff6f59
281c2d 44318d 8265a7 d83f87 f7a8b8 ffeaf1 2a9d8f
3a2e1f 70623f a89c5f d6cf9a efeccf fdfcf0 8f2d56
19213a 34527a 5f91a8 a8c9b8 f5dfb0 fff7df e4784f
300d1e 7a1f3d c63b4b f47f5a fcbf75 fff0c9 2f4b8f
11151c 212d40 364156 7d8597 c9cdd6 f3f4f6 d66853
0a3129 176b57 4fa98b a9d8bd ead9a9 fdf4dc e9638b
27187e 4550c9 758bfd aeb8fe f1f2f6 ffffff ff8600
402218 865439 c68b59 d7b19d efdfd0 fbf5ee 4f772d
1b1b1e 373f51 58a4b0 a9bcd0 d8dbe2 f8f9fb daa49a
132a13 31572c 6a994e a7c957 ecf39e fbffe3 f4845f
2c0735 613dc1 858ae3 97dffc d8f6ff f8fdff ffd23f
2e1f27 854d27 dd7230 f4c95d e7e393 fcfae8 315659
"""


@dataclass(frozen=True, slots=True)
class Palette:
    """Five steps from dark to light, the paper behind, and one colour that stands out."""

    deep: Colour
    dark: Colour
    middle: Colour
    soft: Colour
    light: Colour
    paper: Colour
    accent: Colour

    def ramp(self, part: float) -> Colour:
        """The colour at 0 (deepest) … 1 (lightest)."""
        steps = (self.deep, self.dark, self.middle, self.soft, self.light, self.paper)
        place = max(0.0, min(0.999, part)) * 5
        return mix(steps[int(place)], steps[int(place) + 1], place % 1)


def _read(line: str) -> Palette:
    colours = [tuple(bytes.fromhex(word)) for word in line.split()]
    return Palette(*((c[0], c[1], c[2]) for c in colours))


PALETTES = tuple(_read(line) for line in _PALETTES.split("\n") if line)


def palette(chance: random.Random, style: random.Random) -> Palette:
    """One of the few palettes a style likes, a little turned: none is just like another."""
    liked = style.sample(PALETTES, 5)
    chosen, turn = chance.choice(liked), chance.uniform(-0.025, 0.025)
    names = ("deep", "dark", "middle", "soft", "light", "paper", "accent")
    return Palette(*(_turned(getattr(chosen, name), turn) for name in names))


def _turned(colour: Colour, turn: float) -> Colour:
    hue, light, strength = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    return _whole(colorsys.hls_to_rgb((hue + turn) % 1, light, strength))


def _whole(parts: tuple[float, float, float]) -> Colour:
    red, green, blue = (max(0, min(255, round(part * 255))) for part in parts)
    return red, green, blue


def mix(one: Colour, other: Colour, part: float) -> Colour:
    """`part` of the other in the one."""
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue


def darker(colour: Colour, part: float) -> Colour:
    return mix(colour, (8, 8, 20), part)


def lighter(colour: Colour, part: float) -> Colour:
    return mix(colour, (255, 252, 244), part)
