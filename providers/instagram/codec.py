"""What an Instagram media id says by itself: the link and the time of the post."""

from __future__ import annotations

from datetime import datetime

from providers.text import moment

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_EPOCH_MS = 1314220021721  # 2011-08-24
# Ids before that were counted from 1 and say nothing; none of them came near this number.
_FIRST_SNOWFLAKE = 10**15
_LAST_SNOWFLAKE = 2**63
# Codes of private accounts go on after these, with a key that is no part of the id.
CODE_CHARS = 11


def snowflake(post_id: str) -> int | None:
    """The number of an id that holds a time; None for older or foreign ids."""
    if not (post_id.isascii() and post_id.isdigit() and len(post_id) < 20):
        return None
    value = int(post_id)
    return value if _FIRST_SNOWFLAKE <= value < _LAST_SNOWFLAKE else None


def shortcode(value: int) -> str:
    """The id in the base-64 spelling that links use."""
    letters = ""
    while value:
        value, low = divmod(value, 64)
        letters = _ALPHABET[low] + letters
    return letters


def post_id_of(code: str) -> str:
    """The media id of a shortcode, decimal; "" for what is no code. The way back of `shortcode`."""
    value = 0
    for letter in code[:CODE_CHARS]:
        digit = _ALPHABET.find(letter)
        if digit < 0:
            return ""
        value = value * 64 + digit
    return str(value) if code else ""


def link_of(post_id: str) -> str:
    """The address of a post by its id, "" when the id does not tell."""
    value = snowflake(post_id)
    return "" if value is None else f"https://www.instagram.com/p/{shortcode(value)}/"


def posted_at_of(post_id: str) -> datetime | None:
    """When a post was made by its id, to the millisecond, UTC; None when the id does not tell."""
    value = snowflake(post_id)
    return None if value is None else moment(((value >> 23) + _EPOCH_MS) / 1000)
