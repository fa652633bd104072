"""Which of Django's commands need the engines; answered before any setting is read."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import django

from likelist import runenv
from likelist.engines import wheels

OFFLINE = frozenset(
    (
        *("check", "help", "version", "diffsettings", "collectstatic", "findstatic"),
        *("makemigrations", "makemessages", "compilemessages", "startapp", "startproject"),
    )
)


def needs_database(arguments: list[str]) -> bool:
    """Whether `manage.py` with these words will want the database."""
    words = set(arguments[1:])
    if not words or words & {"-h", "--help", "--version"}:
        return False
    command = arguments[1]
    if command == "check":
        return any(word.startswith("--database") for word in words)
    return command not in OFFLINE and command in _commands()


def for_clients(urls: dict[str, str]) -> dict[str, str]:
    """What psql and pg_dump need to find the embedded server: its own programs come first."""
    if "DATABASE_URL" not in urls:
        return {}
    programs = wheels.postgres().home / "bin"
    (host,) = parse_qs(urlsplit(urls["DATABASE_URL"]).query)["host"]
    return {"PGHOST": host, "PATH": f"{programs}:{os.environ.get('PATH', os.defpath)}"}


def _commands() -> set[str]:
    places = (
        (runenv.ROOT, "*/management/commands/*.py"),
        (Path(django.__file__).parent, "core/management/commands/*.py"),
        (Path(django.__file__).parent, "contrib/*/management/commands/*.py"),
    )
    return {path.stem for root, pattern in places for path in root.glob(pattern)}
