"""Getting one medium from wherever it can be had, and proving that it is what was asked for."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import lru_cache

from django.conf import settings

from accounts import upstream
from accounts.turns import RESTS
from archive.models import MediaItem
from providers.crashpoints import crashpoint
from providers.decoder import Decoder, Seen
from providers.errors import ProviderError, RateLimited, TryLater, WrongContent
from providers.fetch import Fetched, Fetcher
from providers.shapes import Whereabouts
from providers.turns import Turns

logger = logging.getLogger(__name__)

# So often an original is waited for whose host is not well, before a copy is good enough.
PATIENCE = 2


@dataclass(frozen=True, slots=True)
class Got:
    """A medium after the network: verified bytes in a temporary file, or what went wrong.

    Neither seen nor in error: our own disk failed. `is_copy`: not the original.
    """

    item: MediaItem
    fetched: Fetched | None = None
    seen: Seen | None = None
    error: ProviderError | None = None
    is_copy: bool = False

    def forget(self) -> None:
        """Remove the temporary file."""
        if self.fetched:
            self.fetched.path.unlink(missing_ok=True)


@lru_cache
def fetcher() -> Fetcher:
    """This process's connections to media hosts."""
    return Fetcher(allow_private=settings.FETCH_ALLOW_PRIVATE_HOSTS)


@lru_cache
def decoder() -> Decoder:
    """This process's child that decodes what strangers send."""
    return Decoder()


@dataclass(slots=True)
class Resting:
    """Turns without a database: hosts that want to be left alone, and for how many seconds.

    Known when a batch of media was claimed, and what their answers have said since.
    """

    hosts: dict[str, float] = field(default_factory=dict)

    def wait(self, host: str) -> None:
        """At once; RateLimited while `host` rests."""
        if self.hosts.get(host, 0.0) > 0:
            rests = self.hosts[host]
            raise RateLimited(RESTS, "The host asked everybody to wait.", rests, host)

    def told(self, host: str, left: int | None, seconds: float | None) -> None:
        """A host that grants nothing more rests until it counts anew."""
        if left == 0 and seconds:
            self.hosts[host] = seconds


def get(item: MediaItem, turns: Turns) -> Got:
    """Fetch and verify one medium; runs in a thread of a pool, touches no row.

    Where an original cannot be had, the next place is tried; what is told is why the first
    one failed.
    """
    first: Got | None = None
    try:
        for place in upstream.service(item.like.provider).whereabouts(item.source_url, turns):
            got = _get_at(item, place, turns)
            if got.error is None:
                return got
            if first:
                got.forget()
            first = first or got
            if not _may_ask_elsewhere(item, got.error):
                break
    except ProviderError as error:
        first = first or Got(item, error=error)
    return first or Got(item, error=WrongContent("nowhere", "Nobody says where it is."))


def _may_ask_elsewhere(item: MediaItem, error: ProviderError) -> bool:
    """A host that only has to be waited for is waited for a few times."""
    if isinstance(error, RateLimited):
        return False
    return not isinstance(error, TryLater) or item.attempts >= PATIENCE


def _get_at(item: MediaItem, place: Whereabouts, turns: Turns) -> Got:
    fetched = None
    try:
        turns.wait(place.host)
        fetched = fetcher().fetch(place.url, kind=item.kind, into=settings.TEMPORARY)
        crashpoint("media.fetched")
        _check_hash(fetched, place)
        seen = decoder().inspect(fetched.path, fetched.content_type)
    except RateLimited as error:
        told = RateLimited(error.code, error.words, error.retry_after, place.host)
        return Got(item, fetched, error=told)
    except ProviderError as error:
        return Got(item, fetched, error=error)
    except OSError as exc:
        # This machine's disk, which is no fault of the medium.
        logger.warning("temporary file failed error=%s", type(exc).__name__)
        return Got(item, fetched)
    return Got(item, fetched, seen, is_copy=place.is_copy)


def _check_hash(fetched: Fetched, place: Whereabouts) -> None:
    if place.sha256 and fetched.sha256 != place.sha256:
        raise WrongContent(
            "wrong_hash", "The bytes are not the ones that were posted.", fetched.sha256
        )
