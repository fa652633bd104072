"""Who has an account: a few who like, and those whose posts are liked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from simulator import authors
from simulator.authors import Author
from simulator.bluesky.ids import did_plc
from simulator.ids import dice

AUTHORS = 48
HIDDEN_FROM_STRANGERS = "!no-unauthenticated"


@dataclass(frozen=True, slots=True)
class Account:
    """An account. `did` is "" where the host it lives on is its name (did:web).

    `text` None: no profile was ever written. `home` is the origin of its repository, "" for the
    first port. `handle_holds`: the DID's document says the same handle.
    """

    key: str
    did: str
    handle: str
    name: str
    likes: int = 0
    text: str | None = ""
    home: str = ""
    handle_holds: bool = True
    label: str = ""


def people(seed: str) -> tuple[Account, ...]:
    """Those who like, each there for something."""
    said = (
        ("lina", "lina.test", "Lina Okonjo", 420, "pictures mostly 🌊"),
        ("marek", "marek.test", "Marek Dvořák", 64, ""),
        ("tove", "tove.test", "", 0, None),
    )
    made = [
        Account(key, did_plc(seed, key), handle, name, likes, text)
        for key, handle, name, likes, text in said
    ]
    return (*made, Account("wim", "", "wim.test", "Wim", 12, "lives on a host of his own"))


def stranger(seed: str, key: str) -> Account:
    """Somebody made up on demand, called `{key}.test`."""
    name = re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-") or "somebody"
    return Account(key, did_plc(seed, "stranger", key), f"{name}.test", key.title())


@lru_cache(maxsize=512)
def author(seed: str, number: int) -> Account:
    """The author with that number; of one the handle does not hold, one shuns strangers."""
    who = style(seed, number)
    name = re.sub(r"[^a-z0-9]+", "-", who.username) + f"-{number}"
    return Account(
        f"author:{number}",
        did_plc(seed, "author", number),
        f"{name}.test",
        who.full_name,
        text=f"{who.subjects[0]} and other things",
        handle_holds=number != 5,
        label=HIDDEN_FROM_STRANGERS if number == 3 else "",
    )


def style(seed: str, number: int) -> Author:
    """Subjects, language and habits of an author."""
    return authors.author(f"{seed}|sky", number)


def number_of_slot(seed: str, slot: int) -> int:
    """Which author posted in that slot of time."""
    return int(AUTHORS * dice(seed, "sky", "who", slot).random() ** 1.4)
