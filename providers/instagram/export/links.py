"""Addresses of posts, as exports write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from providers.instagram.codec import CODE_CHARS, post_id_of

_URL_CHARS = 2048
_POST = re.compile(
    r"(?i:https?://(?:(?:www\.)?instagram\.com|instagr\.am))"
    r"(?:/([A-Za-z0-9._]{1,30}))?/(p|reels?|tv)/([A-Za-z0-9_-]{5,})/?(?:[?#].*)?",
    re.DOTALL | re.ASCII,
)
_STORY = re.compile(r"(?i:https?://(?:www\.)?instagram\.com)/stories/.+", re.DOTALL | re.ASCII)


@dataclass(frozen=True, slots=True)
class PostLink:
    """A post by its address. `username` stands in some of them, "" in most."""

    code: str
    kind: str
    username: str = ""

    @property
    def post_id(self) -> str:
        """The id that the API knows the post by."""
        return post_id_of(self.code)

    @property
    def url(self) -> str:
        """The address without anything that is not needed."""
        return f"https://www.instagram.com/{self.kind}/{self.code}/"


def post_link(value: object) -> PostLink | None:
    """The post that a whole string is the address of; None for any other value."""
    if not isinstance(value, str) or len(value) > _URL_CHARS:
        return None
    found = _POST.fullmatch(value.strip())
    if found is None:
        return None
    username, kind, code = found.groups()
    # Links to private accounts have a longer code; what follows the id is a key for guests.
    return PostLink(code[:CODE_CHARS], "reel" if kind == "reels" else kind, username or "")


def is_story(value: object) -> bool:
    """Whether a string is the address of a story."""
    return isinstance(value, str) and _STORY.fullmatch(value.strip()[:_URL_CHARS]) is not None


def is_address(text: str) -> bool:
    """Whether a text is an address of whatever."""
    return text.startswith(("http://", "https://"))
