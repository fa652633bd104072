"""Which files of an export are ours to read, told by their last name alone."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["liked", "saved", "collections", "comments", "stories", "account", "nothing"]
# In the order in which their rows are told.
ORDER: tuple[Kind, ...] = ("liked", "saved", "collections", "comments", "stories")
_COPY = r"(?: ?\([0-9]{1,3}\))?"
_STEMS: tuple[tuple[Kind, str], ...] = (
    ("liked", rf"liked_(?:posts|reels).*|likes{_COPY}"),
    ("saved", rf"saved_(?:posts|media).*|saved{_COPY}"),
    ("collections", r"saved_collections.*"),
    ("comments", r"liked_comments.*"),
    ("stories", r"story_likes.*"),
)
_LISTS = tuple(
    # A year or a number before it is still the same list.
    (kind, re.compile(rf"[0-9_-]{{0,12}}(?:{stem})\.(json|html?)", re.IGNORECASE | re.DOTALL))
    for kind, stem in _STEMS
)
# What a person calls a single file: the name it had, and whatever they put around it.
_LOOSELY = tuple(
    (kind, re.compile(rf"(?:.*[^a-z])?(?:{stem})\.(?:json|html?)", re.IGNORECASE | re.DOTALL))
    for kind, stem in _STEMS
)
_ACCOUNT = re.compile(r"personal_information\.json", re.IGNORECASE)
_NOTHING = re.compile(r"no-data.*\.txt", re.IGNORECASE | re.DOTALL)
_USERNAME = re.compile(r"[A-Za-z0-9._]{1,30}")
_ZIP = re.compile(
    r"instagram-([A-Za-z0-9._]{1,30})-[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[-. (].*)?", re.DOTALL
)


def kind_of(path: str) -> Kind | None:
    """What a file with this path is; None for all that is none of our business."""
    name = basename(path)
    for kind, pattern in _LISTS:
        if pattern.fullmatch(name):
            return kind
    if _ACCOUNT.fullmatch(name):
        return "account"
    return "nothing" if _NOTHING.fullmatch(name) else None


def kind_of_single(name: str) -> Kind | None:
    """The same for a file that somebody took out of an export, and maybe named anew."""
    return next((kind for kind, pattern in _LOOSELY if pattern.fullmatch(name)), None)


def basename(path: str) -> str:
    """The last part, whichever way the slashes lean."""
    return re.split(r"[/\\]", path)[-1]


def is_page(path: str) -> bool:
    """Whether it is a page (HTML) by its name."""
    return path.lower().endswith((".html", ".htm"))


def is_username(text: str) -> bool:
    """Whether this could be somebody's name at Instagram."""
    return _USERNAME.fullmatch(text) is not None


def account_of(name: str) -> str:
    """Whose export it is by the name of its zip, "" when that does not tell."""
    found = _ZIP.fullmatch(basename(name))
    return found[1] if found else ""


def in_order(path: str) -> tuple[object, ...]:
    """A key that sorts numbered parts as people do: _2 before _10."""
    parts = re.split(r"([0-9]+)", path)
    digits = [part.lstrip("0") for part in parts[1::2]]
    return (parts[0::2], [(len(part), part) for part in digits], path)
