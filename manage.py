#!/usr/bin/env python
"""Django's commands. Those that need the database have the engines for their own duration."""

from __future__ import annotations

import gc
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from likelist import engines, runenv
from likelist.commands import for_clients, needs_database


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "likelist.settings")
    try:
        _obey(arguments)
    finally:
        # Looking through everything for garbage, only to end, takes longer than reading a page.
        gc.freeze()


def _obey(arguments: list[str]) -> None:
    if not needs_database(arguments):
        execute_from_command_line(arguments)
        return
    with engines.hold(runenv.data_dir()) as urls:
        os.environ.update(urls | for_clients(urls))
        execute_from_command_line(arguments)


if __name__ == "__main__":
    try:
        main(sys.argv)
    except ImproperlyConfigured as exc:
        sys.exit(f"✗ {exc}")
    except (engines.EngineError, OSError) as exc:
        sys.exit(f"✗ {engines.sentence(exc)}")
