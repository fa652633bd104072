"""Reading files of this machine in the foreground, for somebody who waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import transaction

from accounts.models import User
from harvester.imports import lease
from harvester.imports.doors import Opened
from harvester.imports.lease import WORDS, Held
from harvester.imports.pictures import Folder, read_folder
from harvester.imports.reading import Upto, read_export
from harvester.imports.receiving import called
from harvester.lease import LostLease, heartbeat
from harvester.models import Import
from providers.errors import BadExport


def read(user: User, path: Path, opened: Opened, upto: Upto) -> Import:
    """Keep what an export holds; the import as it ended. The file stays where it is."""
    with _held(user, path, path.stat().st_size) as held:
        read_export(held, opened, upto)
    return Import.objects.get(pk=held.import_id)


def look_through(user: User, path: Path, folder: Folder, upto: Upto) -> Import:
    """Give the pictures of a folder to the likes they belong to; the import as it ended."""
    with _held(user, path, 0) as held:
        read_folder(held, folder, upto)
    return Import.objects.get(pk=held.import_id)


def note_failure(user: User, path: Path, error: BadExport) -> Import:
    """Write down that a file could not be read, so that its person's page says so."""
    with transaction.atomic():
        held = _begun(user, path, 0)
        held.fail(error.code, error.words)
    return Import.objects.get(pk=held.import_id)


@contextmanager
def _held(user: User, path: Path, size: int) -> Iterator[Held]:
    """An import that is over when the block is, however that ends; only a kill leaves it open."""
    with transaction.atomic():
        held = _begun(user, path, size)
    try:
        with heartbeat(held):
            yield held
    except LostLease:
        return
    except BadExport as exc:
        held.fail(exc.code, exc.words)
    except BaseException:
        held.fail("broken_off", WORDS["broken_off"])
        raise


def _begun(user: User, path: Path, size: int) -> Held:
    row = Import.objects.create(user=user, name=called(path.name), size_bytes=size)
    return lease.own(row)
