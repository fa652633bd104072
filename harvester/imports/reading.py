"""Keeping the rows of an export, a thousand in a commit: rows, report and place together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.db import transaction

from accounts import filing
from accounts.models import Connection, User
from archive import imports
from archive.imports import Kept
from harvester.imports.doors import Opened
from harvester.imports.lease import Held
from harvester.models import Import, ImportRow
from providers.crashpoints import crashpoint
from providers.shapes import ExportRow
from providers.text import clean

CHUNK = 1_000
_NOT_YOURS = (
    "This file seems to be of @{told}, and you are @{known} here: "
    "if it is somebody else's, its likes are among yours now."
)
_EXPLAINED = "a newer export names the very post"


@dataclass(frozen=True, slots=True)
class Upto:
    """How long to go on: until `ends` on the monotonic clock. `after` is told rows done."""

    seconds: float = float("inf")
    after: Callable[[int], None] = lambda done: None
    began: float = field(default_factory=time.monotonic)

    @property
    def is_over(self) -> bool:
        """Whether somebody else should go on."""
        return time.monotonic() - self.began >= self.seconds


def read_export(held: Held, opened: Opened, upto: Upto) -> bool:
    """Keep the rows behind those that are kept; True when some are left. LostLease."""
    export = opened.export
    connection, done = _begin(held, opened)
    rows = islice(export.rows(), done, None)
    while chunk := list(islice(rows, CHUNK)):
        with transaction.atomic():
            held.lock()
            kept = imports.keep(connection, chunk, export.made_at)
            crashpoint("import.rows")
            held.note(_rows(held, chunk, kept, done), done + len(chunk))
        crashpoint("import.kept")
        done += len(chunk)
        upto.after(done)
        if upto.is_over:
            return True
    held.renew()
    imports.finish(connection)
    crashpoint("import.ordered")
    held.explained(_EXPLAINED)
    held.finish()
    return False


def advice_of(user: User, opened: Opened) -> str:
    """What its person should know: how to ask better, or that it looks like another's."""
    told = opened.export.account
    mine = Connection.objects.of(user).filter(provider=opened.service.key)
    known = mine.exclude(standing=Connection.Standing.FILE).exclude(username="")
    names = list(known.order_by("pk").values_list("username", flat=True))
    is_strange = told and names and told.casefold() not in {name.casefold() for name in names}
    warning = _NOT_YOURS.format(told=told[:100], known=names[0][:100]) if is_strange else ""
    return " ".join(filter(None, (warning, opened.export.advice)))[:600]


def _begin(held: Held, opened: Opened) -> tuple[Connection, int]:
    export, service = opened.export, opened.service
    with transaction.atomic():
        row = held.lock()
        Import.objects.filter(pk=row.pk).update(
            provider=service.key,
            kind=Import.Kind.EXPORT,
            total=export.total,
            account=clean(export.account, 255),
            advice=advice_of(row.user, opened),
        )
        return filing.source_of_files(row.user, service.key, export.account), row.done


def _rows(
    held: Held, chunk: Sequence[ExportRow], kept: Sequence[Kept], done: int
) -> list[ImportRow]:
    told = zip(chunk, kept, strict=True)
    return [
        ImportRow(file_id=held.import_id, number=number, **_told(row, became))
        for number, (row, became) in enumerate(told, start=done + 1)
        if row.post or row.reason
    ]


def _told(row: ExportRow, became: Kept) -> dict[str, object]:
    return {
        "outcome": became.outcome.value,
        "feed": row.feed[:60],
        "title": clean(row.title, 255),
        "label": clean(row.label, 255),
        "reason": clean(row.reason, 255),
        "like_id": became.like_id,
    }
