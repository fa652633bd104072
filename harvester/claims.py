"""Handing out wanted media in batches: of any number of workers each gets its own."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, When
from django.db.models.functions import Now

from accounts.models import User
from archive.models import MediaItem
from archive.models.media import MediaItemQuerySet
from providers.crashpoints import crashpoint

# Workers that died over a medium before it is fetched alone.
SUSPECT = 3
BATCH = 32
GONE_AFTER = timedelta(days=1)
# A claim that was never released is a death that was not counted yet.
_SUSPECTED = Q(deaths__gte=SUSPECT) | Q(deaths=SUSPECT - 1, claim__isnull=False)


def due(user: User | int | None = None, *, patient: bool = True) -> MediaItemQuerySet:
    """Wanted media that nobody holds; `patient` leaves those alone that wait for later."""
    items = MediaItem.objects.wanted().filter(user__is_active=True)
    items = items.filter(Q(claimed_until=None) | Q(claimed_until__lt=Now()))
    if user is not None:
        items = items.filter(user=user)
    # What answered "gone" is asked once more a day later, whoever is impatient.
    items = items.filter(Q(gone_at=None) | Q(gone_at__lte=Now() - GONE_AFTER))
    if patient:
        items = items.filter(Q(not_before=None) | Q(not_before__lte=Now()))
    return items


def take(
    claim: uuid.UUID,
    user: User | int | None,
    *,
    skip: Sequence[int] = (),
    patient: bool = True,
    suspects: bool = True,
) -> list[MediaItem]:
    """Claim a batch, first seen first; when nothing else is left, one suspect.

    A suspect was in flight at SUSPECT deaths: it is to be fetched alone. Without `suspects`
    none is handed out. `skip` names media that were tried in this go already.
    """
    with transaction.atomic():
        items = due(user, patient=patient).exclude(pk__in=skip).order_by("pk")
        items = items.select_related("like").defer("like__document")
        locked = items.select_for_update(of=("self",), skip_locked=True)
        batch = list(locked.exclude(_SUSPECTED)[:BATCH])
        if suspects and not batch:
            batch = list(locked[:1])
        if batch:
            _claim(batch, claim)
    if batch:
        crashpoint("media.claimed")
    return batch


def _claim(batch: Sequence[MediaItem], claim: uuid.UUID) -> None:
    """Write whose they are now; whoever held one before has died with it."""
    for item in batch:
        item.deaths += item.claim is not None
        item.claim = claim
    died = Case(When(claim__isnull=False, then=1), default=0)
    MediaItem.objects.filter(pk__in=[item.pk for item in batch]).update(
        deaths=F("deaths") + died, claim=claim, claimed_until=Now() + settings.CRAWL_LEASE
    )


def renew(claim: uuid.UUID) -> None:
    """Keep what is claimed for another CRAWL_LEASE."""
    mine = MediaItem.objects.wanted().filter(claim=claim)
    mine.update(claimed_until=Now() + settings.CRAWL_LEASE)


def release(claim: uuid.UUID) -> None:
    """Hand back what is left of a claim; no death and no attempt is counted."""
    MediaItem.objects.wanted().filter(claim=claim).update(claim=None, claimed_until=None)
