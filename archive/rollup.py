"""How many likes hang under each month of a wall: moved along in the commit that moves them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime

from django.db import connection

_ADD = """
INSERT INTO archive_monthcount (user_id, month, likes) VALUES (%s, %s, %s)
ON CONFLICT (user_id, month) DO UPDATE SET likes = archive_monthcount.likes + excluded.likes
"""


def month_of(moment: datetime) -> date:
    """The month a like hangs under, in UTC."""
    return moment.astimezone(UTC).date().replace(day=1)


def move(user_id: int, before: Iterable[datetime], after: Iterable[datetime]) -> None:
    """Likes that hung at the times `before` hang at the times `after` now."""
    change = Counter(map(month_of, after))
    change.subtract(map(month_of, before))
    # Sorted, so that two visits of one person never wait for each other crosswise.
    rows = [(user_id, month, likes) for month, likes in sorted(change.items()) if likes]
    with connection.cursor() as cursor:
        for row in rows:
            cursor.execute(_ADD, row)
