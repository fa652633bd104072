"""Unpacking a zip of pictures: only pictures, and only where their own names may lead.

The names are kept, for they tell the post; a name that could lead anywhere else is passed over.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from providers import zips
from providers.errors import BadExport
from providers.fetch import LIMITS
from providers.zips import ZipEntry

MEDIA = frozenset((".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".avif", ".mp4", ".mov"))
BESIDE = frozenset((".json", ".xz", ".txt"))
ALL_BYTES = 2 * 1024**3
BESIDE_BYTES = 4 * 1024**2
MOST_RATIO = 100
_DEEPEST, _NAME_BYTES, _PATH_BYTES = 16, 200, 1_000
# Nothing that a terminal obeys, no other system's slash, and nothing that is no character.
_ODD = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\\\\ud800-\udfff]")
_UNSAFE = "its name leads elsewhere"
_WORDS = {
    "encrypted": "This zip is locked with a password: pack the folder once more, without one.",
    "too_large": "This zip unpacks to more than 2 GB: pack the folder in several zips.",
    "bomb": "This zip unpacks to far more than pictures do: pack the folder once more.",
    "overlap": "The files in this zip lie upon each other: pack the folder once more.",
    "too_many": "This zip holds more than 20,000 files: pack the folder in several zips.",
}
_DAMAGED = "This zip is damaged or was cut off on its way: pack the folder once more."


@dataclass(slots=True)
class Unpacked:
    """Names below the folder they were unpacked into, and those passed over, with reasons."""

    names: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def is_media(name: str) -> bool:
    """Whether a name is one of a picture or video; a Mac's notes about them are none."""
    is_note = "__MACOSX" in name.split("/") or name.rpartition("/")[2].startswith("._")
    return Path(name).suffix.lower() in MEDIA and not is_note


def holds_pictures(path: Path) -> bool:
    """Whether the file is a zip with something that is called a picture or video."""
    with path.open("rb") as file:
        if not file.read(4).startswith(b"PK\3\4"):
            return False
    return any(is_media(entry.name) for entry in _directory(path))


def unpack(path: Path, into: Path) -> Unpacked:
    """What is of use in a zip, in the folder `into`; BadExport when it breaks a rule of zips."""
    done, total = Unpacked(), 0
    for entry in _chosen(_directory(path)):
        total += entry.size
        _check(entry, total)
        reason = _write(path, entry, into)
        if reason:
            done.skipped.append((entry.name, reason))
        else:
            done.names.append(entry.name)
    return done


def _directory(path: Path) -> list[ZipEntry]:
    try:
        return zips.read_directory(path)
    except BadExport as exc:
        raise refused(exc.code) from None


def refused(code: str) -> BadExport:
    """The error for a zip of pictures, to raise."""
    return BadExport(code, _WORDS.get(code, _DAMAGED))


def _chosen(entries: Sequence[ZipEntry]) -> Iterator[ZipEntry]:
    for entry in entries:
        is_beside = Path(entry.name).suffix.lower() in BESIDE and entry.size <= BESIDE_BYTES
        if is_beside or is_media(entry.name):
            yield entry


def _check(entry: ZipEntry, total: int) -> None:
    if entry.is_locked:
        raise refused("encrypted")
    if total > ALL_BYTES:
        raise refused("too_large")
    if entry.size > MOST_RATIO * max(entry.packed, 1) and is_media(entry.name):
        raise refused("bomb")


def _write(path: Path, entry: ZipEntry, into: Path) -> str:
    """Unpack one entry; "" or why it was passed over."""
    if not is_safe(entry.name) or entry.is_symlink:
        return _UNSAFE
    if not entry.is_readable or entry.size > LIMITS["video"].size_bytes:
        return "it was packed in a way that cannot be read here, or is too large"
    target = into / entry.name
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        return "another file in the zip has its name"
    with os.fdopen(handle, "wb") as file:
        _copy(path, entry, file)
    return ""


def _copy(path: Path, entry: ZipEntry, file: BinaryIO) -> None:
    try:
        file.writelines(zips.unpacked(path, entry))
    except BadExport as exc:
        raise refused(exc.code) from None


def is_safe(name: str) -> bool:
    """Whether a name, as a path, can only lead down into the folder it is put in."""
    parts = name.split("/")
    return (
        len(parts) <= _DEEPEST
        and name[1:2] != ":"
        and len(name.encode("utf-8", "replace")) <= _PATH_BYTES
        and all(_is_plain(part) for part in parts)
    )


def _is_plain(part: str) -> bool:
    return (
        part not in {"", ".", ".."}
        and not _ODD.search(part)
        and len(part.encode("utf-8", "replace")) <= _NAME_BYTES
    )
