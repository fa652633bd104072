"""Captions as people write them: few words that everybody uses, many that hardly anybody does.

Drawn by Zipf's law from pronounceable nonsense, with words of known shares among them that the
benchmark searches for. Their documents are cut by the product.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import accumulate

from archive.words import document

POOL = 100_000
VOCABULARY = 30_000
# What is searched for, and in which share of all captions it stands.
FREQUENT, COMMON, MIDDLE, RARE = "sunset", "harbour", "lantern", "quetzal"
SHARES = {FREQUENT: 0.2, COMMON: 0.05, MIDDLE: 0.01, RARE: 0.000_1}
# Each in a tenth of all, never in the same one.
APART = ("winter", "beach")
# Stands in the oldest likes only, in every other one.
CLUSTERED = "steamboat"
ABSENT = "xylophone"
_SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]


def pool(size: int = POOL) -> Iterator[tuple[str, str, str]]:
    """Captions, their hashtags as an array of PostgreSQL, and their search documents."""
    dice = random.Random(7)
    words = [_word(number) for number in range(VOCABULARY)]
    weights = list(accumulate(1 / (place + 1) for place in range(VOCABULARY)))
    for _ in range(size):
        said = dice.choices(words, cum_weights=weights, k=dice.randrange(4, 22))
        said += [word for word, share in SHARES.items() if dice.random() < share]
        side = dice.random()
        said += [word for at, word in enumerate(APART) if at * 0.1 <= side < (at + 1) * 0.1]
        dice.shuffle(said)
        tags = dice.choices(words, cum_weights=weights, k=dice.randrange(4))
        caption = " ".join(said).capitalize()
        yield caption, f"{{{','.join(tags)}}}", document(caption, *(f"#{tag}" for tag in tags))


def _word(number: int) -> str:
    """The same nonsense for the same number; frequent words are short."""
    text = ""
    number += 1
    while number or len(text) < 4:
        number, syllable = divmod(number, len(_SYLLABLES))
        text += _SYLLABLES[syllable]
    return text
