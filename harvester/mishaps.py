"""From what went wrong with a picture to what becomes of it: one table.

| error                     | fate                                                         |
|---------------------------|--------------------------------------------------------------|
| Unacceptable              | refused: over a cap, and the same bytes always will be       |
| WrongContent              | tried again; refused when the same bytes came three times    |
| Gone                      | asked once more a day later, then gone                       |
| Refused                   | tried again; refused when our policy forbade it three times, |
|                           | until it is seen a day later, or at another address          |
| Denied, anything else     | tried again, later each time                                 |
| the storage's own errors  | nobody's fault: tried again soon, not counted                |
| its worker died, alone    | left in peace for a day, then tried alone again              |
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.utils import timezone

from archive.models import MediaItem
from harvester.claims import GONE_AFTER, SUSPECT
from harvester.outcomes import backoff
from providers.errors import (
    Gone,
    ProviderError,
    RateLimited,
    Refused,
    Unacceptable,
    WrongContent,
)

TRIES = 3
# What is written of a medium that came, and that the storage did not take.
STORAGE = "storage"
WRITTEN = (
    "state",
    "attempts",
    "not_before",
    "trouble",
    "gone_at",
    "refused_sha256",
    "refused_times",
    "deaths",
    "claim",
    "claimed_until",
)


def note(item: MediaItem, error: ProviderError, sha256: str = "") -> None:
    """Write into the row what became of a medium that could not be stored.

    Only while it is still under the claim it was fetched with.
    """
    claim = item.claim
    item.attempts += 1
    item.trouble = error.code[:40]
    item.not_before = timezone.now() + _wait(item, error)
    if isinstance(error, Unacceptable):
        item.state = MediaItem.State.REFUSED
    elif isinstance(error, WrongContent):
        _refuse_third(item, error.seen or sha256)
    elif isinstance(error, Gone):
        _gone(item)
    elif isinstance(error, Refused):
        _refuse_third(item, item.trouble)
        if item.state == MediaItem.State.REFUSED:
            item.not_before = timezone.now() + GONE_AFTER
    item.claim = item.claimed_until = None
    _write(item, claim)


def note_storage(item: MediaItem) -> None:
    """The storage failed: wanted as before, a little later."""
    claim, item.claim, item.claimed_until = item.claim, None, None
    item.trouble = STORAGE
    item.not_before = timezone.now() + backoff(3)
    _write(item, claim)


def note_killer(item: MediaItem) -> None:
    """Its worker died while it was fetched all alone: left in peace for a day."""
    claim, item.claim, item.claimed_until = item.claim, None, None
    item.trouble, item.deaths = "kills_workers", SUSPECT
    item.not_before = timezone.now() + GONE_AFTER
    _write(item, claim)


def is_settled(item: MediaItem) -> bool:
    """Whether there is nothing more to do for it now: stored, refused, or answered gone."""
    return item.state != MediaItem.State.WANTED or item.gone_at is not None


def _wait(item: MediaItem, error: ProviderError) -> timedelta:
    """Longer with each attempt, and as long as its host asks for."""
    asked = error.retry_after if isinstance(error, RateLimited) else None
    return max(backoff(item.attempts), min(timedelta(seconds=asked or 0), GONE_AFTER))


def _refuse_third(item: MediaItem, seen: str) -> None:
    """Final when the same was `seen` for the third time: bytes by their hash, or a verdict."""
    is_same = bool(seen) and seen == item.refused_sha256
    item.refused_times = item.refused_times + 1 if is_same else 1
    item.refused_sha256 = seen
    if is_same and item.refused_times >= TRIES:
        item.state = MediaItem.State.REFUSED


def _gone(item: MediaItem) -> None:
    now = timezone.now()
    if item.gone_at is not None and now - item.gone_at >= GONE_AFTER:
        item.state = MediaItem.State.GONE
        return
    item.gone_at = item.gone_at or now
    item.not_before = item.gone_at + GONE_AFTER


def _write(item: MediaItem, claim: uuid.UUID | None) -> None:
    mine = MediaItem.objects.wanted().filter(pk=item.pk, claim=claim)
    mine.update(**{name: getattr(item, name) for name in WRITTEN})
