"""Asking a service once more where a post's media are: addresses expire, and hosts move."""

from __future__ import annotations

import logging

from django.db.models import Case, Q, Value, When
from django.db.models.functions import Now

from accounts import upstream
from accounts.models import Connection
from archive import wanted
from archive.models import Entry, Like, MediaItem
from harvester import outcomes
from harvester.models import Halt
from providers.errors import ProviderError, TryLater

logger = logging.getLogger(__name__)

# An address that fails for the first time is renewed, and then once in so many tries: in hours.
AGAIN = 24


def is_due(item: MediaItem, *, is_news: bool) -> bool:
    """Whether the service is asked where a medium is that was denied, or not there, just now."""
    return is_news or item.attempts % AGAIN == 0


def addresses(item: MediaItem) -> None:
    """Fetch fresh addresses for the like of `item`, and for all its media with one question.

    None at all where another worker has asked meanwhile. Nobody is asked who has asked us to
    wait; then, and when nobody answers, the next denial is as good as the first.
    """
    same = MediaItem.objects.filter(pk=item.pk, source_url=item.source_url)
    if same.exists() and not _renewed(item.like):
        same.update(trouble=wanted.NOT_RENEWED)


def _renewed(like: Like) -> bool:
    """Whether the service has answered; what the answer means is heeded as by a visit."""
    connection = _who_asks(like)
    if connection is None or _is_closed(connection):
        return False
    try:
        post = upstream.client(connection).post(like.post_id, like.author_id)
    except ProviderError as error:
        logger.info("no fresh address like=%s code=%s", like.pk, error.code)
        outcomes.heed(connection, error)
        return not isinstance(error, TryLater)
    wanted.note([(like, post.media)])
    return True


def _who_asks(like: Like) -> Connection | None:
    """A connection of the like's person that may ask now, best one whose list shows it.

    What came as a file is asked for by whoever else the person is at that service.
    """
    theirs = Connection.objects.usable().filter(user=like.user_id, provider=like.provider)
    open_now = theirs.filter(Q(not_before=None) | Q(not_before__lte=Now()))
    shown = Entry.objects.filter(like=like).values("feed__connection")
    first = Case(When(pk__in=shown, then=Value(0)), default=Value(1))
    return open_now.order_by(first, "pk").first()


def _is_closed(connection: Connection) -> bool:
    """Whether its service gives single posts to nobody any more."""
    of_service = Halt.objects.filter(provider=connection.provider, instance=connection.instance)
    return of_service.filter(kind=Halt.POSTS).exists()
