"""Fetching wanted media: a bounded pool of threads fetches, one thread writes rows."""

from __future__ import annotations

import logging
import time
import uuid
from collections import deque
from collections.abc import Callable, Collection
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias, TypeVar

from django.conf import settings

from accounts import turns
from accounts.models import User
from archive import media
from archive.media import Verified, storage_errors
from archive.models import Blob, MediaItem
from harvester import claims, fresh, mishaps
from harvester.getting import Got, Resting, decoder, get
from providers.crashpoints import crashpoint
from providers.errors import Denied, Gone, ProviderError, RateLimited

logger = logging.getLogger(__name__)
_T = TypeVar("_T")
# Seconds that a host is left alone which asks to wait and does not say how long.
LIMITED = 60.0
# Seconds for which what has landed waits for company.
MOMENT = 0.05
_threads = ThreadPoolExecutor
_DoneAndNotDone: TypeAlias = tuple[set[Future[_T]], set[Future[_T]]]


@dataclass(slots=True)
class Download:
    """One go at the wanted media of a person (or of everybody), `seconds` of starts long.

    `impatient`: waits are ignored, for somebody who asked for it now. `after` is called
    with the number of media settled so far.
    """

    user: User | int | None = None
    seconds: float = 60.0
    impatient: bool = False
    after: Callable[[int], None] = lambda settled: None
    claim: uuid.UUID = field(default_factory=uuid.uuid4)
    # What went wrong in this go is not tried twice in it.
    tried: list[int] = field(default_factory=list)
    # Likes whose media were asked for anew.
    _asked: set[int] = field(default_factory=set)
    settled: int = 0
    # Claimed, and no thread was free yet.
    _waiting: deque[MediaItem] = field(default_factory=deque)
    _flying: set[Future[Got]] = field(default_factory=set)
    # What is in the air is a suspect and flies alone.
    _is_alone: bool = False
    # Nothing can be put away: what is fetched now would be fetched once more.
    _is_full: bool = False
    _renewed: float = field(default_factory=time.monotonic)
    _resting: Resting = field(default_factory=Resting)

    def run(self) -> bool:
        """Fetch until nothing is left or the time is over; True when something is left."""
        ends = time.monotonic() + self.seconds
        settings.TEMPORARY.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Bytes that have come are put away at once, not behind what is still to be fetched.
        with _threads(settings.MEDIA_CONCURRENCY) as pool, _threads(_hands()) as hands:
            try:
                while self._start(pool, is_over=self._is_over(ends)) or self._flying:
                    self._land(pool, hands)
            finally:
                self._drop()
                claims.release(self.claim)
        return time.monotonic() >= ends

    def _is_over(self, ends: float) -> bool:
        return self._is_full or time.monotonic() >= ends

    def _start(self, pool: ThreadPoolExecutor, *, is_over: bool) -> bool:
        """Keep the pool busy; False when there is nothing more to start."""
        if not self._flying:
            self._is_alone = False
        if is_over:
            self._waiting.clear()
        elif not self._waiting and not self._is_alone and not self._claim():
            return False
        self._launch(pool)
        return not is_over

    def _claim(self) -> bool:
        """Take a batch, less those that kill whoever fetches them; False when there is none."""
        self._resting = Resting(turns.resting())
        batch = claims.take(
            self.claim,
            self.user,
            skip=self.tried,
            patient=not self.impatient,
            suspects=not self._flying,
        )
        for item in batch:
            if item.deaths > claims.SUSPECT and not self.impatient:
                self.tried.append(item.pk)
                mishaps.note_killer(item)
            else:
                self._is_alone = item.deaths >= claims.SUSPECT
                self._waiting.append(item)
        if batch:
            decoder().start()  # while the first bytes are on their way
        return bool(batch)

    def _launch(self, pool: ThreadPoolExecutor) -> None:
        """One for each free thread, no more: what has been fetched must not pile up."""
        while self._waiting and len(self._flying) < settings.MEDIA_CONCURRENCY:
            self._flying.add(pool.submit(get, self._waiting.popleft(), self._resting))

    def _land(self, pool: ThreadPoolExecutor, hands: ThreadPoolExecutor) -> None:
        """Take what has arrived, as much as there are hands, and let others fly meanwhile."""
        landed, rest = self._wait(self._flying, FIRST_COMPLETED)
        # Those that come together share a commit.
        more, _ = wait(rest, timeout=MOMENT if len(landed) < _hands() and rest else 0)
        done = [*landed, *more][: _hands()]
        self._flying.difference_update(done)
        self._launch(pool)
        self._keep(hands, [future.result() for future in done])
        self.settled += len(done)
        self.after(self.settled)

    def _wait(self, futures: Collection[Future[_T]], until: str) -> _DoneAndNotDone[_T]:
        """Wait for some or all of `futures`, and keep the claim alive meanwhile."""
        third = settings.CRAWL_LEASE.total_seconds() / 3
        while True:
            done, rest = wait(futures, timeout=third, return_when=until)
            if time.monotonic() - self._renewed >= third:
                self._keep_claim(third * 3)
            if not rest or (done and until == FIRST_COMPLETED):
                return done, rest

    def _keep_claim(self, lease: float) -> None:
        """Keep what is claimed; who has slept for so long holds a claim that others took over."""
        if time.monotonic() - self._renewed > lease:
            self._waiting.clear()
        claims.renew(self.claim)
        self._renewed = time.monotonic()

    def _keep(self, hands: ThreadPoolExecutor, arrived: list[Got]) -> None:
        """Publish what was verified, refer to it; note what went wrong."""
        good = [
            Verified(got.item, got.fetched, got.seen, got.is_copy)
            for got in arrived
            if got.fetched and got.seen
        ]
        try:
            published = self._published(hands, good)
            crashpoint("media.put")
            media.refer(self.claim, published)
            crashpoint("media.referred")
        finally:
            for got in arrived:
                got.forget()
        for got in arrived:
            if got.error:
                self._note(got, got.error)
            elif not got.seen:
                self._note_storage(got.item)

    def _published(self, hands: ThreadPoolExecutor, good: list[Verified]) -> list[Verified]:
        """Those of `good` whose bytes are in storage, put there if they were not."""
        here = media.known({v.fetched.sha256 for v in good})
        paths = {v.fetched.sha256: v.fetched.path for v in good if v.fetched.sha256 not in here}
        puts = {sha256: hands.submit(_put, path, sha256) for sha256, path in paths.items()}
        self._wait(puts.values(), ALL_COMPLETED)
        here |= {sha256 for sha256, put in puts.items() if put.result()}
        for verified in good:
            if verified.fetched.sha256 not in here:
                self._note_storage(verified.item)
        return [verified for verified in good if verified.fetched.sha256 in here]

    def _note(self, got: Got, error: ProviderError) -> None:
        logger.info("medium not stored item=%s code=%s", got.item.pk, error.code)
        is_news = got.item.trouble != error.code
        self.tried.append(got.item.pk)
        mishaps.note(got.item, error, got.fetched.sha256 if got.fetched else "")
        if isinstance(error, RateLimited) and error.host and error.code != turns.RESTS:
            turns.rest(error.host, timedelta(seconds=error.retry_after or LIMITED))
        if isinstance(error, Denied | Gone) and fresh.is_due(got.item, is_news=is_news):
            self._renew(got.item)

    def _renew(self, item: MediaItem) -> None:
        """Ask where the media of a like are, once in this go."""
        if item.like_id not in self._asked:
            self._asked.add(item.like_id)
            fresh.addresses(item)

    def _note_storage(self, item: MediaItem) -> None:
        self._is_full = True
        # Those that nobody fetched yet would only be fetched once more.
        for unable in (item, *self._waiting):
            self.tried.append(unable.pk)
            mishaps.note_storage(unable)
        self._waiting.clear()

    def _drop(self) -> None:
        """Let go of what is in the air when a go is broken off."""
        for future in self._flying:
            future.add_done_callback(_forget)
        self._waiting.clear()
        self._flying.clear()


def _hands() -> int:
    """How many put bytes away: they wait for the disk, which does many of these waits at once."""
    return max(1, settings.MEDIA_CONCURRENCY // 2)


def _forget(future: Future[Got]) -> None:
    if not future.exception():
        future.result().forget()


def _put(path: Path, sha256: str) -> bool:
    crashpoint("media.verified")
    try:
        media.publish(path, Blob(sha256=sha256).key, is_settled=True)
    except storage_errors() as exc:
        # Not the whole exception: it may name addresses of the operator's storage.
        logger.warning("storage failed error=%s", type(exc).__name__)
        return False
    return True
