"""What somebody ticked on the request page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CHOICES: Mapping[str, tuple[str, ...]] = {
    "format": ("json", "html"),
    "range": ("year", "all"),
    "layout": ("2026", "2021", "2018"),
    "parts": ("1", "2", "3"),
}
"""What can be chosen; the first is what one gets who does not look. So it was on the real page."""


class BadChoice(ValueError):
    """Something was chosen that is not offered, and what."""


@dataclass(frozen=True, slots=True)
class Order:
    """One request for an export."""

    format: str
    range: str
    layout: str
    parts: int


def order_of(said: Mapping[str, Any]) -> Order:
    """The order in a form; BadChoice when it is not on the page."""
    chosen = {name: str(said.get(name) or offers[0]) for name, offers in CHOICES.items()}
    for name, value in chosen.items():
        if value not in CHOICES[name]:
            raise BadChoice(f"{name} is one of {', '.join(CHOICES[name])}")
    return Order(chosen["format"], chosen["range"], chosen["layout"], int(chosen["parts"]))
