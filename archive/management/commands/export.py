"""Give a person their likes as a file."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from accounts.management.teaching import TeachingCommand, person
from accounts.models import User
from archive import export
from providers.crashpoints import crashpoint


class Command(TeachingCommand):
    """Write the likes of a person, one JSON object a line."""

    help = "Write the likes on a person's wall, newest first, one JSON object a line."
    examples = """
    Examples:
      manage.py export alice --format jsonl > alice.jsonl
      manage.py export alice --output alice.jsonl     (the whole file or none; with progress)
      manage.py export alice --all | jq -r .link      (also what only other feeds brought)

    Each line has: id, provider, post_id, author, caption, link, posted_at, liked_at and its
    range liked_after .. liked_before (UTC), sources (feed, kind, rank; the liked feed first) and
    media (kind, position, sha256, size, content_type, state). The bytes of a medium are in the
    storage under blobs/ab/cd/<sha256>.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", metavar="U", help="the person's username")
        parser.add_argument("--format", choices=["jsonl"], default="jsonl", help="default: jsonl")
        parser.add_argument(
            "--all", action="store_true", help="then also the likes that only other feeds brought"
        )
        parser.add_argument(
            "--output", type=Path, metavar="F", help="write this file instead of standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = person(options["user"])
        if options["output"] is None:
            self._to_pipe(user, everything=options["all"])
        else:
            self._to_file(user, options["output"], everything=options["all"])

    def _to_pipe(self, user: User, *, everything: bool) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")
        try:
            for line in export.lines(user, everything=everything):
                self.stdout.write(line, ending="")
            self.stdout.flush()
        except BrokenPipeError:
            # Whoever read has seen enough. Python must not stumble over it once more at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)

    def _to_file(self, user: User, path: Path, *, everything: bool) -> None:
        total = export.count(user, everything=everything)
        likes = export.lines(user, everything=everything)
        try:
            with whole_or_none(path) as file:
                for line in tqdm(likes, total=total, unit=" likes", disable=None):
                    file.write(line)
        except OSError as exc:
            raise CommandError(f"{path}: {exc.strerror}.") from exc
        self.stderr.write(f"{path} is written.", self.style.SUCCESS)


@contextmanager
def whole_or_none(path: Path) -> Iterator[IO[str]]:
    """A file beside `path` that takes its place when all of it is on the disk."""
    if path.is_dir():
        raise IsADirectoryError(None, "is a directory")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(_private(part), "w", encoding="utf-8", newline="\n") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        crashpoint("export.written")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _private(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
