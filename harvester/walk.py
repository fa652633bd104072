"""Walking a feed, newest to oldest: one page, one commit; seen is not proven."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from django.db import transaction

from accounts import upstream
from accounts.clash import retried
from archive.coverage import Listing
from archive.ingest import Stored, Visit, store_page
from archive.settle import WALKED, complete, settle
from harvester import guess, outcomes, plan, risk
from harvester.lease import Held, LostLease, heartbeat
from harvester.models import Crawl
from harvester.once import Once
from providers.crashpoints import crashpoint
from providers.errors import ProviderError, Retired, Unexpected
from providers.service import Client
from providers.shapes import Page

logger = logging.getLogger(__name__)

# In a row: pages with nothing in them, and pages with nothing this visit had not met.
EMPTY_PAGES, STALE_PAGES = 10, 2
MOST_PAGES = 20_000
CURSORS_KEPT = 1_000
# Whoever lists an account in public chose the host that we ask, and may have chosen a slow one.
STRANGERS_SECONDS = 15.0
AfterPage = Callable[[Crawl, Stored], None]


class Next(Enum):
    """What a slice leaves to do."""

    NOTHING = auto()
    ANOTHER_SLICE = auto()


@dataclass(slots=True)
class Slice:
    """How far one task walks, so that none runs long."""

    pages: int = 50
    seconds: float = 60.0
    _began: float = field(default_factory=time.monotonic)

    def is_over(self, pages: int) -> bool:
        """Whether `pages` pages, or the time since the slice began, are enough."""
        return pages >= self.pages or time.monotonic() - self._began >= self.seconds

    def among_strangers(self) -> Slice:
        """From now on, and shorter: others must not wait for a host of somebody's choice."""
        return Slice(self.pages, min(self.seconds, STRANGERS_SECONDS))


class Circles(Unexpected):
    """The service sends us round in circles."""

    def __init__(self) -> None:
        super().__init__("circles", "The service kept sending the same page.")


def walk(held: Held, *, upto: Slice, after_page: AfterPage) -> Next:
    """Walk a visit for one slice; whatever happens stands in its row afterwards.

    `after_page` is called after each commit. Raises nothing upstream-related: every
    trouble finds its fate in `outcomes`.
    """
    try:
        with heartbeat(held, lambda: held.moved_at):
            return _pages(held, upto, after_page)
    except ProviderError as error:
        return _met(held, error)
    except LostLease:
        return _lost(held)


def _met(held: Held, error: ProviderError) -> Next:
    try:
        outcomes.settle(held, error)
    except LostLease:
        return _lost(held)
    return Next.NOTHING


def _lost(held: Held) -> Next:
    """Somebody else walks it by now, or nobody may: then the lease is still ours to give back."""
    held.release()
    logger.warning("visit is not ours any more crawl=%s", held.crawl_id)
    return Next.NOTHING


def _pages(held: Held, upto: Slice, after_page: AfterPage) -> Next:
    crawl = held.crawl
    client = upstream.client(crawl.feed.connection)
    # Where no grant is needed the list is public, and at whatever host its owner chose.
    upto = upto if crawl.feed.connection.grant else upto.among_strangers()
    pages = 0
    while crawl.is_live:
        if upto.is_over(pages):
            held.release()
            crashpoint("visit.released")
            return Next.ANOTHER_SLICE
        # A commit that clashed with another one is tried again, with the page that was read.
        crawl = retried(step)(held, Once(client), crawl, after_page)
        if crawl.is_live and crawl.is_halted:
            raise Retired("retired", "The service has closed this list for everybody meanwhile.")
        pages += 1
    return Next.NOTHING


def step(held: Held, client: Client, crawl: Crawl, after_page: AfterPage) -> Crawl:
    """Read one page and keep it: rows, cursor and counters in one commit.

    ProviderError, LostLease. Returns the visit as it stands after the commit.
    """
    crashpoint("page.asked")
    page = client.page(crawl.feed.kind, crawl.cursor)
    crashpoint("page.fetched")
    with transaction.atomic():
        crawl, now = held.lock()
        visit = Visit(crawl.number, crawl.opened_at, crawl.ceiling, crawl.floor, now)
        stored = store_page(crawl.feed, visit, page)
        crashpoint("page.rows")
        goes_on = _advance(crawl, page, stored, replace(visit, floor=stored.floor))
        crawl.feed.save(update_fields=WALKED)
        crawl.save()
        crashpoint("page.unsaved")
    logger.info("page stored crawl=%s new=%d known=%d", crawl.pk, stored.new, stored.known)
    crashpoint("page.stored")
    after_page(crawl, stored)
    if not goes_on:
        raise Circles
    return crawl


def _advance(crawl: Crawl, page: Page, stored: Stored, visit: Visit) -> bool:
    """Move the visit past the page. False when the service leads us in circles."""
    _count(crawl, page, stored)
    _count_places(crawl, page)
    crawl.moved_at = visit.now
    if page.next_cursor is None or (stored.is_seam and not crawl.whole):
        crawl.is_unsettled = crawl.is_unsettled or stored.new > 0
        _finish(crawl, visit, whole=page.next_cursor is None)
        return True
    mark = _mark(page.next_cursor)
    is_circle = mark in crawl.cursors_seen or page.next_cursor == crawl.cursor
    is_idle = crawl.idle_pages > (STALE_PAGES if page.posts else EMPTY_PAGES)
    if is_circle or is_idle or crawl.pages >= MOST_PAGES:
        return False
    crawl.cursor = page.next_cursor
    crawl.cursors_seen = [*crawl.cursors_seen, mark][-CURSORS_KEPT:]
    crawl.attempts, crawl.trouble = 0, ""
    return True


def _count(crawl: Crawl, page: Page, stored: Stored) -> None:
    crawl.pages += 1
    crawl.new_entries += stored.new
    crawl.known_entries += stored.known
    crawl.rejected += stored.rejected
    crawl.wanted += stored.wanted
    crawl.idle_pages = 0 if stored.fresh else crawl.idle_pages + 1
    crawl.floor, crawl.deaths = stored.floor, 0
    for key, times in page.unknown_keys.items():
        crawl.unknown_keys[key] = crawl.unknown_keys.get(key, 0) + times


def _count_places(crawl: Crawl, page: Page) -> None:
    """Note what a page has fewer than the largest, if another one follows it."""
    size = len(page.posts) + len(page.rejected)
    if size > crawl.page_size:
        crawl.left_out += (size - crawl.page_size) * crawl.followed_pages
        crawl.page_size = size
    if page.next_cursor is not None:
        crawl.left_out += crawl.page_size - size
        crawl.followed_pages += 1


def _finish(crawl: Crawl, visit: Visit, *, whole: bool) -> None:
    """The visit is complete: write down what that proves, and when the next one comes."""
    window = risk.window(crawl.feed)
    listing = Listing(whole, crawl.pages, crawl.rejected, window, crawl.left_out)
    began_at = crawl.began_at or crawl.opened_at
    proven = complete(crawl.feed, visit=visit, began_at=began_at, listing=listing)
    if crawl.feed.on_wall and crawl.is_unsettled:
        settle(crawl.feed)
    crawl.gaps, crawl.healed = crawl.gaps + proven.left, crawl.healed + proven.healed
    crashpoint("visit.proven")
    if proven.left:
        guess.note(crawl)
    if proven.looks_back and not crawl.looks_back:
        plan.look_back(crawl)
        return
    crawl.state, crawl.finished_at = Crawl.State.DONE, visit.now
    crawl.lease = crawl.leased_until = None
    crawl.attempts, crawl.trouble = 0, ""
    plan.after_success(crawl)


def _mark(cursor: str) -> str:
    """A cursor as it is remembered: short, whatever the service sends."""
    return hashlib.sha256(cursor.encode("utf-8", "replace")).hexdigest()[:16]
