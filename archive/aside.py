"""Setting aside what could not be read: once each, with its reason and shape."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.db.models import Q

from archive import placing
from archive.models import Entry, Feed, Quarantined
from archive.placing import Visit
from providers.shapes import Rejected


def put(feed: Feed, visit: Visit, rejected: Sequence[Rejected], ranks: Sequence[int]) -> None:
    """Set bad items of a page aside; a like that we have of them counts as seen.

    An item without an id may be any that is not where it was: what we have between the other
    items of the page, at `ranks`, counts as seen too, where that is no more than there are such
    items. It is no evidence of anything else.
    """
    if not rejected:
        return
    rows = {row.fingerprint: row for row in (_row(feed, visit, item) for item in rejected)}
    Quarantined.objects.bulk_create(
        [rows[fingerprint] for fingerprint in sorted(rows)],
        update_conflicts=True,
        unique_fields=["feed", "fingerprint"],
        update_fields=["last_seen_at"],
    )
    named = placing.entries_of(feed, [item.post_id for item in rejected if item.post_id])
    named.update(last_visit=visit.number, missing_since=None, unseen_at=None, unseen_visit=None)
    if ranks and not all(item.post_id for item in rejected):
        upper = visit.ceiling if visit.floor is None else visit.floor
        between = Q(rank__gte=min(ranks), rank__lt=upper)
        perhaps = Entry.objects.filter(between, feed=feed, missing_since=None)
        perhaps = perhaps.exclude(last_visit=visit.number).exclude(rank__in=ranks)
        if perhaps.count() <= sum(not item.post_id for item in rejected):
            perhaps.update(last_visit=visit.number)


def once(feed: Feed, entries: Sequence[Entry]) -> list[Entry]:
    """Those of these entries whose post once stood aside here."""
    here = Quarantined.objects.filter(feed=feed) if entries else Quarantined.objects.none()
    ids = set(
        here.filter(post_id__in=[entry.like.post_id for entry in entries]).values_list(
            "post_id", flat=True
        )
    )
    return [entry for entry in entries if entry.like.post_id in ids]


def _row(feed: Feed, visit: Visit, item: Rejected) -> Quarantined:
    told = "|".join((item.post_id, item.reason, item.shape))
    return Quarantined(
        feed=feed,
        fingerprint=hashlib.sha256(told.encode("utf-8", "replace")).hexdigest(),
        post_id=item.post_id[:255],
        reason=item.reason[:500],
        shape=item.shape,
        first_seen_at=visit.now,
        last_seen_at=visit.now,
    )
