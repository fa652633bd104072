"""The rows of a list that came as a page: best effort, by where the links stand.

Class names are obfuscated and change, words are translated. A row is the largest element around
a post's link that holds no other post's.
"""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from providers.instagram.export.dates import date_in
from providers.instagram.export.links import PostLink, is_address, post_link
from providers.instagram.export.names import is_username
from providers.instagram.export.refusals import refused
from providers.instagram.export.told import Told
from providers.text import clean

# Instagram nests a quarter as deep.
_DEEPEST = 64
# Tags, ends of tags and texts. A page of fifty thousand likes has half of these.
_MOST_PIECES = 4_000_000
# What the parser keeps for later: a tag that does not end yet, or a style sheet.
_UNREAD_CHARS = 512 * 1024
_UNREAD_STYLE_CHARS = 4 * 1024 * 1024
_TEXTS = 200
_TEXT_CHARS = 1_000
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)
_SILENT = frozenset(("head", "title", "style", "script", "header", "nav", "h1"))


@dataclass(frozen=True, slots=True)
class _Text:
    """Some words, whether they stand in the link, and the cell of a table they stand in."""

    words: str
    in_link: bool
    cell: tuple[int, int, int, int] | None  # table, how deep, row, column


@dataclass(slots=True)
class _Element:
    """An open element, and what stands in it so far."""

    tag: str
    holds_rows: bool
    texts: list[_Text] = field(default_factory=list)
    link: PostLink | None = None
    only: _Element | None = None  # the child that the link came from
    is_many: bool = False
    number: int = 0
    rows: int = 0
    cells: int = 0


def told_of_page(chunks: Iterable[bytes]) -> Iterator[Told]:
    """The rows of a page, in its order; BadExport when it is no page at all."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    page = _Page()
    for chunk in chunks:
        try:
            page.feed(decoder.decode(chunk))
        except AssertionError:  # how the parser of Python says that a declaration is none
            raise refused("bad_html") from None
        if page.is_stuck:
            raise refused("bad_html")
        yield from page.taken()
    page.close_all()
    yield from page.taken()


class _Page(HTMLParser):
    """Keeps what stands in the elements that are open, and lets go of rows as they close."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open = [_Element("", holds_rows=True)]
        self._tags: Counter[str] = Counter()
        self._found: list[_Element] = []
        self._tables = 0
        self._pieces = 0

    @property
    def is_stuck(self) -> bool:
        """Whether more waits to be read than one tag can have."""
        most = _UNREAD_STYLE_CHARS if self.cdata_elem else _UNREAD_CHARS
        return len(self.rawdata) > most

    def taken(self) -> Iterator[Told]:
        """The rows that closed since this was asked last."""
        found, self._found = self._found, []
        return (_told(row) for row in found)

    def close_all(self) -> None:
        """The end of the page closes whatever it left open."""
        while len(self._open) > 1:
            self._close()
        if self._open[0].only is not None and not self._open[0].is_many:
            self._found.append(self._open[0].only)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._count_piece()
        if tag in _VOID:
            return
        if len(self._open) >= _DEEPEST:
            raise refused("bad_html")
        told = dict(attrs)
        holds_rows = tag in ("body", "main") or told.get("role") == "main"
        element = _Element(tag, holds_rows, link=self._link(tag, told.get("href")))
        if tag == "table":
            self._tables += 1
            element.number = self._tables
        self._count_cell(tag)
        self._open.append(element)
        self._tags[tag] += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.handle_starttag(tag, attrs)
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self._count_piece()
        if self._tags[tag]:
            while self._open[-1].tag != tag:
                self._close()
            self._close()

    def _count_piece(self) -> None:
        self._pieces += 1
        if self._pieces > _MOST_PIECES:
            raise refused("bad_html")

    def handle_comment(self, data: str) -> None:
        self._count_piece()

    def handle_decl(self, decl: str) -> None:
        self._count_piece()

    def handle_pi(self, data: str) -> None:
        self._count_piece()

    def unknown_decl(self, data: str) -> None:
        self._count_piece()

    def handle_data(self, data: str) -> None:
        self._count_piece()
        words = " ".join(data[:_TEXT_CHARS].split())
        here = self._open[-1]
        if words and len(here.texts) < _TEXTS and not self._is_silent():
            in_link = any(element.link and element.tag == "a" for element in self._open)
            here.texts.append(_Text(words, in_link, self._cell()))

    def _link(self, tag: str, address: str | None) -> PostLink | None:
        return post_link(address) if tag == "a" else None

    def _is_silent(self) -> bool:
        return any(element.tag in _SILENT for element in self._open)

    def _count_cell(self, tag: str) -> None:
        table = self._table()
        if table is not None and tag == "tr":
            table.rows, table.cells = table.rows + 1, 0
        elif table is not None and tag in ("td", "th"):
            table.cells += 1

    def _table(self) -> _Element | None:
        return next((found for found in reversed(self._open) if found.tag == "table"), None)

    def _cell(self) -> tuple[int, int, int, int] | None:
        tables = [element for element in self._open if element.tag == "table"]
        if not tables:
            return None
        return (tables[-1].number, len(tables), tables[-1].rows, tables[-1].cells)

    def _close(self) -> None:
        """Hand the innermost element to the one around it, as a part of its row or as a row."""
        child, parent = self._open.pop(), self._open[-1]
        self._tags[child.tag] -= 1
        if child.is_many:
            self._let_go(parent)
        elif child.link is None:
            parent.texts.extend(child.texts[: _TEXTS - len(parent.texts)])
        elif parent.holds_rows or parent.is_many:
            self._found.append(child)
            parent.texts.clear()
        elif parent.link is None or parent.link.code == child.link.code:
            parent.link, parent.only = child.link, parent.only or child
            parent.texts.extend(child.texts[: _TEXTS - len(parent.texts)])
        else:
            self._let_go(parent)
            self._found.append(child)

    def _let_go(self, parent: _Element) -> None:
        """The element around holds several posts: the one it had so far was a row by itself."""
        if parent.only is not None:
            self._found.append(parent.only)
        parent.is_many, parent.only, parent.link = True, None, None
        parent.texts.clear()


def _told(row: _Element) -> Told:
    told = [(text, date_in(text.words)) for text in row.texts if not text.in_link]
    at = next((at for _, at in reversed(told) if at), None)
    texts = [text for text, date in told if date is None]
    author, author_name = _owner(texts)
    known = author or (row.link.username if row.link else "")
    return Told(row.link, at, known, author_name, is_rough=True)


def _owner(texts: list[_Text]) -> tuple[str, str]:
    """Username and name: the last lines of a table within the table, else the row's title."""
    author, name = "", ""
    lines = {text.cell[:3]: text.words for text in texts if text.cell and text.cell[3] > 1}
    for (table, depth, line), words in lines.items():
        if depth > 1 and line > 1 and is_username(words):
            author, name = words, lines.get((table, depth, line - 1), "")
    if author:
        return author, "" if is_address(name) else clean(name, 255)
    titles = [text.words for text in texts if text.cell is None and is_username(text.words)]
    return (titles[0] if titles else ""), ""
