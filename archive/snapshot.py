"""One unchanging view of the database, for as long as reading it takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

# A reader may be slow: a pipe that waits for somebody, a table that is read as a whole.
_BEGIN = """
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
"""


@contextmanager
def snapshot() -> Iterator[None]:
    """Whatever is written meanwhile, everything read inside was so at one moment."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute(_BEGIN)
        yield
