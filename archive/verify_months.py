"""Whether the likes of every month are counted right: asked zone by zone, as months differ."""

from __future__ import annotations

from typing import Any

from django.db.models import Max, Min

from accounts import zones
from accounts.models import User
from archive.finding import SHOWN, Finding
from archive.models import Like
from archive.rollup import Months
from archive.verify import OURS, ask

NAME, RULE = "months", "the likes of every month are counted right"
_BROKEN = """
SELECT 'person ' || user_id || ' ' || to_char(month, 'YYYY-MM') FROM (
    SELECT l.user_id,
           (%(months)s::date[])[width_bucket(l.liked_at, %(begins)s::timestamptz[])] AS month,
           count(*) AS hung
      FROM archive_like l JOIN accounts_user u ON u.id = l.user_id AND u.timezone = %(zone)s
     WHERE l.wall_feed_id IS NOT NULL GROUP BY 1, 2
) wall FULL JOIN (
    SELECT c.user_id, c.month, c.likes
      FROM archive_monthcount c JOIN accounts_user u ON u.id = c.user_id AND u.timezone = %(zone)s
) counted USING (user_id, month)
 WHERE coalesce(hung, 0) <> coalesce(likes, 0)
"""


def finding() -> Finding:
    """The months that are counted wrong, of everybody, wherever they live."""
    count, examples = 0, list[str]()
    for name in User.objects.order_by("timezone").values_list("timezone", flat=True).distinct():
        asked = {"zone": name, **_months(name)}
        more, found = ask(_BROKEN, asked)
        count, examples = count + more, [*examples, *found]
    return Finding(NAME, RULE, OURS, count, examples[:SHOWN])


def _months(name: str) -> dict[str, Any]:
    """The months that the likes of a zone span; none where nothing hangs."""
    hung = Like.objects.filter(user__timezone=name, wall_feed__isnull=False)
    span = hung.aggregate(oldest=Min("liked_at"), newest=Max("liked_at"))
    if span["oldest"] is None:
        return {"months": [], "begins": []}
    months = Months.between(**span, zone=zones.zone(name))
    return {"months": months.months, "begins": months.begins}
