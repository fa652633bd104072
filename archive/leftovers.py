"""Temporary files that nobody is writing any more: their worker died."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage

from archive.storage import Files

# No download and no preview takes as long.
LIFE = timedelta(hours=1)


def older_than(moment: datetime) -> Iterator[Path]:
    """Files and folders of this machine that were touched last before `moment`."""
    for folder in _folders():
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            touched = _touched(path)
            if touched is not None and touched < moment:
                yield path


def remove(path: Path) -> None:
    """Away with it; harmless when it is gone already."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _folders() -> list[Path]:
    folders = [Path(settings.TEMPORARY)]
    if isinstance(default_storage, Files):
        folders.append(Path(default_storage.path(Files.TEMPORARY)))
    return folders


def _touched(path: Path) -> datetime | None:
    """The newest change of a file, or of anything in a folder."""
    try:
        inside = path.iterdir() if path.is_dir() and not path.is_symlink() else ()
        newest = max(entry.lstat().st_mtime for entry in (path, *inside))
    except FileNotFoundError:
        return None
    return datetime.fromtimestamp(newest, UTC)
