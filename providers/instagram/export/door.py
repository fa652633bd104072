"""The door of files: an export is looked through from end to end before one row of it is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from providers.instagram.export.account import whose
from providers.instagram.export.archive import Contents, opened, read_through
from providers.instagram.export.effort import Effort
from providers.instagram.export.lists import ListFile
from providers.instagram.export.refusals import refused
from providers.shapes import ExportRow

MOST_ROWS = 1_000_000
MOST_TITLES = 2_000
_AS_JSON = (
    "This export came as HTML, which tells times only to the minute and in no time zone: "
    "next time ask for the format JSON and the range All time."
)
_NOTHING = (
    "Instagram says that there is nothing in it: when you know better, ask again "
    "with “Likes” and “Saved” ticked, as JSON, for All time."
)


@dataclass(frozen=True, slots=True)
class InstagramExport:
    """One export that is whole. `made_at` is the newest moment that its rows tell of."""

    account: str
    made_at: datetime | None
    total: int
    advice: str
    lists: tuple[ListFile, ...]

    def rows(self) -> Iterator[ExportRow]:
        """Its rows, file by file. Repeatable; BadExport only when the file changed meanwhile."""
        for file in self.lists:
            for found in file.rows():
                yield found.row


class InstagramExports:
    """Opens what Instagram hands out about a person, in every form it had."""

    def __init__(self, request_url: str) -> None:
        self._request_url = request_url

    @property
    def request_url(self) -> str:
        """Where a person asks for their export."""
        return self._request_url

    @contextmanager
    def open(self, path: Path, name: str) -> Iterator[InstagramExport]:
        """Look through a zip, a folder or a single list called `name`.

        BadExport, whose words are one sentence, when any of it cannot be trusted.
        """
        effort = Effort()
        contents = effort.watched(opened(path, name))
        _refuse_nothing(contents)
        read_through(contents)
        export = _counted(contents, name)
        effort.end()
        yield export


def _refuse_nothing(contents: Contents) -> None:
    """Without a list there has to be the note that there is nothing."""
    if not contents.lists and not contents.says_nothing:
        raise refused("nested" if contents.holds_zips else "no_lists")


def _counted(contents: Contents, name: str) -> InstagramExport:
    total, made_at, lists = 0, None, []
    titles: set[str] = set()
    for member in contents.lists:
        file, rows, newest = _read(ListFile(member), titles)
        total += rows
        if total > MOST_ROWS:
            raise refused("too_many_rows")
        made_at = max(filter(None, (made_at, newest)), default=None)
        lists.append(file)
    account = whose(contents, name)
    return InstagramExport(account, made_at, total, _advice(contents, total), tuple(lists))


def _read(file: ListFile, titles: set[str]) -> tuple[ListFile, int, datetime | None]:
    """The file as it is to be read, how many rows it has, and the newest time of them.

    `titles` gathers what the export calls its collections.
    """
    total, newest = 0, None
    for found in file.rows():
        total += 1
        newest = max(filter(None, (newest, found.at)), default=None)
        titles.update(filter(None, [found.row.title]))
        if total > MOST_ROWS or len(titles) > MOST_TITLES:
            raise refused("too_many_rows")
    strict = file.strict()
    if strict.is_strict and not file.is_strict:
        return _read(strict, titles)
    return file, total, newest


def _advice(contents: Contents, total: int) -> str:
    if any(member.is_page for member in contents.lists):
        return _AS_JSON
    return "" if total else _NOTHING
