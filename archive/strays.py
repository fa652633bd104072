"""Objects in storage that no row knows: a worker died between its bytes and its commit.

They get a row that says since when nobody refers to them, and go the way of all such rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from archive import inventory
from archive.inventory import Stored
from archive.models import Blob

CHUNK = 1_000
_NAME = re.compile(
    r"(?:blobs|previews)/([0-9a-f]{2})/([0-9a-f]{2})/(\1\2[0-9a-f]{60})(?:-(\d{1,5})\.webp)?\Z"
)


@dataclass(slots=True)
class Stray:
    """What is stored for a hash that has no row: the bytes, previews, or both."""

    sha256: str
    size_bytes: int = 0
    widths: list[int] = field(default_factory=list)
    written_at: datetime | None = None

    def add(self, found: Stored, width: str | None) -> None:
        """One more of its objects; the newest says how old it is."""
        if width:
            self.widths.append(int(width))
        else:
            self.size_bytes = found.size_bytes
        self.written_at = max(self.written_at or found.written_at, found.written_at)


@dataclass(slots=True)
class Survey:
    """What a listing met: objects in all, strays by hash, and names that are not ours."""

    objects: int = 0
    strays: dict[str, Stray] = field(default_factory=dict)
    foreign: int = 0
    is_whole: bool = True

    def older_than(self, moment: datetime) -> dict[str, Stray]:
        """Strays of which nothing was written since `moment`."""
        return {
            sha256: stray
            for sha256, stray in self.strays.items()
            if stray.written_at is not None and stray.written_at < moment
        }


def survey(*, most: int | None = None, begin: int = 0) -> Survey:
    """List the storage, or `most` objects of each folder, once around from hash byte `begin` on.

    Beginning somewhere else each time reaches all in the end. `storage_errors` when a listing
    fails.
    """
    met = Survey()
    for folder in ("previews", "blobs"):
        listing = _around(folder, begin)
        within = listing if most is None else islice(listing, most)
        while chunk := list(islice(within, CHUNK)):
            _look(chunk, met)
        met.is_whole &= next(listing, None) is None
    return met


def adopt(strays: Iterable[Stray], now: datetime) -> int:
    """Rows for strays, marked as of `now`; how many. Nobody trusts bytes behind a marked row."""
    rows = [
        Blob(
            sha256=stray.sha256,
            size_bytes=stray.size_bytes,
            previews=sorted(stray.widths) or None,
            unreferenced_since=now,
        )
        for stray in strays
    ]
    Blob.objects.bulk_create(rows, ignore_conflicts=True, batch_size=CHUNK)
    return len(rows)


def _around(folder: str, begin: int) -> Iterator[Stored]:
    # Not the folder's own name: some servers would leave out what is inside.
    start = f"{folder}/{begin - 1:02x}~" if begin else ""
    yield from inventory.objects(folder, after=start)
    for found in inventory.objects(folder) if begin else ():
        if found.key > start:
            return
        yield found


def _look(chunk: list[Stored], met: Survey) -> None:
    names = [(found, _NAME.match(found.key)) for found in chunk]
    ours = [(found, match[3], match[4]) for found, match in names if match]
    met.objects += len(chunk)
    met.foreign += len(chunk) - len(ours)
    # After the listing: an object without a row may have got one since.
    rows = Blob.objects.filter(sha256__in={sha256 for _, sha256, _ in ours})
    known = set(rows.values_list("sha256", flat=True))
    for found, sha256, width in ours:
        if sha256 not in known:
            met.strays.setdefault(sha256, Stray(sha256)).add(found, width)
