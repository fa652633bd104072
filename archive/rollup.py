"""How many likes hang under each month of a wall: moved along in the commit that moves them.

Months are the person's own, so their zone is read in the transaction that moves likes: whoever
changes it holds the same lock on the person (`filed.lock`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from django.db import connection, transaction
from django.db.models import Max, Min

from accounts import zones
from accounts.models import User
from archive import days
from archive.models import Like, MonthCount

_ADD = """
INSERT INTO archive_monthcount (user_id, month, likes) VALUES (%s, %s, %s)
ON CONFLICT (user_id, month) DO UPDATE SET likes = archive_monthcount.likes + excluded.likes
"""
_RECOUNT = """
INSERT INTO archive_monthcount (user_id, month, likes)
SELECT user_id, (%(months)s::date[])[width_bucket(liked_at, %(begins)s::timestamptz[])], count(*)
  FROM archive_like WHERE user_id = %(user)s AND wall_feed_id IS NOT NULL GROUP BY 1, 2
"""


def month_of(moment: datetime, zone: tzinfo | None = None) -> date:
    """The month a like hangs under, in a zone; in that of whoever reads where none is given."""
    return moment.astimezone(zone or zones.here()).date().replace(day=1)


def move(user_id: int, before: Iterable[datetime], after: Iterable[datetime]) -> None:
    """Likes that hung at the times `before` hang at the times `after` now."""
    moved = Counter(after)
    moved.subtract(Counter(before))
    change: Counter[date] = Counter()
    if any(moved.values()):
        zone = _zone(user_id)
        for moment, likes in moved.items():
            change[month_of(moment, zone)] += likes
    # Sorted, so that two visits of one person never wait for each other crosswise.
    rows = [(user_id, month, likes) for month, likes in sorted(change.items()) if likes]
    with connection.cursor() as cursor:
        for row in rows:
            cursor.execute(_ADD, row)


@dataclass(frozen=True, slots=True)
class Months:
    """Months side by side, oldest first, and when each begins: what a query counts by."""

    months: list[date]
    begins: list[datetime]

    @classmethod
    def between(cls, oldest: datetime, newest: datetime, zone: tzinfo) -> Months:
        """All in which something between two moments can hang, in a zone."""
        month, last = month_of(oldest, zone), month_of(newest, zone)
        months = [month]
        while month < last:
            month = days.next_month(month)
            months.append(month)
        return cls(months, [days.start_of(month, zone) for month in months])


def live_in(user: User, name: str, *, unless_known: bool = False) -> None:
    """A person's days begin in another zone, and their months are counted anew, in one commit.

    `unless_known`: only where nobody has said where that is. Visits wait meanwhile.
    """
    person = User.objects.filter(pk=user.pk).exclude(timezone=name)
    if unless_known:
        person = person.filter(timezone="")
    with transaction.atomic():
        # It locks their row, as whoever moves likes does.
        if person.update(timezone=name):
            _recount(user.pk, zones.zone(name))


def _recount(user_id: int, zone: tzinfo) -> None:
    MonthCount.objects.filter(user=user_id).delete()
    hung = Like.objects.filter(user=user_id, wall_feed__isnull=False)
    span = hung.aggregate(oldest=Min("liked_at"), newest=Max("liked_at"))
    if span["oldest"] is None:
        return
    months = Months.between(**span, zone=zone)
    with connection.cursor() as cursor:
        cursor.execute(
            _RECOUNT, {"user": user_id, "months": months.months, "begins": months.begins}
        )


def _zone(user_id: int) -> tzinfo:
    return zones.zone(User.objects.values_list("timezone", flat=True).get(pk=user_id))
