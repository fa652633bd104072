"""What the commands that import have in common: a bar, a line for each file, a sheet."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from accounts.management.teaching import TeachingCommand
from harvester.imports import sheet, shown
from harvester.imports.reading import Upto
from harvester.models import Import

# Of the option `--report`.
REPORT: Any = {"metavar": "F", "type": Path, "help": "write what became of every row to F (CSV)"}


class ImportingCommand(TeachingCommand):
    """Reads files for somebody who waits, and tells what became of each."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", metavar="U", help="the person's username here")

    def tell(self, row: Import) -> None:
        """A line for each outcome, and what there is to say."""
        is_done = row.state == Import.State.DONE
        style = self.style.SUCCESS if is_done else self.style.ERROR
        sentence = f"{row.total:,} rows." if is_done else row.words
        self.stdout.write(f"{row.name}: {sentence}", style)
        for key, words in shown.words_of(row).items() if row.done or is_done else ():
            self.stdout.write(f"  {words.lower()}: {getattr(row, key):,}")
        if row.advice:
            self.stdout.write(f"  {row.advice}")

    def end(self, rows: list[Import], report: Path | None, *, failed: bool) -> None:
        """Write the sheet when one was asked for; exit status 1 when a file was not imported."""
        if report is not None:
            self._write(rows, report)
        if failed or any(row.state != Import.State.DONE for row in rows):
            sys.exit(1)

    def _write(self, rows: list[Import], report: Path) -> None:
        try:
            with report.open("w", encoding="utf-8", newline="") as file:
                file.write(sheet.head())
                for row in rows:
                    file.writelines(sheet.lines(row))
        except OSError as exc:
            raise CommandError(f"{report} cannot be written: {exc.strerror}.") from exc


@contextmanager
def bar(name: str, total: int) -> Iterator[Upto]:
    """A progress bar on standard error, where that is a terminal."""
    shown_bar: Any = tqdm(desc=name, total=total, unit="", disable=None, file=sys.stderr)

    def after(done: int) -> None:
        shown_bar.n = done
        shown_bar.refresh()

    with shown_bar:
        yield Upto(after=after)
