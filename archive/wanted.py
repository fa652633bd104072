"""Which pictures and videos a page asks for."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

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
    address is called now; what was gone is wanted again at another place. Safe to repeat.
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
    if item.state == State.GONE:
        return _place(item.source_url) != _place(source.url)
    return item.state == State.WANTED and item.source_url != source.url


def _place(address: str) -> str:
    """An address without its query, which signs it for a while."""
    return address.partition("?")[0]


def _freshened(item: MediaItem, source: MediaSource) -> MediaItem:
    is_elsewhere = _place(item.source_url) != _place(source.url)
    if is_elsewhere:
        item.gone_at = None
    if is_elsewhere or item.trouble in DENIED:
        item.not_before = None
    item.source_url, item.state = source.url, State.WANTED
    return item


def _write(fresh: Sequence[MediaItem]) -> None:
    """Write fresh addresses, but not over what is just being stored."""
    with transaction.atomic():
        items = MediaItem.objects.filter(pk__in=[item.pk for item in fresh])
        still = items.filter(state__in=[State.WANTED, State.GONE]).order_by("pk")
        free = set(still.select_for_update(skip_locked=True).values_list("pk", flat=True))
        MediaItem.objects.bulk_update(
            [item for item in fresh if item.pk in free],
            ["source_url", "state", "not_before", "gone_at"],
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
