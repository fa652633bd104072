"""Taking files from a browser: streamed to this machine's disk, then into storage."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.db import transaction

from accounts.models import User
from harvester import tasks
from harvester.imports import loose
from harvester.models import Import
from providers.crashpoints import crashpoint
from providers.text import clean

CALLED = "a file"
MOST_FILES = 20


class Received(UploadedFile):
    """A file that came whole, at `path` until `close`."""

    def __init__(self, file: IO[bytes], *told: Any) -> None:
        super().__init__(file, *told)
        self.path = Path(file.name)

    def close(self) -> None:
        """Away with it. Django calls this when the answer is out; harmless when repeated."""
        super().close()
        self.path.unlink(missing_ok=True)


class ToDisk(FileUploadHandler):
    """Writes what comes to a private file; used where files are asked for, nowhere else.

    `is_full`: our disk failed, and a file is missing among those that came. `is_many`: there
    were more than MOST_FILES, and the others were not taken.
    """

    chunk_size = 256 * 1024
    is_full = False
    is_many = False
    # Django closes whatever a handler calls `file`.
    coming: IO[bytes] | None = None

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._came: list[Received] = []

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Somebody begins to send a file."""
        super().new_file(*args, **kwargs)
        if len(self._came) >= MOST_FILES:
            self.is_many = True
            raise SkipFile
        try:
            settings.TEMPORARY.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.coming = tempfile.NamedTemporaryFile(  # noqa: SIM115  # closed with the answer
                prefix="upload-", dir=settings.TEMPORARY, delete=False
            )
        except OSError:
            self.is_full = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """A piece of it; nobody else is given it."""
        if self.coming is None:
            raise SkipFile
        try:
            self.coming.write(raw_data)
        except OSError:
            self.is_full = True
            self.upload_interrupted()
            raise SkipFile from None

    def file_complete(self, file_size: int) -> Received | None:
        """All of it is here."""
        if self.coming is None:
            return None
        whole, self.coming = self.coming, None
        whole.flush()
        whole.seek(0)
        came = Received(whole, self.file_name, self.content_type, file_size, self.charset)
        self._came.append(came)
        return came

    def upload_interrupted(self) -> None:
        """The browser went away: nothing stays."""
        if self.coming is not None:
            self.coming.close()
            Path(self.coming.name).unlink(missing_ok=True)
            self.coming = None

    def put_away(self) -> None:
        """Nothing that came stays, nor what was coming when the browser went away."""
        self.upload_interrupted()
        for came in self._came:
            came.close()


def receive(user: User, file: Received) -> Import:
    """Put a file into storage, write down whose it is and ring for it; `storage_errors`."""
    key = loose.store(file.path)
    crashpoint("upload.stored")
    with transaction.atomic():
        row = Import.objects.create(
            user=user,
            key=key,
            name=called(file.name or ""),
            size_bytes=file.size or 0,
        )
        tasks.ring_for_import(row.pk)
    return row


def called(name: str) -> str:
    """What a person calls a file, fit to be kept and shown on one line."""
    line = " ".join(clean(name, 1_000).replace("\\", "/").rpartition("/")[2].split())
    return "".join(char for char in line if char.isprintable())[:255] or CALLED
