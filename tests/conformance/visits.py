"""Visits as workers make them, one after the other, and what time does between them."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import Connection, Host
from archive.models import Feed
from harvester.models import Crawl
from tests.conftest import visit


def let_time_pass() -> None:
    """Whatever waits, has waited long enough; leases that nobody gave back have run out."""
    past = timezone.now() - timedelta(seconds=1)
    Crawl.objects.exclude(not_before=None).update(not_before=past)
    Crawl.objects.exclude(leased_until=None).update(leased_until=past)
    Connection.objects.exclude(not_before=None).update(not_before=past)
    Host.objects.update(not_before=past)


def visit_until_it_ends(feed: Feed, *, most: int = 12) -> Crawl:
    """Visits, each time its wait is over; the visit afterwards."""
    for _ in range(most):
        let_time_pass()
        crawl, _ = visit(feed)
        if not crawl.is_live:
            return crawl
    raise AssertionError(f"still {crawl.state} after {most} times: {crawl.trouble}")


def seconds_until(moment: object) -> float:
    """How long something rests; 0 when it does not."""
    return (moment - timezone.now()).total_seconds() if moment else 0.0  # type: ignore[operator]  # a time or nothing
