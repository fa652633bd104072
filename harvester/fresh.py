"""Asking a service once more where a post's media are: addresses of big services expire."""

from __future__ import annotations

import logging

from accounts import upstream
from archive import wanted
from archive.models import Entry, MediaItem
from providers.errors import ProviderError

logger = logging.getLogger(__name__)


def addresses(item: MediaItem) -> bool:
    """Fetch fresh addresses for the like of `item`; False when there are none to be had."""
    like = item.like
    entries = Entry.objects.filter(like=like).select_related("feed__connection")
    entry = entries.filter(feed__connection__state="connected").first()
    if entry is None:
        return False
    try:
        post = upstream.client(entry.feed.connection).post(like.post_id, like.author_id)
    except ProviderError as error:
        logger.info("no fresh address item=%s code=%s", item.pk, error.code)
        return False
    wanted.note([(like, post.media)])
    return True
