"""Asking a service once more where a post's media are: addresses of big services expire."""

from __future__ import annotations

import logging

from django.db.models import Q
from django.db.models.functions import Now

from accounts import upstream
from accounts.models import Connection
from archive import wanted
from archive.models import Entry, MediaItem
from providers.errors import ProviderError

logger = logging.getLogger(__name__)


def addresses(item: MediaItem) -> bool:
    """Fetch fresh addresses for the like of `item`; False when there are none to be had.

    Nobody is asked who has asked us to wait.
    """
    like = item.like
    open_now = Connection.objects.usable().filter(Q(not_before=None) | Q(not_before__lte=Now()))
    entries = Entry.objects.filter(like=like, feed__connection__in=open_now)
    entry = entries.select_related("feed__connection").first()
    if entry is None:
        return False
    try:
        post = upstream.client(entry.feed.connection).post(like.post_id, like.author_id)
    except ProviderError as error:
        logger.info("no fresh address item=%s code=%s", item.pk, error.code)
        return False
    wanted.note([(like, post.media)])
    return True
