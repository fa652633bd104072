"""Somebody who likes more between two visits than the service shows: some slide out of reach."""

from __future__ import annotations

from simulator.serve import Simulator

PERSON = "tide"
WINDOW, UNSEEN = 60, 25


def joins(instagram: Simulator) -> None:
    """As many likes as are shown: nothing is out of reach yet."""
    instagram.set_likes(PERSON, WINDOW)
    instagram.window(PERSON, WINDOW)


def slides(instagram: Simulator) -> int:
    """More new likes than are shown; how many of them nobody will ever see."""
    instagram.like(PERSON, WINDOW + UNSEEN)
    return UNSEEN


def slides_above_a_known_one(instagram: Simulator) -> int:
    """The same, but the oldest that is shown is one we know. One alone proves nothing."""
    newest = instagram.truth(PERSON)["likes"][0]["post_id"]
    instagram.like(PERSON, UNSEEN)
    instagram.relike(PERSON, post_id=newest)
    instagram.like(PERSON, WINDOW - 1)
    return UNSEEN
