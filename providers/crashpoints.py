"""Named moments at which a process can be made to die, so that tests see what the next one finds.

A developer's lever, off unless CRASH_AT says otherwise:

- `CRASH_AT=page.stored:2,media.put:1`: this process dies at its second pass of the one point, or
  its first of the other.
- `CRASH_AT=/some/folder`: the first process that passes a point after which a file in the folder is
  called takes the file away and dies. Whoever writes these files chooses when.

Death is SIGKILL: nothing is tidied up, nothing is said. It stands on the ground floor because
every floor has such moments; it knows none of them.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

POINTS: Mapping[str, str] = MappingProxyType(
    {
        # Signing in
        "signin.exchanged": "the service has spent its code and given a grant; no row has it",
        "signin.kept": "person and connection are committed; the browser has no session of theirs",
        # Beginning
        "connection.adopted": "feeds and schedules of a connection are there; no visit is open",
        "visit.opened": "a visit that somebody asked for is committed; nobody has rung for it",
        "visits.opened": "a batch of visits that were due is committed; nobody has rung for them",
        "tick.half": "due visits are open; none was marked as rung for",
        "tick.marked": "visits are marked as rung for; no bell has rung",
        "visit.taken": "the lease is committed; nothing was asked for",
        # A page
        "page.asked": "the lease is held; the request for the next page is not sent",
        "page.fetched": "the service has answered; nothing of the page is written",
        "page.likes": "likes are upserted in the open transaction; their places are not",
        "page.rows": "all rows of the page are written in the open transaction; the cursor is old",
        "page.unsaved": "rows and cursor are written in the open transaction; it is not committed",
        "page.stored": "the page is committed; nobody has rung for its pictures",
        # The end of a visit
        "visit.proven": "what the visit proves is written; its own row still says it is under way",
        "visit.released": "the slice is over, the lease given back; nobody has rung for the next",
        # Pictures
        "media.claimed": "a batch is claimed in a commit; none of it was asked for",
        "media.fetched": "bytes are in a temporary file; nobody has looked at them",
        "media.verified": "bytes are proven; storage has none of them",
        "media.half": "storage has a part of a temporary file; the key is not there",
        "media.put": "storage has the bytes under their key; no row refers to them",
        "media.unsaved": "the reference is written in the open transaction; it is not committed",
        "media.referred": "the reference is committed; the temporary file and the claim remain",
        "preview.half": "storage has one preview; the row says that there is none",
        # Taking along, putting away
        "export.half": "a part of the file is written",
        "export.written": "all of the file is written beside its place; it has not its name",
        "sweep.marked": "what nobody refers to is marked; nothing is removed",
        "sweep.half": "the row is deleted in the open transaction, and one of its keys is",
        "sweep.emptied": "all keys are deleted; the transaction that deletes the row is open",
        # Files that people bring
        "upload.stored": "an upload is in storage; no row knows of it",
        "import.rows": "rows of a file are kept in the open transaction; its place is old",
        "import.kept": "rows and place are committed; more follow",
        "import.ordered": "all rows are in order; the import does not say that it is over",
        "upload.read": "the import is over; its upload is still in storage",
    }
)


class _Lever(Protocol):
    def is_due(self, name: str) -> bool:
        """Whether whoever passes the point now is to die."""


class _Counts:
    """`name:count` for this process alone, whose threads pass in a row."""

    def __init__(self, told: str) -> None:
        self._left: dict[str, int] = {}
        self._lock = threading.Lock()
        for word in told.split(","):
            name, _, count = word.strip().partition(":")
            self._left[_known(name)] = int(count or 1)

    def is_due(self, name: str) -> bool:
        if name not in self._left:
            return False
        with self._lock:
            self._left[name] -= 1
            return self._left[name] == 0


class _Folder:
    """Files named after points; of all who pass, in whatever process, one takes the file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def is_due(self, name: str) -> bool:
        try:
            (self._folder / name).unlink()
        except FileNotFoundError:
            return False
        return True


def _known(name: str) -> str:
    if name not in POINTS:
        raise ValueError(f"CRASH_AT: there is no point {name!r}")
    return name


def _lever(told: str) -> _Lever | None:
    if not told:
        return None
    return _Folder(Path(told)) if told.startswith("/") else _Counts(told)


_set = _lever(os.environ.get("CRASH_AT", ""))


def crashpoint(name: str) -> None:
    """Die here when CRASH_AT says so; else nothing, at the price of one comparison."""
    if _set is not None and _set.is_due(name):
        os.kill(os.getpid(), signal.SIGKILL)
