"""Seal every grant with the newest key."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from tqdm import tqdm

from accounts import tokens
from accounts.management.teaching import TeachingCommand
from accounts.models import Connection
from accounts.tokens import SealBroken
from providers.errors import NeedsReauth

PAGE = 500
TRIES = 5


class Command(TeachingCommand):
    """Seal all grants again with the first of TOKEN_KEYS."""

    help = "Seal every stored grant with the newest key, the first of TOKEN_KEYS."
    examples = """
    To change the key:
      1. Put a new key in front:  TOKEN_KEYS=new,old   and restart web, worker and beat.
         (python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())")
      2. manage.py rotate_tokens
      3. When it exits with 0, take the old key out and restart.

    Safe to kill and to run again: each grant is replaced at once or not at all, and opens with
    either key meanwhile.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        sealed, closed = 0, []
        total = Connection.objects.exclude(grant="").count()
        for connection in tqdm(_sealed(), total=total, unit=" grants", disable=None, leave=False):
            try:
                sealed += _reseal(connection)
            except SealBroken:
                closed.append(connection)
        self.stdout.write(f"{sealed:,} of {total:,} grants are sealed with the newest key.")
        for connection in closed:
            self.stderr.write(f"Connection {connection.pk} ({connection}) does not open.")
        if closed:
            self.stderr.write("Put the key they were sealed with back into TOKEN_KEYS.")
            sys.exit(1)


def _sealed() -> Iterator[Connection]:
    """Connections with a grant, by number; what comes meanwhile is sealed with the newest key."""
    last = 0
    rows = Connection.objects.exclude(grant="").order_by("pk")
    while page := list(rows.filter(pk__gt=last)[:PAGE]):
        yield from page
        last = page[-1].pk


def _reseal(connection: Connection) -> bool:
    """Seal one grant again; False when its person has taken it away. SealBroken."""
    for _ in range(TRIES):
        try:
            if tokens.reseal(connection):
                return True
            # Its person signed in again meanwhile, maybe through a process with the old keys.
            connection.refresh_from_db()
        except (NeedsReauth, Connection.DoesNotExist):
            return False
    return False
