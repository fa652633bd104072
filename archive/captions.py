"""A caption cut into what is text, what is a hashtag and what is a link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from archive import faces

# Signs that turn the direction of text end an address: it must read as what it leads to.
_LINK = r"(?P<link>https?://[^\s<>\"\u202a-\u202e\u2066-\u2069]+)"
_FOUND = re.compile(_LINK + r"|(?<![\w&/])[#＃](?P<tag>\w[\w·]*)")  # noqa: RUF001  # both signs are typed
# What ends a sentence rather than an address.
_TAIL = ".,;:!?…'”’»)]}"  # noqa: RUF001  # closing marks as people type them
# More than this is a wall of tags; the rest stays text.
MOST = 300


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a caption; `href` is where it leads, `is_ours` whether that is a search here."""

    text: str
    href: str = ""
    is_ours: bool = False


def parts(caption: str) -> list[Part]:
    """The caption in pieces that, one after the other, are the caption again."""
    return [part for part in _parts(caption) if part.text]


def tag_href(tag: str) -> str:
    """The search for a hashtag."""
    return search_href(f"#{tag}")


def search_href(words: str) -> str:
    """The address of a search in one's likes."""
    return f"{reverse('archive:wall')}?{urlencode({'q': words})}"


def _parts(caption: str) -> Iterator[Part]:
    end = 0
    for number, found in enumerate(_FOUND.finditer(caption)):
        if number == MOST:
            break
        part = _tag(found) if found["tag"] else _link(found)
        yield Part(caption[end : found.start()])
        yield part
        end = found.start() + len(part.text)
    yield Part(caption[end:])


def _tag(found: re.Match[str]) -> Part:
    return Part(found[0], tag_href(found["tag"]), is_ours=True)


def _link(found: re.Match[str]) -> Part:
    address = found[0].rstrip(_TAIL)
    # An address that holds an opening bracket keeps the one that closes it.
    if "(" in address and found[0][len(address) :].startswith(")"):
        address += ")"
    return Part(address, address if faces.host(address) else "")
