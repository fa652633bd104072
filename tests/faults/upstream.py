"""An Instagram that fails now and then, and how often it may be asked for the same."""

from __future__ import annotations

import random
from typing import Any

from simulator.serve import Simulator

# What a service does on a bad day, each with what it strikes; one request each.
PAGES = ("unavailable_html", "reset", "truncated_json", "html_200", "empty_200")
MEDIA = ("unavailable_html", "reset", "truncated_picture", "wrong_type_picture", "forbidden_media")


def spoil(instagram: Simulator, dice: random.Random, *, pages: int, media: int) -> int:
    """Let one in twenty of the next so many requests fail; how many will."""
    plan = [("liked", kind, pages) for kind in dice.choices(PAGES, k=max(1, pages // 20))]
    plan += [("media", kind, media) for kind in dice.choices(MEDIA, k=media // 20)]
    for match, kind, among in plan:
        instagram.fail(kind, match=match, skip=dice.randrange(among))
    return len(plan)


def struck(instagram: Simulator, ordered: int) -> int:
    """How many of the ordered faults have struck."""
    return ordered - len(instagram.control("GET", "faults")["faults"])


def least_media(instagram: Simulator, *people: str) -> int:
    """How many files there are to fetch for what these people's windows show."""
    return sum(_files(instagram.truth(person)) for person in people)


def _files(truth: dict[str, Any]) -> int:
    return sum(len(like["media"]) for like in truth["likes"] if like["in_window"])
