"""Which pictures and videos a page asks for."""

from __future__ import annotations

from collections.abc import Sequence

from archive.models import Like, MediaItem
from providers.shapes import MediaSource


def note(likes: Sequence[tuple[Like, Sequence[MediaSource]]]) -> int:
    """Want the media of these likes; freshen the addresses of what has not come yet.

    Returns how many were not wanted before. What is stored stays as it is, whatever its
    address is called now. Safe to repeat.
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
            elif item.state == MediaItem.State.WANTED and item.source_url != source.url:
                fresh.append(_freshened(item, source))
    MediaItem.objects.bulk_create(new, ignore_conflicts=True)
    MediaItem.objects.bulk_update(fresh, ["source_url", "not_before", "gone_at"])
    return len(new)


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


def _freshened(item: MediaItem, source: MediaSource) -> MediaItem:
    item.source_url, item.not_before, item.gone_at = source.url, None, None
    return item
