"""What nobody needs any more: uploads that were read or given up, and rows of old imports."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.core.files.storage import default_storage
from django.db.models import Exists, F, OuterRef, Window
from django.db.models.functions import Now, RowNumber

from archive import inventory, leftovers, media, verify_storage
from archive.finding import SHOWN, Finding
from archive.media import storage_errors
from harvester.models import Import, ImportRow
from providers.crashpoints import crashpoint

logger = logging.getLogger(__name__)

FOLDER = "uploads"
_CHUNK = 500
# Reports that a person can read row by row: as many as their page lists.
REPORTS = 50
_ROWS = 10_000


def store(path: Path) -> str:
    """Put an upload into storage; its key. `storage_errors`. Without a row it is swept."""
    key = f"{FOLDER}/{uuid.uuid4().hex}"
    media.publish(path, key)
    return key


def forget(import_id: int) -> None:
    """Remove the upload of an import that is over; what fails here, the sweep does again."""
    over = Import.objects.filter(pk=import_id, finished_at__lte=Now()).exclude(key="")
    row = over.first()
    if row is None:
        return
    crashpoint("upload.read")
    try:
        default_storage.delete(row.key)
    except storage_errors() as exc:
        logger.warning("upload stays import=%s error=%s", import_id, type(exc).__name__)
        return
    over.update(key="")


def older_than(moment: datetime) -> Iterator[str]:
    """Keys of uploads written before `moment` that no import under way needs; `storage_errors`."""
    old = [found.key for found in inventory.objects(FOLDER) if found.written_at < moment]
    for at in range(0, len(old), _CHUNK):
        some = old[at : at + _CHUNK]
        # After the listing: whoever has written a row since is seen.
        needed = set(Import.objects.live().filter(key__in=some).values_list("key", flat=True))
        yield from (key for key in some if key not in needed)


def sweep(now: datetime) -> int:
    """Remove loose uploads; how many. Safe to repeat and to run twice at once."""
    removed = 0
    try:
        for key in older_than(now - leftovers.LIFE):
            default_storage.delete(key)
            Import.objects.filter(key=key).exclude(finished_at=None).update(key="")
            removed += 1
    except storage_errors() as exc:
        logger.warning("uploads not swept error=%s", type(exc).__name__)
    return removed


def put_away() -> int:
    """Remove the rows of all but everybody's newest imports; how many. Counts stay."""
    removed = 0
    place = Window(RowNumber(), partition_by=F("user"), order_by=F("pk").desc())
    older = Import.objects.annotate(place=place).filter(place__gt=REPORTS)
    for import_id in list(older.values_list("pk", flat=True)):
        removed += _put_away(import_id)
    return removed


def _put_away(import_id: int) -> int:
    """Those of one import that is over, some in a commit."""
    over = Import.objects.filter(pk=OuterRef("file"), finished_at__isnull=False)
    rows = ImportRow.objects.filter(Exists(over), file=import_id)
    removed = 0
    while some := list(rows.values_list("pk", flat=True)[:_ROWS]):
        removed += ImportRow.objects.filter(pk__in=some).delete()[0]
    return removed


def finding(now: datetime) -> Finding:
    """Whether an upload lies there longer than the sweep should let it; `storage_errors`."""
    late = now - leftovers.LIFE - verify_storage.LATE
    found = list(older_than(late))
    return Finding(
        "uploads",
        "no upload is kept after its import",
        verify_storage.REMEDY,
        len(found),
        found[:SHOWN],
    )
