"""The same lists as web pages, which is what people get who do not ask for JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape

from simulator.download.told import Row

_NARROW = "\u202f"
_START = '<html><head><meta charset="utf-8"><title>{title}</title></head><body>'
_BOX = '<div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder">'


def page_2026(title: str, rows: Iterable[Row]) -> bytes:
    """Nested tables with the date last."""
    start = _START.format(title=title) + '<main role="main">'
    return (start + "\n".join(map(_table, rows)) + "</main></body></html>").encode()


def page_2023(title: str, rows: Iterable[Row]) -> bytes:
    """The owner above, the link and the date below."""
    start = _START.format(title=title) + '<div><div role="main">'
    return (start + "\n".join(map(_box, rows)) + "</div></div></body></html>").encode()


def _table(row: Row) -> str:
    who, link = row.post.author, escape(row.address)
    owner = (
        f"<tr><td><h2>Owner</h2><table><tr><td>Name</td><td>{escape(who.full_name)}</td></tr>"
        f"<tr><td>Username</td><td>{escape(who.username)}</td></tr></table></td></tr>"
    )
    address = f'<tr><td>URL</td><td><a href="{link}">{link}</a></td></tr>'
    date = _date(row.at, " ").replace("AM", "am").replace("PM", "pm")
    return (
        f'{_BOX}<div class="_a6-p"><table>{address}{owner}</table></div>'
        f'<div class="_3-94 _a6-o">{date}</div></div>'
    )


def _box(row: Row) -> str:
    name = escape(row.post.author.username)
    return (
        f'{_BOX}<div class="_3-95 _2pim _a6-h _a6-i">{name}</div><div class="_3-95 _a6-p"><div>'
        f'<div><a target="_blank" href="{escape(row.address)}">👍</a></div>'
        f"<div>{_date(row.at, ', ')}</div></div></div></div>"
    )


def _date(at: int, joint: str) -> str:
    """To the minute, without a zone, and a narrow blank before AM or PM."""
    moment = datetime.fromtimestamp(at, UTC)
    clock = f"{moment.hour % 12 or 12}:{moment.minute:02}{_NARROW}{moment:%p}"
    return f"{moment:%b %d, %Y}{joint}{clock}"
