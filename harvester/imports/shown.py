"""Imports as their pages show them, and their rows a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django_stubs_ext import StrOrPromise

from accounts import upstream
from accounts.models import User
from archive import origins
from harvester.imports.models import LIVE
from harvester.logbook import Moment
from harvester.models import Import, ImportRow
from providers.registry import SERVICES

LISTED = 50
PAGE = 100
SHOW: dict[str, StrOrPromise] = {
    "new": gettext_lazy("New"),
    "here": gettext_lazy("Already here"),
    "improved": gettext_lazy("Improved"),
    "unresolved": gettext_lazy("Cannot be resolved"),
}
STORED = gettext_lazy("Stored")
PUT_AWAY = gettext_noop(
    "Its rows were put away, because newer imports came since: the counts stay."
)


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows came to one end, and what that is called."""

    key: str
    words: StrOrPromise
    number: int


@dataclass(frozen=True, slots=True)
class Shown:
    """An import with everything its card prints."""

    id: int
    name: str
    service: str
    is_live: bool
    state: str
    state_words: str
    sentence: str
    advice: str
    total: int
    done: int
    percent: int
    counts: list[Count]
    came: Moment | None
    ended: Moment | None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a report, with the like that it led to."""

    number: int
    outcome: str
    words: StrOrPromise
    label: str
    title: str
    feed: str
    reason: str
    like_id: int | None


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of rows; `older` is the number behind which the next one begins, None at the end."""

    rows: list[Row]
    next: int | None


def of(user: User) -> list[Shown]:
    """The newest imports of a person, newest first; one query."""
    return [shown(row) for row in Import.objects.of(user).order_by("-pk")[:LISTED]]


def shown(row: Import) -> Shown:
    """What a card prints; asks nothing."""
    return Shown(
        id=row.pk,
        name=row.name,
        service=upstream.service(row.provider).title if row.provider in SERVICES else "",
        is_live=row.is_live,
        state=row.state,
        state_words=_state(row),
        sentence=_sentence(row),
        advice=row.advice,
        total=row.total,
        done=row.done,
        percent=100 * min(row.done, row.total) // row.total if row.total else 0,
        counts=[Count(key, words, getattr(row, key)) for key, words in words_of(row).items()],
        came=Moment.of(row.created_at),
        ended=Moment.of(row.finished_at),
    )


def _state(row: Import) -> str:
    if row.state == Import.State.QUEUED and row.done:
        return _("Goes on in a moment")
    return row.get_state_display().capitalize()


def is_put_away(row: Import) -> bool:
    """Whether its rows were told once and are kept no more; one query."""
    told = row.new + row.here + row.improved + row.unresolved
    return bool(told) and not ImportRow.objects.filter(file=row).exists()


def with_its_rows(row: Import) -> Shown:
    """The same for a page of its own, which says so where rows are missing; one query."""
    told = shown(row)
    if not is_put_away(row):
        return told
    said = _(PUT_AWAY)
    return replace(told, sentence=f"{told.sentence} {said}".strip())


def words_of(row: Import) -> dict[str, StrOrPromise]:
    """What each outcome is called: of pictures, a new one was stored."""
    return {**SHOW, "new": STORED} if row.kind == Import.Kind.FOLDER else SHOW


def rows_of(row: Import, show: str, after: int) -> Rows:
    """The rows of an import behind number `after`, those of one outcome or all; one query."""
    found = ImportRow.objects.filter(file=row, number__gt=after)
    if show:
        found = found.filter(outcome=show)
    page = list(found.order_by("number")[: PAGE + 1])
    words = words_of(row)
    lists = _lists(row)
    rows = [_row(one, words, lists) for one in page[:PAGE]]
    return Rows(rows, page[PAGE - 1].number if len(page) > PAGE else None)


def every_row(row: Import) -> Iterator[Row]:
    """All rows of an import, a thousand in memory."""
    words, lists, after = words_of(row), _lists(row), 0
    found = ImportRow.objects.filter(file=row).order_by("number")
    while page := list(found.filter(number__gt=after)[:1_000]):
        after = page[-1].number
        yield from (_row(one, words, lists) for one in page)


def _row(row: ImportRow, words: dict[str, StrOrPromise], lists: dict[str, str]) -> Row:
    return Row(
        number=row.number,
        outcome=row.outcome,
        words=words[row.outcome],
        label=row.label,
        title=row.title,
        feed=lists.get(row.feed, row.feed),
        reason=row.reason,
        like_id=row.like_id,
    )


def _lists(row: Import) -> dict[str, str]:
    if row.provider not in SERVICES:
        return {}
    return {
        key: origins.list_words(kind.title)
        for key, kind in upstream.service(row.provider).kinds.items()
    }


def _sentence(row: Import) -> str:
    if row.state == Import.State.FAILED:
        return row.words
    if row.state == Import.State.DONE:
        return "" if row.total else _("There was nothing in it.")
    if row.not_before and row.not_before > timezone.now():
        return _("Our storage is away: we go on as soon as it is back.")
    if not row.total:
        return _("We look through the whole file before anything of it is kept.")
    return _("You can leave this page. We go on without you.")


def is_busy(rows: list[Shown]) -> bool:
    """Whether one of them is not over."""
    return any(row.state in LIVE for row in rows)
