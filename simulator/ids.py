"""Media ids as Instagram makes them: the time of the post is inside the number."""

from __future__ import annotations

import random
import string

EPOCH_MS = 1_314_220_021_721
SLOT_MS = 300_000
OWN_BIT = 1 << 22
LIKE_EPOCH_MS = 1_200_000_000_000
_ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"


def dice(*parts: object) -> random.Random:
    """A source of chance that always falls the same way for the same parts."""
    return random.Random("|".join(map(str, parts)))


def media_id(created_ms: int, low: int) -> int:
    """The id of a post made at that moment; `low` are its 23 free bits."""
    return (created_ms - EPOCH_MS) << 23 | low


def created_ms(media: int) -> int:
    """Milliseconds since 1970 at which the post with that id was made."""
    return (media >> 23) + EPOCH_MS


def shortcode(media: int) -> str:
    """The name of a post in its public link: the id in base 64."""
    letters = []
    while media:
        media, digit = divmod(media, 64)
        letters.append(_ALPHABET[digit])
    return "".join(reversed(letters))


def like_id(liked_ms: int, low: int) -> int:
    """An opaque, growing number that has nothing to do with media ids."""
    return (liked_ms - LIKE_EPOCH_MS) << 21 | low
