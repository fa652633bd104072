"""Import what a service hands out about a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.management.teaching import newcomer
from accounts.models import User
from harvester.imports import doors, foreground
from harvester.management.importing import REPORT, ImportingCommand, bar
from harvester.models import Import
from providers.errors import BadExport


class Command(ImportingCommand):
    """Import exports from this machine's disk."""

    help = (
        "Import exports that a service handed out (“Download your information”): zips, single "
        "lists as JSON or HTML, or unpacked folders, in any order. The person is created when "
        "missing (without a password), unless no file can be read. Files stay where they are. "
        "Exit status 0: every file was imported; 1: one was not, and is told why. It is safe to "
        "kill and to run again."
    )
    examples = """
    Examples:
      manage.py import_export ada instagram-ada.zip
      manage.py import_export ada part-1.zip part-2.zip --report rows.csv
      manage.py import_export ada liked_posts.json
    """

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="what to import")
        parser.add_argument("--report", **REPORT)

    def handle(self, *args: Any, **options: Any) -> None:
        rows: list[Import] = []
        failed = False
        for path in options["files"]:
            row = self._import(options["user"], path.absolute())
            rows += [row] if row else []
            failed |= row is None
        self.end(rows, options["report"], failed=failed)

    def _import(self, username: str, path: Path) -> Import | None:
        """The import of a file; None when it failed and there is nobody to tell on a page."""
        try:
            with doors.opened(path, path.name) as opened:
                user = _person(username)
                with bar(path.name, opened.export.total) as upto:
                    row = foreground.read(user, path, opened, upto)
        except BadExport as exc:
            return self._failed(username, path, exc)
        self.tell(row)
        return row

    def _failed(self, username: str, path: Path, error: BadExport) -> Import | None:
        user = User.objects.filter(username=username).first()
        if user is None:
            self.stdout.write(f"{path.name}: {error.words}", self.style.ERROR)
            return None
        row = foreground.note_failure(user, path, error)
        self.tell(row)
        return row


def _person(username: str) -> User:
    """Whom the files are of, created when missing; CommandError when they may not be served."""
    user = User.objects.filter(username=username).first() or newcomer(username)
    if not user.is_active:
        raise CommandError(f"{username} is deactivated: activate them in the admin first.")
    return user
