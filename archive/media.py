"""Bytes before reference: publish verified bytes, then say in one commit whose they are."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.clash import retried
from archive.models import Blob, MediaItem
from archive.storage import Settled
from providers.crashpoints import crashpoint
from providers.decoder import Seen
from providers.fetch import Fetched

# What looking at the bytes says of them, and that somebody refers to them now.
SEEN = (
    *("size_bytes", "content_type", "width", "height", "duration", "colour"),
    "unreferenced_since",
)
_REFER = """
UPDATE archive_mediaitem AS item
   SET state = 'stored', blob_id = got.hash, source_url = got.address, is_copy = got.is_copy,
       claim = NULL, claimed_until = NULL, not_before = NULL, gone_at = NULL, trouble = ''
  FROM unnest(%(items)s::bigint[], %(addresses)s::text[], %(hashes)s::text[], %(copies)s::boolean[])
       AS got(id, address, hash, is_copy)
 WHERE item.id = got.id AND item.claim = %(claim)s AND item.state = 'wanted'
"""


@dataclass(frozen=True, slots=True)
class Verified:
    """A medium whose bytes were fetched, decoded and are in storage under their hash."""

    item: MediaItem
    fetched: Fetched
    seen: Seen
    is_copy: bool = False


def storage_errors() -> tuple[type[Exception], ...]:
    """What a storage that is down, full or refusing raises.

    boto3 is named only where it is in use: importing it takes longer than reading a page.
    """
    if "botocore" not in sys.modules:
        return (OSError,)
    boto3, botocore = import_module("boto3.exceptions"), import_module("botocore.exceptions")
    return (OSError, boto3.Boto3Error, botocore.BotoCoreError, botocore.ClientError)


def known(hashes: Collection[str]) -> set[str]:
    """Which of these bytes are in storage for certain; the others are to be published.

    What the sweep has marked is not named: a sweep that died may have removed the bytes and
    kept the row. Its day of grace begins anew, so that nothing is removed before `refer`.
    Waits for a sweep that is just removing one.
    """
    if not hashes:
        return set()
    blobs = Blob.objects.filter(sha256__in=hashes)
    with transaction.atomic():
        locked = blobs.select_for_update(no_key=True).order_by("sha256")
        here = dict(locked.values_list("sha256", "unreferenced_since"))
        if any(here.values()):
            marked = blobs.exclude(unreferenced_since=None)
            marked.update(unreferenced_since=Now(), previews=None)
    return {sha256 for sha256, since in here.items() if since is None}


def publish(path: Path, key: str, *, is_settled: bool = False) -> None:
    """Put a file into storage under `key`, whole or not at all; `storage_errors`.

    Safe to repeat. Until it is referred to, nobody knows of it. `is_settled`: it is ours and is
    not written to any more, so that the storage may keep the very file.
    """
    kind = Settled if is_settled else File
    with path.open("rb") as file:
        default_storage.save(key, kind(file))


@retried
def refer(claim: uuid.UUID, stored: Sequence[Verified]) -> int:
    """Refer to published bytes, in one commit; return how many media are stored now.

    Only media still under `claim` are touched: who lost it writes nothing.
    """
    if not stored:
        return 0
    rows = {verified.fetched.sha256: _blob(verified) for verified in stored}
    with transaction.atomic():
        Blob.objects.bulk_create(
            [rows[sha256] for sha256 in sorted(rows)],
            update_conflicts=True,
            unique_fields=["sha256"],
            update_fields=SEEN,
        )
        count = _refer_all(claim, stored)
        crashpoint("media.unsaved")
    return count


def _blob(verified: Verified) -> Blob:
    fetched, seen = verified.fetched, verified.seen
    return Blob(
        sha256=fetched.sha256,
        size_bytes=fetched.size_bytes,
        content_type=fetched.content_type,
        width=seen.width,
        height=seen.height,
        duration=seen.duration,
        colour=seen.colour,
    )


def _refer_all(claim: uuid.UUID, stored: Sequence[Verified]) -> int:
    """One statement for all: one for each takes as long as fetching them."""
    with connection.cursor() as cursor:
        cursor.execute(
            _REFER,
            {
                "claim": claim,
                "items": [verified.item.pk for verified in stored],
                # What signed the address has done its work.
                "addresses": [v.item.source_url.partition("?")[0] for v in stored],
                "hashes": [verified.fetched.sha256 for verified in stored],
                "copies": [verified.is_copy for verified in stored],
            },
        )
        return int(cursor.rowcount)
