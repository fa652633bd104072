"""The frame around every page that people see here: one head, one mark, one look."""

from __future__ import annotations

from pathlib import Path
from string import Template

_HERE = Path(__file__).parent
_FRAME = Template((_HERE / "frame.html").read_text("utf-8"))
_LOOK = (_HERE / "look.css").read_text("utf-8")
HEART = (
    '<path d="M26 38s-11-6.6-11-14a6 6 0 0 1 11-3.3A6 6 0 0 1 37 24c0 7.400-11 14-11 14z"'
    ' fill="#fff"/>'
)
ARROW = (
    '<path d="M26 14v18m-7.500-7.500L26 32l7.500-7.500M16 38h20" fill="none" stroke="#fff"'
    ' stroke-width="3.500" stroke-linecap="round" stroke-linejoin="round"/>'
)


def framed(title: str, sign: str, main: str, *, look: str = "", width: str = "") -> str:
    """A whole page; `sign` is drawn into the mark, `look` is what the page adds to the style."""
    return _FRAME.substitute(title=title, sign=sign, main=main, look=_LOOK + look, width=width)
