"""Whether a start can skip the preparing: nothing it depends on has changed since the last one.

Asked without Django, which takes longer to load than all else here. The database is asked itself:
what it says was applied must be what the last preparing left.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from likelist import runenv
from likelist.engines import postgres, wheels
from likelist.engines.errors import EngineError

APPLIED = (
    "SELECT coalesce(md5(string_agg(app || '.' || name, ',' ORDER BY app, name)), '')"
    " FROM django_migrations"
)
# What decides which migrations and static files there are: ours, and the versions of all others.
SOURCES = ("*/migrations/*.py", "static/**/*", "requirements*.txt", "likelist/settings.py")


def note(data: Path, applied: str, static_root: Path) -> None:
    """Remember what a preparing left behind."""
    said = {"sources": sources(), "applied": applied, "static": str(static_root)}
    _stamp(data).write_text(json.dumps(said))


def looks_prepared(data: Path) -> bool:
    """Whether code and static files are as noted; says nothing of the database."""
    noted = _noted(data)
    unchanged = noted.get("sources") == sources()
    return unchanged and Path(noted["static"], "staticfiles.json").is_file()


def is_migrated(data: Path, sockets: Path) -> bool:
    """Whether the embedded database in `sockets` is as noted."""
    return _noted(data).get("applied") == _applied(sockets)


def _noted(data: Path) -> dict[str, str]:
    try:
        noted: dict[str, str] = json.loads(_stamp(data).read_text())
    except (OSError, ValueError):
        return {}
    return noted


def sources() -> str:
    """A digest of everything that could call for a preparing; by size and time, as make does."""
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(runenv.ROOT.glob(pattern)):
            stat = path.stat()
            digest.update(f"{path.name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _applied(sockets: Path) -> str:
    server = postgres.Server(wheels.postgres(), Path(), sockets, Path())
    try:
        return server.ask(APPLIED).strip()
    except EngineError:
        return "unknown"


def _stamp(data: Path) -> Path:
    return data / "prepared.json"
