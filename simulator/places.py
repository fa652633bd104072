"""Invented places, and the four half-written ways in which Instagram names one."""

from __future__ import annotations

import random
from typing import Any

from simulator import words


def place(chance: random.Random) -> tuple[str, dict[str, Any] | None]:
    """A name for the caption and the location object of the post, which may be half or null."""
    name, latitude, longitude = chance.choice(words.PLACES)
    number = 213_000_000 + sum(map(ord, name)) * 37
    forms: tuple[dict[str, Any] | None, ...] = (
        None,
        {"id": number, "name": name, "latitude": latitude, "longitude": longitude},
        {
            "id": number,
            "name": name,
            "latitude": latitude,
            "longitude": longitude,
            "street_address": "",
        },
        {"latitude": latitude, "longitude": longitude},
        {"id": number, "name": name},
        {"id": None, "name": None, "latitude": latitude, "longitude": longitude},
        {"id": str(number), "name": name, "latitude": None, "longitude": None},
    )
    return name, chance.choices(forms, weights=(44, 38, 5, 3, 5, 2, 3))[0]
