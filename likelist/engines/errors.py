"""What can go wrong with the embedded engines: one class, one sentence with the remedy."""

from __future__ import annotations

import errno

UNWRITABLE = {errno.EPERM, errno.EACCES, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EEXIST}


class EngineError(Exception):
    """The engines cannot serve; str() is one sentence for the person at the terminal."""


def sentence(exc: EngineError | OSError) -> str:
    """What to tell the person, with the remedy."""
    if isinstance(exc, EngineError):
        return str(exc)
    where = f" ({exc.filename})" if exc.filename else ""
    if exc.errno == errno.ENOSPC:
        return f"The disk is full{where}: free some space and run it again."
    if exc.errno in UNWRITABLE:
        return f"The data directory is not writable{where}: mend its rights or set LIKELIST_DATA."
    return f"The engines could not start: {exc.strerror or exc}{where}."
