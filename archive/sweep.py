"""Removing what nobody refers to: never in the pass that finds it, never on doubt.

What is found unreferenced is marked; what is still unreferenced a day later, looked at once
more under its row's lock, is removed with its bytes. Whoever is about to refer to it starts
the day anew (`media.known`).
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from archive import leftovers, strays
from archive.media import storage_errors
from archive.models import Blob, MediaItem
from providers.crashpoints import crashpoint

logger = logging.getLogger(__name__)

GRACE = timedelta(hours=24)
EVERY = timedelta(hours=1)
SAMPLE = 20
# Of one run, so that none takes long.
MOST_LISTED, MOST_REMOVED = 200_000, 5_000
# So many strays, and so great a part of what is stored, are no accident of a worker.
MANY_STRAYS, STRAY_PART = 50, 0.25
_DIGITS = "0123456789abcdef"
_REFERENCED = Exists(MediaItem.objects.filter(blob=OuterRef("pk")))


class SweepRefused(Exception):
    """The storage cannot be what our rows are about, or cannot be read: nothing was removed."""


@dataclass(slots=True)
class Swept:
    """What a run did. `left`: there is more to do, the next run goes on."""

    temporary: int = 0
    adopted: int = 0
    marked: int = 0
    cleared: int = 0
    removed: int = 0
    removed_bytes: int = 0
    left: bool = False


def run(now: datetime) -> Swept:
    """Sweep once; SweepRefused, and then nothing was touched.

    Safe to repeat and to run twice at once. `now` is the time of the run; a time to come may
    be given only while nobody downloads, for who is about to refer counts from today.
    """
    found = _surveyed(now)
    swept = Swept(left=not found.is_whole)
    for path in leftovers.older_than(now - leftovers.LIFE):
        leftovers.remove(path)
        swept.temporary += 1
    swept.adopted = strays.adopt(found.strays.values(), now)
    swept.marked, swept.cleared = _mark(now), _clear()
    crashpoint("sweep.marked")
    _remove_due(now, swept)
    logger.info("swept %s", swept)
    return swept


def referenced() -> QuerySet[Blob]:
    """Bytes that some medium refers to."""
    return Blob.objects.filter(_REFERENCED)


def unreferenced() -> QuerySet[Blob]:
    """Bytes that no medium refers to."""
    return Blob.objects.filter(~_REFERENCED)


def _surveyed(now: datetime) -> strays.Survey:
    """What is stored, with the strays that are old enough; SweepRefused."""
    hour = int(now.timestamp() // EVERY.total_seconds())
    try:
        _look_for_sample()
        found = strays.survey(most=MOST_LISTED, begin=hour * 97 % 256)
    except storage_errors() as exc:
        raise SweepRefused("The storage cannot be read.") from exc
    found.strays = found.older_than(now - leftovers.LIFE)
    if len(found.strays) > max(MANY_STRAYS, STRAY_PART * found.objects):
        raise SweepRefused("The storage holds mostly what this database does not know.")
    return found


def _look_for_sample() -> None:
    """SweepRefused when there should be bytes, and none of some we look for are there."""
    rows = referenced().order_by("pk")
    somewhere = rows.filter(pk__gte=secrets.token_hex(32))
    sample = [*somewhere[:SAMPLE], *rows[:SAMPLE]][:SAMPLE]
    if sample and not any(default_storage.exists(blob.key) for blob in sample):
        raise SweepRefused("The storage holds nothing of what this database refers to.")


def _mark(now: datetime) -> int:
    """Note since when nobody refers to some bytes; a part at a time, so that none waits long."""
    return sum(
        unreferenced()
        .filter(unreferenced_since=None, pk__startswith=digit)
        .update(unreferenced_since=now)
        for digit in _DIGITS
    )


def _clear() -> int:
    """What is referred to again is not marked."""
    return referenced().exclude(unreferenced_since=None).update(unreferenced_since=None)


def _remove_due(now: datetime, swept: Swept) -> None:
    due = unreferenced().filter(unreferenced_since__lte=now - GRACE).order_by("pk")
    ids = list(due.values_list("pk", flat=True)[: MOST_REMOVED + 1])
    swept.left |= len(ids) > MOST_REMOVED
    for sha256 in ids[:MOST_REMOVED]:
        try:
            size_bytes = remove(sha256, now)
        except storage_errors() as exc:
            logger.warning("sweep stopped by the storage error=%s", type(exc).__name__)
            swept.left = True
            return
        if size_bytes is not None:
            swept.removed += 1
            swept.removed_bytes += size_bytes


def remove(sha256: str, now: datetime) -> int | None:
    """Remove bytes and row in one commit; None when somebody wants them by now."""
    due = Blob.objects.filter(pk=sha256, unreferenced_since__lte=now - GRACE)
    with transaction.atomic():
        blob = due.select_for_update(skip_locked=True).first()
        # A statement of its own: what the first one saw is older than its lock.
        if blob is None or MediaItem.objects.filter(blob=blob).exists():
            return None
        keys = [blob.key, *(blob.preview_key(width) for width in blob.previews or ())]
        Blob.objects.filter(pk=sha256).delete()
        for key in keys:
            default_storage.delete(key)
            crashpoint("sweep.half")
        crashpoint("sweep.emptied")
    return blob.size_bytes
