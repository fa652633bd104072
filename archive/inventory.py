"""What is in object storage, whatever the rows say."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage

PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """An object with its key, size and the time it was written."""

    key: str
    size_bytes: int
    written_at: datetime


def objects(folder: str, *, after: str = "") -> Iterator[Stored]:
    """What is stored under `folder` beyond `after`, by key. `after` is not a folder's name.

    `storage_errors` when a listing fails: then nothing may be concluded from what came before.
    """
    bucket: Any = getattr(default_storage, "bucket", None)
    if bucket is None:
        root = Path(default_storage.path(""))
        return _on_disk(root / folder, root, after)
    return _in_bucket(bucket, folder, after)


def digest(key: str) -> tuple[str, int]:
    """SHA-256 and size of stored bytes; FileNotFoundError, `storage_errors`."""
    seen, size = hashlib.sha256(), 0
    for piece in pieces(key):
        seen.update(piece)
        size += len(piece)
    return seen.hexdigest(), size


def _in_bucket(bucket: Any, folder: str, after: str) -> Iterator[Stored]:
    for found in bucket.objects.filter(Prefix=f"{folder}/", Marker=after):
        yield Stored(found.key, found.size, found.last_modified)


def _on_disk(folder: Path, root: Path, after: str) -> Iterator[Stored]:
    for entry in _inside(folder):
        key = Path(entry.path).relative_to(root).as_posix()
        if entry.is_dir(follow_symlinks=False):
            # Inside are keys that begin with this folder's; "0" follows "/".
            if after < f"{key}0":
                yield from _on_disk(Path(entry.path), root, after)
        elif key > after and (stat := _stat(entry)) is not None:
            yield Stored(key, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))


def _inside(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return []


def _stat(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None


def pieces(key: str) -> Iterable[bytes]:
    """Stored bytes, a piece at a time; FileNotFoundError, `storage_errors`."""
    bucket: Any = getattr(default_storage, "bucket", None)
    if bucket is None:
        with default_storage.open(key) as file:
            yield from file.chunks(PIECE)
        return
    try:
        yield from bucket.Object(key).get()["Body"].iter_chunks(PIECE)
    except bucket.meta.client.exceptions.NoSuchKey as exc:
        raise FileNotFoundError(key) from exc
