"""What a start needs from Django: static files collected, the database migrated; each only when
something changed. A process of its own, so that the runner stays small."""

from __future__ import annotations

import fcntl
import hashlib
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from likelist import engines, runenv
from likelist.runner import fresh, report


def main() -> int:
    """0 when all is ready; else one sentence on standard error."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "likelist.settings")
    try:
        with engines.hold(runenv.data_dir()) as urls:
            os.environ.update(urls)
            django.setup()
            _collect()
            _migrate()
            _note()
    except (ImproperlyConfigured, CommandError) as exc:
        return _refuse(str(exc))
    except OperationalError as exc:
        return _refuse(f"The database of DATABASE_URL does not answer: {_first_line(exc)}")
    except (engines.EngineError, OSError) as exc:
        return _refuse(engines.sentence(exc))
    return 0


def _migrate() -> None:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
    # The last line is what the runner shows.
    report.say(f"{len(plan)} migrations applied" if plan else "up to date")


def _note() -> None:
    with connection.cursor() as cursor:
        cursor.execute(fresh.APPLIED)
        (applied,) = cursor.fetchone()
    fresh.note(runenv.data_dir(), applied, Path(settings.STATIC_ROOT))


def _collect() -> None:
    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    # Two runs from one clone share this directory.
    with (root / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = root / ".collected"
        present = _fingerprint()
        if not stamp.is_file() or stamp.read_text() != present:
            call_command("collectstatic", interactive=False, verbosity=0, clear=False)
            stamp.write_text(present)


def _fingerprint() -> str:
    digest = hashlib.sha256(django.__version__.encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _first_line(exc: Exception) -> str:
    return str(exc).strip().splitlines()[0] if str(exc).strip() else type(exc).__name__


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
