"""Gaps made by hand, where a visit would have left them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from archive.models import Feed, Gap, Like


def gap(upper: Like, lower: Like | None = None, **facts: Any) -> Gap:
    """A gap right under one like, lost unless told otherwise, in the list that hung it."""
    feed: Feed = facts.pop("feed", None) or upper.wall_feed
    facts = {"state": "lost", "opened_visit": 1} | facts
    over = None if facts["state"] == "open" else timezone.now()
    return Gap.objects.create(
        feed=feed, upper=upper.rank, lower=lower.rank if lower else None, ended_at=over, **facts
    )
