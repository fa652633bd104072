"""Zips without trust: the directory of a zip is read and checked by us before anything in it is.

Python's own reader loads a directory of any length, and lets entries lie upon each other.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from stat import S_ISLNK
from typing import BinaryIO

from providers.errors import BadExport

MOST_ENTRIES = 20_000
CHUNK_BYTES = 64 * 1024
# The directory of that many entries takes two or three; a name may be long.
_DIRECTORY_BYTES = 16 * 1024 * 1024

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_COMMENT_BYTES = 0xFFFF
_FURTHEST = 2**62
_FULL32, _FULL16 = 0xFFFFFFFF, 0xFFFF
_STORED, _DEFLATED = 0, 8
_WORDS = {
    "unreadable": "This file cannot be read here: choose it once more.",
    "damaged": "This zip is damaged or was cut off on its way: download it again.",
    "overlap": "The files in this zip lie upon each other, which none should: download it again.",
    "too_many": "This holds more files than an export: ask for Likes and Saved alone.",
}
_LOCKED = 0x2041  # a password, a strong one, a directory that is locked too


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """One entry as the directory describes it, and where its bytes lie. Sizes in bytes."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    is_locked: bool
    is_symlink: bool
    offset: int
    start: int = 0

    @property
    def end(self) -> int:
        """Where its packed bytes end."""
        return self.start + self.packed

    @property
    def is_readable(self) -> bool:
        """Whether it was packed in one of the two ways that exports use."""
        return self.method in (_STORED, _DEFLATED)


@dataclass(frozen=True, slots=True)
class _Directory:
    offset: int
    size: int
    entries: int


def read_directory(path: Path) -> list[ZipEntry]:
    """All entries of a zip, none of which overlaps another; BadExport for any other zip."""
    with path.open("rb", buffering=0) as source:
        try:
            directory = _find(source)
            listed = list(_listed(_read_at(source, directory.offset, directory.size)))
            if len(listed) != directory.entries:
                raise refused("damaged")
            entries = [_placed(source, entry) for entry in listed]
        except struct.error:
            raise refused("damaged") from None
    _refuse_overlap(entries, directory.offset)
    return entries


def _read_at(source: BinaryIO, offset: int, size: int) -> bytes:
    if offset > _FURTHEST:
        raise refused("damaged")
    source.seek(offset)
    found = source.read(size)
    if len(found) != size:
        raise refused("damaged")
    return found


def _find(source: BinaryIO) -> _Directory:
    """Where the directory is, from the record at the very end; small enough to be read whole."""
    size = source.seek(0, 2)
    tail_at = max(0, size - _END.size - _COMMENT_BYTES - _LOCATOR64.size)
    tail = _read_at(source, tail_at, size - tail_at)
    at = _last_record(tail)
    _, disk, its_disk, here, entries, bytes_, offset, _ = _END.unpack_from(tail, at)
    found, ends_at = _Directory(offset, bytes_, entries), tail_at + at
    if _FULL16 in (disk, its_disk, here, entries) or _FULL32 in (bytes_, offset):
        found, ends_at = _find64(source, tail, at, tail_at)
    elif disk or its_disk or here != entries:
        raise refused("damaged")
    if found.entries > MOST_ENTRIES or found.size > _DIRECTORY_BYTES:
        raise refused("too_many")
    if found.offset + found.size > ends_at:
        raise refused("damaged")
    return found


def _last_record(tail: bytes) -> int:
    """The end record whose comment reaches just to the end of the file."""
    at = tail.rfind(b"PK\5\6")
    while at >= 0:
        whole = at + _END.size <= len(tail)
        if whole and at + _END.size + _END.unpack_from(tail, at)[7] == len(tail):
            return at
        at = tail.rfind(b"PK\5\6", 0, at)
    raise refused("damaged")


def _find64(source: BinaryIO, tail: bytes, at: int, tail_at: int) -> tuple[_Directory, int]:
    """The same from the records of zip64, which stand before the end record."""
    if at < _LOCATOR64.size:
        raise refused("damaged")
    mark, disk, offset, disks = _LOCATOR64.unpack_from(tail, at - _LOCATOR64.size)
    if mark != b"PK\6\7" or disk or disks > 1 or offset > tail_at + at - _END64.size:
        raise refused("damaged")
    record = _END64.unpack(_read_at(source, offset, _END64.size))
    mark, disk, its_disk, here, entries, size, start = record[0], *record[4:]
    if mark != b"PK\6\6" or disk or its_disk or here != entries:
        raise refused("damaged")
    return _Directory(start, size, entries), offset


def _listed(directory: bytes) -> Iterator[ZipEntry]:
    """The entries that the directory lists, at most as many as are allowed."""
    at, count = 0, 0
    while at < len(directory):
        fields = _CENTRAL.unpack_from(directory, at)
        mark, flags, method, crc = fields[0], *fields[3:5], fields[7]
        packed, size, name_bytes, extra_bytes, comment_bytes = fields[8:13]
        at += _CENTRAL.size
        rest = directory[at : at + name_bytes + extra_bytes]
        at += name_bytes + extra_bytes + comment_bytes
        count += 1
        if count > MOST_ENTRIES:
            raise refused("too_many")
        if mark != b"PK\1\2" or at > len(directory):
            raise refused("damaged")
        sizes = _sizes64(rest[name_bytes:], (size, packed, fields[16]))
        yield ZipEntry(
            name=_name(rest[:name_bytes], flags),
            method=method,
            crc=crc,
            packed=sizes[1],
            size=sizes[0],
            is_locked=bool(flags & _LOCKED),
            is_symlink=S_ISLNK(fields[15] >> 16),
            offset=sizes[2],
        )


def _name(raw: bytes, flags: int) -> str:
    return raw.decode("utf-8", "replace") if flags & 0x800 else raw.decode("cp437")


def _sizes64(extra: bytes, sizes: tuple[int, int, int]) -> list[int]:
    """Size, packed size and offset, each from the zip64 field where it did not fit."""
    missing = [place for place, value in enumerate(sizes) if value == _FULL32]
    found = list(sizes)
    while missing and len(extra) >= 4:
        tag, length = struct.unpack_from("<HH", extra)
        if tag == 1:
            if length < 8 * len(missing):
                raise refused("damaged")
            told = struct.unpack_from(f"<{len(missing)}Q", extra, 4)
            for place, value in zip(missing, told, strict=True):
                found[place] = value
            return found
        extra = extra[4 + length :]
    return found


def _placed(source: BinaryIO, entry: ZipEntry) -> ZipEntry:
    """The entry with the place of its bytes, from the header that stands before them."""
    header = _LOCAL.unpack(_read_at(source, entry.offset, _LOCAL.size))
    if header[0] != b"PK\3\4":
        raise refused("damaged")
    return replace(
        entry,
        is_locked=entry.is_locked or bool(header[2] & _LOCKED),
        start=entry.offset + _LOCAL.size + header[9] + header[10],
    )


def _refuse_overlap(entries: list[ZipEntry], directory_at: int) -> None:
    """Two names for the same bytes make a few megabytes unpack to a sea; none may share one."""
    free_from = 0
    for entry in sorted(entries, key=lambda entry: (entry.offset, entry.end)):
        if entry.offset < free_from:
            raise refused("overlap")
        free_from = entry.end
    if free_from > directory_at:
        raise refused("overlap")


def unpacked(path: Path, entry: ZipEntry) -> Iterator[bytes]:
    """The bytes of an entry; BadExport unless they are as many as said, with the sum as said."""
    size, crc = 0, 0
    for chunk in _inflated(path, entry):
        size += len(chunk)
        crc = zlib.crc32(chunk, crc)
        if size > entry.size:
            raise refused("damaged")
        yield chunk
    if size != entry.size or crc != entry.crc:
        raise refused("damaged")


def _inflated(path: Path, entry: ZipEntry) -> Iterator[bytes]:
    if entry.method == _STORED:
        yield from _packed(path, entry)
        return
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for packed in _packed(path, entry):
            yield inflater.decompress(packed, CHUNK_BYTES)
            while inflater.unconsumed_tail:
                yield inflater.decompress(inflater.unconsumed_tail, CHUNK_BYTES)
        # What is left inside is less than a chunk, and ends the stream.
        yield inflater.decompress(b"", CHUNK_BYTES)
    except zlib.error:
        raise refused("damaged") from None
    if not inflater.eof or inflater.unused_data:
        raise refused("damaged")


def _packed(path: Path, entry: ZipEntry) -> Iterator[bytes]:
    left = entry.packed
    try:
        with path.open("rb", buffering=0) as source:
            source.seek(entry.start)
            while left and (chunk := source.read(min(left, CHUNK_BYTES))):
                left -= len(chunk)
                yield chunk
    except OSError:
        raise refused("unreadable") from None
    if left:
        raise refused("damaged")


def refused(code: str) -> BadExport:
    """The error of a code, to raise: one sentence, what is wrong and what to do."""
    return BadExport(code, _WORDS[code])
