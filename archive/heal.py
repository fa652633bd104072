"""Bytes that were damaged behind our back: forget them, and want their media again."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from archive import verify_bytes
from archive.models import Blob, MediaItem


def heal(blob: Blob) -> int:
    """Want everything again that refers to damaged bytes; how many media. Safe to repeat.

    0 where the bytes are whole: those are read first, so that nothing good is given up; their
    missing previews are made again. `storage_errors` when they cannot be read.
    """
    if verify_bytes.is_whole(blob):
        if not verify_bytes.has_previews(blob):
            Blob.objects.filter(pk=blob.pk).update(previews=None)
        return 0
    with transaction.atomic():
        # Marked, so that nobody believes that the bytes are there.
        Blob.objects.filter(pk=blob.pk).update(unreferenced_since=Now(), previews=None)
        return MediaItem.objects.filter(blob=blob).update(
            state=MediaItem.State.WANTED,
            blob=None,
            attempts=0,
            deaths=0,
            not_before=None,
            gone_at=None,
            trouble="damaged",
        )
