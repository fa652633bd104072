"""Which pictures and videos a page asks for."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from archive.models import Like, MediaItem
from providers.shapes import MediaSource

State = MediaItem.State
# It was denied, and nobody could be asked for a fresh address yet.
NOT_RENEWED = "not_renewed"
# What an address says that has run out; a fresh one is tried at once.
DENIED = ("http_401", "http_403", "http_451", NOT_RENEWED)


def note(likes: Sequence[tuple[Like, Sequence[MediaSource]]]) -> int:
    """Want the media of these likes; freshen the addresses of what has not come yet.

    Returns how many were not wanted before. What is stored stays as it is, whatever its
    address is called now; what was gone is wanted again at another place, and what our policy
    forbade also a day later. Safe to repeat.
    """
    here = {
        (item.like_id, item.position, item.kind): item
        for item in MediaItem.objects.filter(like__in=[like.pk for like, _ in likes])
    }
    new: list[MediaItem] = []
    fresh: list[MediaItem] = []
    for like, sources in likes:
        for source in sources:
            item = here.get((like.pk, source.position, source.kind))
            if item is None:
                new.append(_wanted(like, source))
            elif _is_fresh(item, source):
                fresh.append(_freshened(item, source))
    MediaItem.objects.bulk_create(new, ignore_conflicts=True)
    if fresh:
        _write(fresh)
    return len(new)


def _is_fresh(item: MediaItem, source: MediaSource) -> bool:
    if item.state == State.REFUSED:
        return _is_forbidden(item) and (_may_ask(item) or _is_elsewhere(item, source))
    if item.state == State.GONE:
        return _is_elsewhere(item, source)
    return item.state == State.WANTED and item.source_url != source.url


def _is_forbidden(item: MediaItem) -> bool:
    """Whether it was the address that our policy refused, not what came: a name leads elsewhere,
    now and then, and a resolver may have been wrong.
    """
    return item.refused_sha256 == item.trouble != ""


def _may_ask(item: MediaItem) -> bool:
    return item.not_before is None or item.not_before <= timezone.now()


def _is_elsewhere(item: MediaItem, source: MediaSource) -> bool:
    return _place(item.source_url) != _place(source.url)


def _place(address: str) -> str:
    """An address without its query, which signs it for a while."""
    return address.partition("?")[0]


def _freshened(item: MediaItem, source: MediaSource) -> MediaItem:
    is_elsewhere = _is_elsewhere(item, source)
    if is_elsewhere:
        item.gone_at = None
    if item.state == State.REFUSED:
        item.refused_times = 0
    if is_elsewhere or item.trouble in DENIED or item.state == State.REFUSED:
        item.not_before = None
    item.source_url, item.state = source.url, State.WANTED
    return item


def _write(fresh: Sequence[MediaItem]) -> None:
    """Write fresh addresses, but not over what is just being stored."""
    with transaction.atomic():
        items = MediaItem.objects.filter(pk__in=[item.pk for item in fresh])
        still = items.filter(state__in=[State.WANTED, State.GONE, State.REFUSED]).order_by("pk")
        free = set(still.select_for_update(skip_locked=True).values_list("pk", flat=True))
        MediaItem.objects.bulk_update(
            [item for item in fresh if item.pk in free],
            ["source_url", "state", "not_before", "gone_at", "refused_times"],
        )


def _wanted(like: Like, source: MediaSource) -> MediaItem:
    return MediaItem(
        user_id=like.user_id,
        like=like,
        kind=source.kind,
        position=source.position,
        source_url=source.url,
        width=source.width,
        height=source.height,
        alt=source.alt,
    )
