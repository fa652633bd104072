"""Small previews of stored pictures, made off the path of the harvest."""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet

from archive import media
from archive.media import storage_errors
from archive.models import Blob
from harvester.getting import decoder
from providers.crashpoints import crashpoint
from providers.errors import ProviderError

logger = logging.getLogger(__name__)

WIDTHS = (320, 960)


def make(seconds: float = 60.0) -> bool:
    """Make previews, newest picture first, for `seconds`; True when some are still missing.

    Safe to repeat and to run twice at once: each picture is locked while it is worked on.
    """
    ends = time.monotonic() + seconds
    settings.TEMPORARY.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        while time.monotonic() < ends:
            if not _make_one():
                return False
    except storage_errors() as exc:
        # Nobody's fault: whatever waits is still waiting when the next tick looks.
        logger.warning("previews wait for the storage error=%s", type(exc).__name__)
        return False
    return True


def missing() -> bool:
    """Whether a picture waits for its previews."""
    return waiting().exists()


def waiting() -> QuerySet[Blob]:
    """Pictures without previews; what nobody refers to may be on its way out."""
    # `previews=None` would ask for a JSON null, which nobody ever wrote.
    return Blob.objects.filter(previews__isnull=True, unreferenced_since=None)


def _make_one() -> bool:
    with transaction.atomic():
        oldest_last = waiting().order_by("-stored_at")
        blob = oldest_last.select_for_update(skip_locked=True, no_key=True).first()
        if blob is None:
            return False
        blob.previews = _previews(blob)
        blob.save(update_fields=["previews"])
    return True


def _previews(blob: Blob) -> list[int]:
    """The widths that could be made: none for a video, or for what cannot be read back."""
    if not blob.content_type.startswith("image/"):
        return []
    folder = Path(tempfile.mkdtemp(dir=settings.TEMPORARY))
    try:
        return _made(blob, folder)
    except (ProviderError, FileNotFoundError) as exc:
        logger.warning("no previews blob=%s error=%s", blob, type(exc).__name__)
        return []
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _made(blob: Blob, folder: Path) -> list[int]:
    original = folder / "original"
    with default_storage.open(blob.key) as stored, original.open("wb") as file:
        shutil.copyfileobj(stored, file)
    previews = decoder().preview(original, blob.content_type, WIDTHS, folder)
    for preview in previews:
        media.publish(preview.path, blob.preview_key(preview.width), is_settled=True)
        crashpoint("preview.half")
    return [preview.width for preview in previews]
