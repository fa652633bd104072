"""The report of an import as a sheet (CSV) that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Any

from harvester.imports import shown
from harvester.models import Import

HEAD = ("file", "row", "outcome", "list", "collection", "what", "reason", "like")
# Full-width signs are formulas to some spreadsheets too.
_FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20"
_SIGNS = frozenset(f"{_FORMULA}\t\r\n")
_BLANK = " \u00a0\u3000\ufeff\u200b\v\f"
# Where other readers than those of commas begin a cell, and a formula would.
_BEGINS = re.compile(f'([;\t\r\n])(?=[{_BLANK}"]*[{re.escape(_FORMULA)}])')


class _Line:
    """A file of which `write` hands back what was written."""

    def write(self, text: str) -> str:
        return text


def head() -> str:
    """The names of the columns."""
    writer: Any = csv.writer(_Line())
    return str(writer.writerow(HEAD))


def lines(row: Import) -> Iterator[str]:
    """The rows of an import, line by line; a thousand rows in memory."""
    writer: Any = csv.writer(_Line())
    for one in shown.every_row(row):
        like = f"/likes/{one.like_id}/" if one.like_id else ""
        told = (one.outcome, one.feed, one.title, one.label, one.reason, like)
        yield writer.writerow([cell(row.name), one.number, *map(cell, told)])


def cell(text: str) -> str:
    """Text that a spreadsheet shows and never computes."""
    begins = text.lstrip(_BLANK)[:1]
    is_formula = begins in _SIGNS or text[:1] in _SIGNS
    text = _BEGINS.sub(r"\1'", text)
    return f"'{text}" if begins and is_formula else text
