"""Files on disk, put in place whole or not at all."""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from providers.crashpoints import crashpoint


class Settled(File):  # type: ignore[type-arg]  # only the stubs can be told
    """A file on disk, open, that nobody writes to any more: a storage may keep it as it is."""


class Files(FileSystemStorage):
    """A file system storage that publishes atomically and lastingly.

    A name says what its content is, so writing one twice is writing the same.
    """

    TEMPORARY = ".tmp"

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """The name asked for: content-addressed names never collide."""
        return name

    def _save(self, name: str, content: File[bytes]) -> str:
        target = Path(self.path(name))
        temporary = Path(self.path(self.TEMPORARY)) / uuid.uuid4().hex
        for folder in (target.parent, temporary.parent):
            _make(folder)
        try:
            if not _linked(temporary, content):
                _write(temporary, content)
            crashpoint("media.half")
            _sync(temporary)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        _sync(target.parent)
        return name


def _make(folder: Path) -> None:
    """A folder and those above it, all of them private: `parents` would not see to that."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _linked(path: Path, content: File[bytes]) -> bool:
    """Give a settled file a second name, which spares a copy; False where that cannot be done."""
    if isinstance(content, Settled):
        with suppress(OSError):  # another file system, or one without second names
            path.hardlink_to(str(content.name))
            path.chmod(0o600)
            return True
    return False


def _write(path: Path, content: File[bytes]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for chunk in content.chunks():
            file.write(chunk)


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
