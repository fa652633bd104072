"""The few people who can sign in, and what each of them is for."""

from __future__ import annotations

import zlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account here; `key` is what the control endpoints call them."""

    key: str
    upstream_id: str
    username: str
    full_name: str
    likes: int = 0
    own_posts: int = 0
    private: bool = False
    about: str = ""


PEOPLE: tuple[Person, ...] = (
    Person(
        "ada",
        "1000009",
        "ada.looks",
        "Ada Lindqvist",
        3412,
        64,
        about="likes everything, for years",
    ),
    Person(
        "ben",
        "1000017",
        "ben_on_foot",
        "Ben Okoro",
        450,
        23,
        about="a few hundred, mostly outdoors",
    ),
    Person("chika", "1000023", "chika.38", "森 千佳", 40, 9, about="just joined, forty likes"),
    Person("emil", "1000031", "emil_quiet", "Emil Brandt", 137, 12, True, "a private account"),
    Person("dora", "1000047", "dora_new", "Dora Papadaki", 0, 0, about="has never liked anything"),
)


def stranger(key: str) -> Person:
    """A person made up on demand, so that a test may have as many as it wants."""
    number = 2_000_000 + zlib.crc32(key.encode()) % 900_000_000
    return Person(key, str(number), f"{key}_{number % 1000}", key.title(), about="made for a test")
