"""A pretended language: what went through gettext stands in brackets, all the rest does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html.parser import HTMLParser

import pytest
from django.utils import translation
from django.utils.safestring import SafeData, mark_safe

OPEN, CLOSE = "⟦", "⟧"
# Attributes that somebody reads, or hears.
READ = {"alt", "aria-label", "aria-placeholder", "aria-valuetext", "content", "hx-confirm"}
READ |= {"label", "placeholder", "title"}
UNSEEN = {"script", "style"}
# Of `data-…`, what looks like words: a capital letter and another letter, or a space between words.
SENTENCE = re.compile(r"^[A-Z][a-z]|[a-z] [a-z]")
# Named by an input only where it is a button; and of <meta>, what is not for machines.
BUTTONS = {"submit", "button", "reset"}
PROSE = {"description", "og:title", "og:description"}
LETTER = re.compile(r"[^\W\d_]")


def speak(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on the house speaks a language in which it shows what was looked up."""
    for name, words in _dictionary().items():
        monkeypatch.setattr(translation._trans, name, words)


def _dictionary() -> dict[str, Callable[..., str]]:
    return {
        "gettext": _said,
        "pgettext": lambda context, message: _said(message),
        "ngettext": _counted,
        "npgettext": lambda context, one, many, number: _counted(one, many, number),
    }


def _counted(one: str, many: str, number: int) -> str:
    return _said(one if number == 1 else many)


def _said(message: str) -> str:
    words = f"{OPEN}{message}{CLOSE}" if message else message
    return mark_safe(words) if isinstance(message, SafeData) else words


def untranslated(html: str, content: Iterable[str] = ()) -> list[str]:
    """The words of a page that no catalogue could change, except `content`: what people wrote."""
    page = _Page()
    page.feed(html)
    page.close()
    assert not page.depth, f"A bracket is open at the end: {page.found[-3:]}"
    known = sorted(content, key=len, reverse=True)
    return [text for text in page.found if LETTER.search(_without(text, known))]


def _without(text: str, known: list[str]) -> str:
    for words in known:
        text = re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", "", text)
    return text


def _outside(text: str, depth: int = 0) -> tuple[str, int]:
    """What stands outside of brackets, and how many are open behind it."""
    left = []
    for letter in text:
        depth += (letter == OPEN) - (letter == CLOSE)
        assert depth >= 0, f"A bracket closes that never opened: {text}"
        left.append("" if depth or letter == CLOSE else letter)
    return "".join(left), depth


class _Page(HTMLParser):
    """Collects what of a page is outside of brackets. A sentence may go on through tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.depth = 0
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.unseen += tag in UNSEEN
        for name, value in attrs:
            if value and _is_read(tag, name, value, dict(attrs)):
                self._keep(_outside(value)[0])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self.unseen -= tag in UNSEEN

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            left, self.depth = _outside(data, self.depth)
            self._keep(left)

    def _keep(self, text: str) -> None:
        if LETTER.search(text):
            self.found.append(" ".join(text.split()))


def _is_read(tag: str, name: str, value: str, beside: dict[str, str | None]) -> bool:
    if name == "value":
        return tag == "input" and beside.get("type") in BUTTONS
    if name == "content":
        return beside.get("name", beside.get("property")) in PROSE
    if name.startswith("data-"):
        return bool(SENTENCE.search(value.lstrip(OPEN)))
    return name in READ
