"""Whether anything is left over: old enough, it is a fault; young, it is worth a note."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.files.storage import default_storage

from archive import leftovers, strays, sweep
from archive.finding import SHOWN, Finding
from archive.models import Blob

# The sweep comes every hour; what it should have taken before then, it has missed twice.
LATE = 2 * sweep.EVERY
REMEDY = "The sweep runs every hour in the worker; its log says why it did not take these."


def left_over(now: datetime) -> tuple[list[Finding], list[str]]:
    """What nobody refers to and what nobody writes any more; notes on what is still young.

    `storage_errors` when the storage cannot be listed.
    """
    survey = strays.survey()
    found = [_unreferenced(now, survey), _temporary(now)]
    return found, list(_notes(now, survey, found[0].count))


def _unreferenced(now: datetime, survey: strays.Survey) -> Finding:
    late = now - sweep.GRACE - LATE
    old = [sha256 for sha256 in survey.older_than(late) if _is_stray(sha256)]
    due = sweep.unreferenced().filter(unreferenced_since__lt=late).order_by("pk")
    return Finding(
        "unreferenced",
        "nothing in storage is without a like for longer than its day of grace",
        REMEDY,
        len(old) + due.count(),
        [*old, *due.values_list("pk", flat=True)[:SHOWN]][:SHOWN],
        f"{survey.objects:,} objects",
    )


def _temporary(now: datetime) -> Finding:
    old = [path.name for path in leftovers.older_than(now - leftovers.LIFE - LATE)]
    return Finding("temporary", "no temporary file is left over", REMEDY, len(old), old[:SHOWN])


def _notes(now: datetime, survey: strays.Survey, failed: int) -> Iterator[str]:
    marked = sweep.unreferenced().count()
    young = len(list(leftovers.older_than(now + timedelta(days=1))))
    waiting = max(0, marked + len(survey.strays) - failed)
    if waiting:
        yield f"{waiting:,} stored files have no like; the sweep removes them after a day."
    if young:
        yield f"{young:,} temporary files are there, as while something is being fetched."
    if survey.foreign:
        yield f"{survey.foreign:,} objects in storage have names that are not ours; they stay."


def _is_stray(sha256: str) -> bool:
    """Once more: the sweep may have removed it between our listing and our look at the rows."""
    blob = Blob(sha256=sha256)
    return not Blob.objects.filter(pk=sha256).exists() and default_storage.exists(blob.key)
