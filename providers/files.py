"""Files that are already on disk, read as if a stranger had chosen every name and byte.

Nothing is followed out of what was given: no links, no FIFOs, no devices, no way up.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from providers.errors import Gone, Refused
from providers.fetch import CHUNK, LIMITS, Fetched, Limits, file_in, keep

# Without O_NONBLOCK, opening a FIFO waits for somebody to write into it.
_AS_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_AS_FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC
_NO_FILE = frozenset({errno.ELOOP, errno.ENOTDIR, errno.ENXIO, errno.ENODEV, errno.ENAMETOOLONG})


def examine(
    path: Path,
    *,
    kind: str,
    into: Path,
    below: Path | None = None,
    limits: Mapping[str, Limits] = LIMITS,
) -> Fetched:
    """The bytes of a file in a new file in directory `into`, as `Fetcher.fetch` leaves them.

    With `below`, a folder that `path` starts with, the folders between the two are no links.
    Raises Gone, Refused (a link, or no regular file), WrongContent or Unacceptable; then no file
    is left. An OSError is this machine's disk. What is at `path` stays as it is. Repeatable.
    """
    folder = below or path.parent
    name = path.relative_to(folder).as_posix()
    with opened(folder, name) as found, file_in(into) as (copy, file):
        return keep(_chunks(found), limits[kind], copy, file)


@contextmanager
def opened(folder: Path, name: str) -> Iterator[BinaryIO]:
    """The regular file `name`, a path with slashes below `folder`; Gone or Refused when it is none.

    No part of `name` may be a link; `folder` itself is trusted.
    """
    with os.fdopen(_descend(folder, name), "rb") as file:
        yield file


def _descend(folder: Path, name: str) -> int:
    """An open descriptor of `name`, found one folder at a time."""
    if not is_below(name):
        raise _no_file()
    *folders, last = name.split("/")
    at = _open(str(folder), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, None)
    for part in folders:
        at = _step(part, _AS_FOLDER, at)
    found = _step(last, _AS_FILE, at)
    if not stat.S_ISREG(os.fstat(found).st_mode):
        os.close(found)
        raise _no_file()
    return found


def is_below(name: str) -> bool:
    """Whether a path with slashes leads down, and nowhere else."""
    return "\0" not in name and not {"", ".", ".."} & set(name.split("/"))


def _step(part: str, flags: int, at: int) -> int:
    """From one open folder to what is in it; the folder is closed."""
    try:
        return _open(part, flags, at)
    finally:
        os.close(at)


def _open(path: str, flags: int, at: int | None) -> int:
    try:
        return os.open(path, flags, dir_fd=at)
    except UnicodeEncodeError:
        raise _no_file() from None
    except FileNotFoundError:
        raise Gone("no_file", "The file is no longer there.") from None
    except OSError as exc:
        if exc.errno in _NO_FILE:
            raise _no_file() from None
        raise


def _no_file() -> Refused:
    return Refused("no_file", "It is a link or something else that is no plain file.")


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk
