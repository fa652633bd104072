"""Captions with habits: terse, talkative, all emoji, all hashtags, none; in many scripts."""

from __future__ import annotations

import random

from simulator import words
from simulator.authors import Author

_EVERYWHERE = ("photooftheday", "nofilter", "latergram", "35mm", "vsco")


def caption(
    chance: random.Random, who: Author, subject: str, place: str
) -> tuple[str | None, list[str]]:
    """The text of a caption (None: the author wrote nothing) and its hashtags, lower case."""
    if chance.random() < (0.75 if who.habit == "silent" else 0.06):
        return None, []
    tags = _tags(chance, who, subject)
    text = _text(chance, who, subject, place)
    shown = " ".join("#" + tag for tag in tags)
    return (f"{text} {shown}" if shown else text), [tag.lower() for tag in tags]


def _text(chance: random.Random, who: Author, subject: str, place: str) -> str:
    emoji = words.EMOJI[subject]
    if who.habit == "emoji" and chance.random() < 0.6:
        shapes = (emoji, emoji * 3, f"{emoji}❤️‍🔥", f"{place} {emoji}👩🏽‍🚀")
        return chance.choice(shapes)
    if who.habit == "silent":
        return chance.choice((".", "—", emoji, ""))
    line = _line(chance, who.language, subject, place)
    if who.habit == "talkative":
        line += "\n\n" + " ".join(chance.sample(words.TALK, 2))
    return f"{line} {emoji}" if chance.random() < 0.3 else line


def _line(chance: random.Random, language: str, subject: str, place: str) -> str:
    if language == "en":
        return chance.choice(words.ENGLISH[subject]).format(place=place)
    line = chance.choice(words.OTHER[language])
    return line.format(place=place, thing=words.THINGS[language][subject])


def _tags(chance: random.Random, who: Author, subject: str) -> list[str]:
    known = list(words.TAGS[subject])
    if who.language != "en":
        known.append(words.THINGS[who.language][subject])
    if who.habit == "tags":
        return [*known, *chance.sample(_EVERYWHERE, 3)]
    if who.habit in {"terse", "silent"}:
        return []
    return chance.sample(known, chance.randrange(0, 3))
