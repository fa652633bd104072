"""What a person gave us: a zip, a folder or a single file, and the few members that are ours.

Members are chosen by name before any of them is opened; the others never are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from stat import S_ISREG

from providers import zips
from providers.instagram.export.names import (
    ORDER,
    Kind,
    basename,
    in_order,
    is_page,
    kind_of,
    kind_of_single,
)
from providers.instagram.export.refusals import refused

FILE_BYTES = 2 * 1024**3
MEMBER_BYTES = 256 * 1024**2
ALL_BYTES = 1024**3
MOST_RATIO = 100
_ZIP_MARKS = (b"PK\3\4", b"PK\5\6")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Member:
    """One file that is ours to read; `chunks` gives its bytes, from the start each time."""

    name: str
    kind: Kind
    is_page: bool
    chunks: Callable[[], Iterator[bytes]]
    mark: int = 0


@dataclass(frozen=True, slots=True)
class Contents:
    """The members of an export in the order of their rows, and what else was seen by name."""

    lists: tuple[Member, ...] = ()
    account: Member | None = None
    says_nothing: bool = False
    holds_zips: bool = False


def opened(path: Path, name: str) -> Contents:
    """What there is at `path`, which its owner calls `name`; BadExport when it may not be read."""
    try:
        if path.is_dir():
            return _contents(path, _in_folder(path))
        size = path.stat().st_size
        if not size:
            raise refused("empty")
        if size > FILE_BYTES:
            raise refused("too_large")
        return _from_file(path, basename(name) or path.name, size)
    except OSError:
        raise refused("unreadable") from None


def read_through(contents: Contents) -> None:
    """Read every member to its end: all that is damaged shows before anything is believed."""
    for member in (*contents.lists, *filter(None, [contents.account])):
        for _ in member.chunks():
            pass


def _from_file(path: Path, name: str, size: int) -> Contents:
    with path.open("rb") as source:
        start = source.read(4096)
    if start.startswith(_ZIP_MARKS):
        entries = zips.read_directory(path)
        return _contents(path, _in_zip(path, entries), [entry.name for entry in entries])
    text = start.removeprefix(_BOM).lstrip()
    if not text.startswith((b"{", b"[", b"<")):
        raise refused("not_export")
    kind = kind_of_single(name)
    if kind is None:
        raise refused("which_list")
    if size > MEMBER_BYTES:
        raise refused("too_large")
    member = Member(name, kind, text.startswith(b"<"), partial(_from_disk, path, size))
    return _sorted([member], [])


def _contents(path: Path, chosen: Iterable[Member], names: Iterable[str] = ()) -> Contents:
    others = list(names) or [str(found) for found in path.glob("*.zip")]
    return _sorted(list(chosen), others)


def _sorted(chosen: list[Member], names: list[str]) -> Contents:
    accounts = [member for member in chosen if member.kind == "account"]
    lists = [member for member in chosen if member.kind in ORDER]
    lists.sort(key=lambda member: (ORDER.index(member.kind), in_order(member.name), member.mark))
    return Contents(
        lists=tuple(_without_twins(lists)),
        account=min(accounts, key=lambda member: (member.name, member.mark), default=None),
        says_nothing=any(member.kind == "nothing" for member in chosen),
        holds_zips=any(name.lower().endswith(".zip") for name in names),
    )


def _without_twins(lists: list[Member]) -> Iterator[Member]:
    """A page is passed over where the same list stands beside it as JSON."""
    stems = {member.name.rpartition(".")[0] for member in lists if not member.is_page}
    for member in lists:
        if not (member.is_page and member.name.rpartition(".")[0] in stems):
            yield member


def _in_zip(path: Path, entries: list[zips.ZipEntry]) -> Iterator[Member]:
    total = 0
    for entry in entries:
        kind = kind_of(entry.name)
        if kind is None:
            continue
        _check(entry)
        total += entry.size
        if total > ALL_BYTES:
            raise refused("too_large")
        chunks = partial(zips.unpacked, path, entry)
        yield Member(entry.name, kind, is_page(entry.name), chunks, entry.crc)


def _check(entry: zips.ZipEntry) -> None:
    """Every rule that a chosen entry of a zip has to keep before it is opened."""
    if _leads_elsewhere(entry.name) or entry.is_symlink:
        raise refused("unsafe_name")
    if entry.is_locked:
        raise refused("encrypted")
    if not entry.is_readable:
        raise refused("compression")
    if entry.size > MEMBER_BYTES:
        raise refused("too_large")
    if entry.size > MOST_RATIO * max(entry.packed, 1):
        raise refused("bomb")


def _leads_elsewhere(name: str) -> bool:
    """Nothing is written by these names; all the same, no export has one that leaves its folder."""
    return (
        name.startswith("/")
        or "\\" in name
        or "\0" in name
        or ".." in name.split("/")
        or name[1:2] == ":"
    )


def _in_folder(folder: Path) -> Iterator[Member]:
    total, seen = 0, 0
    for place, _, names in os.walk(folder):
        seen += len(names)
        if seen > zips.MOST_ENTRIES:
            raise refused("too_many")
        for name in names:
            member, size = _on_disk(folder, Path(place, name))
            total += size
            if member is not None:
                yield member
        if total > ALL_BYTES:
            raise refused("too_large")


def _on_disk(folder: Path, path: Path) -> tuple[Member | None, int]:
    """A chosen file of a folder and its size; None and 0 for all others."""
    kind = kind_of(path.name)
    if kind is None:
        return None, 0
    found = path.lstat()
    if not S_ISREG(found.st_mode):
        raise refused("unsafe_name")
    if found.st_size > MEMBER_BYTES:
        raise refused("too_large")
    name = path.relative_to(folder).as_posix()
    chunks = partial(_from_disk, path, found.st_size)
    return Member(name, kind, is_page(name), chunks), found.st_size


def _from_disk(path: Path, size: int) -> Iterator[bytes]:
    """The bytes of a file that is still as long as it was."""
    try:
        with path.open("rb", buffering=0) as source:
            while chunk := source.read(min(size, zips.CHUNK_BYTES)):
                size -= len(chunk)
                yield chunk
    except OSError:
        raise refused("unreadable") from None
