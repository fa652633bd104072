"""Those whose posts are liked: names, favourite subjects, habits of speech."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from simulator import words
from simulator.ids import dice
from simulator.people import Person

SUBJECTS = (
    "mountains", "sea", "skyline", "forest", "desert", "night", "facade", "rain", "coffee",
    "fruit", "table", "plant", "flowers", "portrait", "poster", "pattern", "abstract", "balloon",
    "lighthouse", "lake", "cat", "snow", "marble", "road",
)  # fmt: skip
LANGUAGES = ("en",) * 9 + ("ja", "ja", "ru", "ar", "he", "de", "es", "pt", "fr", "ko", "el", "hi")
HABITS = ("terse", "talkative", "emoji", "tags", "silent", "plain")
FILTERS = ("Normal", "Normal", "Clarendon", "Juno", "Lark", "Ludwig", "Valencia", "X-Pro II")
AUTHORS = 160


@dataclass(frozen=True, slots=True)
class Author:
    """One author with their style; the same number is the same author in every run of a seed."""

    upstream_id: str
    username: str
    full_name: str
    language: str
    subjects: tuple[str, ...]
    habit: str
    filter: str | None
    private: bool = False


@lru_cache(maxsize=4096)
def author(seed: str, number: int) -> Author:
    """The author with that number."""
    chance = dice(seed, "author", number)
    language = chance.choice(LANGUAGES)
    username = f"{chance.choice(words.HANDLES[0])}{chance.choice(words.HANDLES[1])}"
    if chance.random() < 0.4:
        username += str(chance.randrange(2, 99))
    return Author(
        upstream_id=str(3_000_000 + number * 7919 + chance.randrange(7000)),
        username=username.strip("._"),
        full_name="" if chance.random() < 0.1 else chance.choice(words.NAMES[language]),
        language=language,
        subjects=tuple(chance.sample(SUBJECTS, chance.choice((1, 2, 2, 3)))),
        habit=chance.choice(HABITS),
        filter=chance.choice(FILTERS),
        private=chance.random() < 0.06,
    )


def author_of_slot(seed: str, slot: int) -> Author:
    """Who posted in that slot of time; few authors post much, many post little."""
    share = dice(seed, "who", slot).random()
    return author(seed, int(AUTHORS * share**1.4))


def as_author(person: Person) -> Author:
    """A person who can sign in, seen as the author of their own posts."""
    chance = dice("own", person.key)
    subjects = tuple(chance.sample(SUBJECTS, 4))
    return Author(
        person.upstream_id, person.username, person.full_name, "en", subjects,
        "plain", "Normal", person.private,
    )  # fmt: skip
