"""Cutting text into words: one pure function, for what is stored and for what is asked.

Folded (NFKC, case, marks), hashtags whole and bare, emoji as words, scripts that are
written without spaces as pairs of characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

# Postgres counts positions up to 16383 and a word up to 2046 bytes.
MOST_WORDS = 16_000
LONGEST_WORD = 200
MOST_BYTES = 700_000
MOST_MARKS = 30
# What `_kind` calls words, of the letters that most captions are made of.
_PLAIN = re.compile(r"[0-9A-Za-z_.#]+")
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x323AF),
)


class Word(NamedTuple):
    """A word and its place in the text; several words may share a place."""

    text: str
    place: int


def cut(text: str) -> list[Word]:
    """The words of `text` in order, at most MOST_WORDS."""
    words: list[Word] = []
    place = 0
    for run, kind in _runs(fold(text)):
        # Most are plain words: nothing to take apart.
        is_plain = kind == "word" and run.isalnum()
        for group in [[run]] if is_plain else _groups(run, kind):
            place += 1
            words += [Word(word[:LONGEST_WORD], place) for word in group]
        if len(words) >= MOST_WORDS:
            break
    return words[:MOST_WORDS]


def fold(text: str) -> str:
    """`text` without differences of width, case and accents."""
    if text.isascii():
        return text.lower()
    composed = unicodedata.normalize("NFKC", _tamed(text)).casefold()
    apart = unicodedata.normalize("NFD", composed)
    bare = "".join(char for char in apart if unicodedata.category(char) not in {"Mn", "Me", "Cf"})
    return unicodedata.normalize("NFC", bare)


def _tamed(text: str) -> str:
    """`text` with at most MOST_MARKS marks on a sign: sorting them takes their number squared."""
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def document(*texts: str) -> str:
    """The search document of several texts, as Postgres reads a tsvector of at most 1 MB."""
    places: dict[str, list[int]] = {}
    size = 0
    for word in cut(" \n ".join(texts)):
        if word.text not in places:
            size += len(word.text.encode())
            if size > MOST_BYTES:
                break
        places.setdefault(word.text, []).append(word.place)
    # A word keeps at most 255 places; Postgres would cut them itself.
    return " ".join(
        f"{_quoted(text)}:{','.join(map(str, at[:255]))}" for text, at in places.items()
    )


def query(text: str) -> str:
    """What was asked, as Postgres reads a tsquery: all words, a `*` behind one for beginnings.

    Empty when nothing searchable was asked.
    """
    terms: list[str] = []
    for part in text.split():
        words = cut(part)
        if words:
            terms.append(_term(words, beginning=part.endswith("*")))
    return " & ".join(terms)


def _term(words: list[Word], *, beginning: bool) -> str:
    """The words of one part, which stood side by side, as a phrase."""
    if _is_sign(words[-1].text):
        # In what is searched another sign may follow: a pair says both, one sign begins pairs.
        pair = words[-2].text if len(words) > 1 else ""
        is_said = len(pair) == 2 and pair[1] == words[-1].text and _is_unspaced(pair[0])
        words, beginning = (words[:-1], False) if is_said else (words, True)
    steps: dict[int, list[str]] = {}
    for word in words:
        steps.setdefault(word.place, []).append(_quoted(word.text))
    if beginning:
        last = max(steps)
        steps[last] = [f"{text}:*" for text in steps[last]]
    return "(" + " <-> ".join(f"({' & '.join(texts)})" for texts in steps.values()) + ")"


def _is_sign(word: str) -> bool:
    """Whether a word is one sign of an unspaced script."""
    return len(word) == 1 and _is_unspaced(word)


def _runs(text: str) -> Iterator[tuple[str, str]]:
    """Stretches of one kind: `word`, `sign` (an unspaced script), `emoji`; the rest is left out."""
    if text.isascii():
        yield from ((run, "word") for run in _PLAIN.findall(text))
        return
    start, kind = 0, ""
    for index, char in enumerate(text):
        now = _kind(char)
        if now != kind or now == "emoji":
            if kind:
                yield text[start:index], kind
            start, kind = index, now
    if kind:
        yield text[start:], kind


@lru_cache(maxsize=4096)
def _kind(char: str) -> str:
    if _is_unspaced(char):
        return "sign"
    category = unicodedata.category(char)
    if category[0] in "LN" or char in "_.#":
        return "word"
    return "emoji" if category == "So" else ""


def _is_unspaced(char: str) -> bool:
    point = ord(char)
    if point < 0x0E00:
        return False
    letter = unicodedata.category(char)[0] in "LNM"
    return letter and any(low <= point <= high for low, high in _UNSPACED)


def _groups(run: str, kind: str) -> Iterator[list[str]]:
    """Words that share a place, place after place."""
    if kind == "emoji":
        yield [run]
    elif kind == "sign":
        yield from ([run[index : index + 2]] for index in range(len(run)))
    else:
        for piece in _pieces(run):
            yield from _joined(piece)


def _pieces(run: str) -> Iterator[str]:
    """`#sun#sea` is two tags; dots only join inside a name."""
    for piece in run.replace("#", " #").split():
        bare = piece.strip("._")
        tagged = piece.startswith("#")
        bare = bare.lstrip("#").strip("._")
        if bare:
            yield f"#{bare}" if tagged else bare


def _joined(piece: str) -> Iterator[list[str]]:
    """A name such as `ada_pix` is found whole and by its parts, a tag with and without its #."""
    bare = piece.lstrip("#")
    parts = bare.replace("_", " ").replace(".", " ").split()
    whole = {piece, bare} if len(parts) > 1 else {piece}
    for index, part in enumerate(parts):
        yield sorted({part} | (whole if index == 0 else set()))


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
