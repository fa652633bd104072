"""Undoing Instagram's spelling of text: UTF-8 bytes, each written as a character of its own."""

from __future__ import annotations


def repaired(text: str) -> str:
    """The text that was meant. To be called once per string: twice would damage a real "Ã«".

    Some files are written correctly; text that is no such spelling stays as it is.
    """
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
