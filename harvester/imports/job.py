"""Reading an upload: brought to this machine, told what it is, kept, and removed."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from archive import inventory
from archive.media import storage_errors
from harvester.imports import doors, lease, loose, unpack
from harvester.imports.lease import WORDS, Held
from harvester.imports.pictures import Folder, read_folder
from harvester.imports.reading import Upto, read_export
from harvester.lease import LostLease, heartbeat
from harvester.models import Import
from providers.errors import BadExport

logger = logging.getLogger(__name__)

# Longer than anybody's likes take; well below the hard limit of a task.
SECONDS = 240.0


def run(import_id: int, upto: Upto, *, cut_off: type[Exception] = TimeoutError) -> bool:
    """Read an upload for a while; True when there is more to do, now.

    A second delivery finds the lease taken and does nothing. Safe to kill and to repeat.
    `cut_off` is what whoever runs it raises when it takes too long.
    """
    held = lease.take(import_id)
    if held is None:
        loose.forget(import_id)
        return False
    try:
        with heartbeat(held):
            left = _read(held, Import.objects.get(pk=import_id), upto)
    except LostLease:
        logger.info("import lost import=%s", import_id)
        return False
    except storage_errors() as exc:
        logger.warning("import waits import=%s error=%s", import_id, type(exc).__name__)
        held.wait()
        left = False
    except cut_off:
        # Whoever took it up again would run into the same limit.
        logger.warning("import took too long import=%s", import_id)
        lease.give_up(held, "too_long")
        left = False
    if left:
        held.release()
    loose.forget(import_id)
    return left


def read_file(held: Held, path: Path, name: str, upto: Upto) -> bool:
    """Read a file as what it is; True when some is left. LostLease, `storage_errors`, BadExport."""
    try:
        with doors.opened(path, name) as opened:
            return read_export(held, opened, upto)
    except BadExport as exc:
        if exc.code != doors.NO_LISTS or not unpack.holds_pictures(path):
            raise
        return _read_pictures(held, path, exc, upto)


def _read(held: Held, row: Import, upto: Upto) -> bool:
    try:
        with _brought(row.key) as path:
            return read_file(held, path, row.name, upto)
    except BadExport as exc:
        held.fail(exc.code, exc.words)
    except FileNotFoundError:
        held.fail("upload_lost", WORDS["upload_lost"])
    return False


def _read_pictures(held: Held, path: Path, told: BadExport, upto: Upto) -> bool:
    """Read a zip of pictures; when none of them tells its post, it is no such thing."""
    with _room() as into:
        unpacked = unpack.unpack(path, into)
        folder = Folder(into, unpacked.names, unpacked.skipped)
        if not folder.tells_anything():
            raise told
        return read_folder(held, folder, upto)


@contextmanager
def _brought(key: str) -> Iterator[Path]:
    """The bytes of an upload in a file of this machine; FileNotFoundError."""
    with _room() as folder:
        path = folder / "upload"
        with path.open("wb") as file:
            for piece in inventory.pieces(key):
                file.write(piece)
        yield path


@contextmanager
def _room() -> Iterator[Path]:
    """A private folder that is gone afterwards."""
    settings.TEMPORARY.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="import-", dir=settings.TEMPORARY))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
