"""Whether the kept bytes are there and whole: every one of them is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.core.files.storage import default_storage
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat

from archive import inventory, sweep
from archive.finding import SHOWN, Finding
from archive.models import Blob

PAGE = 500
READERS = 8
_REMEDY = (
    "In the admin, choose these among the blobs and “Fetch damaged bytes again”, "
    "or put the files back from a backup."
)


@dataclass(slots=True)
class _Read:
    """What reading has shown so far."""

    files: int = 0
    size_bytes: int = 0
    damaged: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)


def whole(progress: Callable[[int], object]) -> list[Finding]:
    """Is every referenced file there with its hash and size; are its previews there.

    `progress` is told bytes as they were read. `storage_errors` when the storage cannot be read.
    """
    read = _Read()
    with ThreadPoolExecutor(READERS) as pool:
        for page in _pages():
            _look(page, list(pool.map(is_whole, page)), list(pool.map(has_previews, page)), read)
            progress(sum(blob.size_bytes for blob in page))
    looked = f"{read.files:,} files, {filesizeformat(read.size_bytes)}"
    return [
        _finding("bytes", "every kept picture and video is there, whole", read.damaged, looked),
        _finding("previews", "every preview is there", read.bare),
    ]


def size_bytes() -> int:
    """How many bytes there are to read."""
    total: int | None = sweep.referenced().aggregate(total=Sum("size_bytes"))["total"]
    return total or 0


def is_whole(blob: Blob) -> bool:
    """Whether the bytes in storage are those of `blob`."""
    try:
        return inventory.digest(blob.key) == (blob.sha256, blob.size_bytes)
    except FileNotFoundError:
        return False


def has_previews(blob: Blob) -> bool:
    """Whether every preview that was made is there."""
    return all(default_storage.exists(blob.preview_key(width)) for width in blob.previews or ())


def _look(page: list[Blob], wholes: list[bool], haves: list[bool], read: _Read) -> None:
    read.files += len(page)
    read.size_bytes += sum(blob.size_bytes for blob in page)
    read.damaged += _still(blob for blob, good in zip(page, wholes, strict=True) if not good)
    read.bare += _still(blob for blob, good in zip(page, haves, strict=True) if not good)


def _still(blobs: Iterable[Blob]) -> list[str]:
    """Those that are referred to now: the sweep may have taken others while we read."""
    ids = [blob.pk for blob in blobs]
    return list(sweep.referenced().filter(pk__in=ids).values_list("pk", flat=True)) if ids else []


def _pages() -> Iterator[list[Blob]]:
    last = ""
    while page := list(sweep.referenced().filter(pk__gt=last).order_by("pk")[:PAGE]):
        yield page
        last = page[-1].pk


def _finding(name: str, rule: str, broken: list[str], looked: str = "") -> Finding:
    return Finding(name, rule, _REMEDY, len(broken), sorted(broken)[:SHOWN], looked)
