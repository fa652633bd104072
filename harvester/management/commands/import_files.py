"""Give pictures that other programs left on disk to the likes they belong to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.management.teaching import person
from archive.media import storage_errors
from harvester.imports import doors, foreground
from harvester.imports.pictures import Folder
from harvester.management.importing import REPORT, ImportingCommand, bar


class Command(ImportingCommand):
    """Import pictures from a folder of this machine."""

    help = (
        "Look through a folder that gallery-dl or Instaloader filled, and give its pictures and "
        "videos to the likes that they belong to, told by the notes beside them or by their "
        "names. Nothing in the folder is changed, and no link in it is followed. Exit status 0: "
        "every file was looked at; 1: the import ended early. It is safe to kill and to run again."
    )
    examples = """
    Examples:
      manage.py import_files ada ~/gallery-dl/instagram
      manage.py import_files ada ~/instaloader/ada --report rows.csv
    """

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("folder", metavar="DIR", type=Path, help="where the pictures are")
        parser.add_argument("--report", **REPORT)

    def handle(self, *args: Any, **options: Any) -> None:
        user, path = person(options["user"]), options["folder"].absolute()
        if not user.is_active:
            raise CommandError(f"{user.username} is deactivated: activate them in the admin first.")
        if not path.is_dir():
            raise CommandError(f"{path} is no folder.")
        if not doors.with_folders():
            raise CommandError("No service here can tell posts from pictures.")
        folder = Folder(path, sorted(_files(path)))
        try:
            with bar(path.name, folder.total) as upto:
                row = foreground.look_through(user, path, folder, upto)
        except storage_errors() as exc:
            raise CommandError(
                f"Storage or disk failed: {type(exc).__name__}. Run it again."
            ) from exc
        self.tell(row)
        self.end([row], options["report"], failed=False)


def _files(folder: Path) -> Iterator[str]:
    """Paths below a folder, with slashes; links are neither followed nor named."""
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            if not path.is_symlink():
                yield path.relative_to(folder).as_posix()
