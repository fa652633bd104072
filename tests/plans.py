"""How the database reads likes where there are so many that only an index will do."""

from __future__ import annotations

from django.db import connection

from archive.models.like import LikeQuerySet

# Ways of reading that walk over more than a page.
AROUND = ("seqscan", "bitmapscan", "sort", "incremental_sort")


def plan(likes: LikeQuerySet, index: str, *without: str) -> str:
    """How they are read by this index, and without some ways to read them.

    Of so few likes, and with what it remembers of other tests, a planner may prefer any other.
    Holds until the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false "
            "WHERE indrelid = 'archive_like'::regclass AND indexrelid <> %s::regclass",
            [index],
        )
        for way in without:
            cursor.execute(f"SET LOCAL enable_{way} = off")
    return likes.explain()
