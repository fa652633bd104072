"""Bytes before reference: publish verified bytes, then say in one commit whose they are."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from archive.models import Blob, MediaItem
from providers.decoder import Seen
from providers.fetch import Fetched

# What a storage that is down, full or refusing raises.
STORAGE_ERRORS = (OSError, BotoCoreError, Boto3Error, ClientError)


@dataclass(frozen=True, slots=True)
class Verified:
    """A medium whose bytes were fetched, decoded and are in storage under their hash."""

    item: MediaItem
    fetched: Fetched
    seen: Seen


def known(hashes: Collection[str]) -> set[str]:
    """Which of these bytes are in storage already; from now on the sweep leaves them alone.

    Waits for a sweep that is just removing one, and then does not name it.
    """
    blobs = Blob.objects.filter(sha256__in=hashes)
    with transaction.atomic():
        here = set(
            blobs.select_for_update(no_key=True).order_by("sha256").values_list("sha256", flat=True)
        )
        blobs.exclude(unreferenced_since=None).update(unreferenced_since=None)
    return here


def publish(path: Path, key: str) -> None:
    """Put a file into storage under `key`, whole or not at all; STORAGE_ERRORS.

    Safe to repeat. Until it is referred to, nobody knows of it.
    """
    with path.open("rb") as file:
        default_storage.save(key, File(file))


def refer(claim: uuid.UUID, stored: Sequence[Verified]) -> int:
    """Refer to published bytes, in one commit; return how many media are stored now.

    Only media still under `claim` are touched: who lost it writes nothing.
    """
    rows = {verified.fetched.sha256: _blob(verified) for verified in stored}
    with transaction.atomic():
        Blob.objects.bulk_create([rows[sha256] for sha256 in sorted(rows)], ignore_conflicts=True)
        return sum(_refer_one(claim, verified) for verified in stored)


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


def _refer_one(claim: uuid.UUID, verified: Verified) -> int:
    mine = MediaItem.objects.wanted().filter(pk=verified.item.pk, claim=claim)
    return mine.update(
        state=MediaItem.State.STORED,
        blob=verified.fetched.sha256,
        claim=None,
        claimed_until=None,
        not_before=None,
        gone_at=None,
        trouble="",
    )
