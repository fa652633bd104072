"""Cutting text short where a reader would."""

from __future__ import annotations

import unicodedata


def shorten(text: str, most: int) -> str:
    """The first `most` characters on one line, never cut inside a letter with its marks."""
    line = " ".join(text[: 4 * most].split())
    if len(line) <= most:
        return line
    end = most
    while end and (_belongs(line[end]) or line[end - 1] == "\u200d"):
        end -= 1
    return line[:end].rstrip() + "…"


def _belongs(char: str) -> bool:
    """Whether a character continues the letter or emoji before it."""
    return unicodedata.category(char) in {"Mn", "Me", "Mc", "Sk"} or char in "\u200d\ufe0e\ufe0f"
