"""About how many likes a gap hides, by the pace that its person had until then."""

from __future__ import annotations

from archive.models import Gap
from harvester.models import Crawl
from harvester.pace import DAY, Pace


def note(crawl: Crawl) -> None:
    """Guess how many slid out of reach in the gaps that a visit left between two likes.

    What is usual in so long, less what it found; nobody can say where that is nothing.
    """
    a_day = Pace.read(crawl.feed.schedule.pace).a_day()
    if a_day is None:
        return
    left = Gap.objects.standing().filter(feed=crawl.feed, opened_visit=crawl.number, estimate=None)
    for gap in left.exclude(lower=None):
        if gap.after is None or gap.before is None:
            continue
        days = (gap.before - gap.after).total_seconds() / DAY
        if (likes := round(a_day * days) - crawl.new_entries) > 0:
            Gap.objects.filter(pk=gap.pk).update(estimate=likes)
