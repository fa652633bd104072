"""A visit in the foreground: for somebody who waits for it and wants to know how it went."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field

from django.db.models import Exists
from django.utils import timezone

from accounts import upstream
from archive.ingest import Stored
from archive.models import Feed, MediaItem
from harvester import lease, levers, plan, words
from harvester.beside import Beside, fetching, left
from harvester.download import Download
from harvester.models import Crawl, Schedule, halts
from harvester.walk import Slice, walk

TRIES = 5
PAUSE = 2.0
WHOLE = Slice(pages=10**9, seconds=1e9)


@dataclass(slots=True)
class Watcher:
    """What happens is told here: words for a person, numbers for a progress bar."""

    say: Callable[[str], None] = lambda words: None
    page: Callable[[Crawl, Stored], None] = lambda crawl, stored: None
    media: Callable[[int, int], None] = lambda settled, left: None


@dataclass(slots=True)
class Report:
    """How it went: empty `reasons` means that everything there is to have is here."""

    new: int = 0
    known: int = 0
    reasons: list[str] = field(default_factory=list)


def visit(feed: Feed, watcher: Watcher, *, media: bool = True) -> Report:
    """Walk a feed to its seam or end, and settle every medium of its person's likes.

    Waits while another worker holds the visit. Short waits of its own are not waited for:
    a page is tried TRIES times, PAUSE seconds apart at most; only a rate limit, a dead
    token or a closed endpoint end it early. A paused feed is left in peace. Safe to kill and
    run again.
    """
    if Schedule.objects.filter(feed=feed).exclude(paused_at=None).exists():
        return Report(reasons=[_about(feed, "is paused: resume it on the page of sources first.")])
    levers.lift_halts(feed)
    with fetching(feed.user_id, watcher.media) if media else nullcontext() as beside:
        crawl = _walk(plan.open_crawl(feed, asked=True), watcher, beside)
    report = Report(crawl.new_entries, crawl.known_entries, _reasons(crawl))
    if media:
        report.reasons += _settle_media(feed, watcher)
    return report


def _walk(crawl: Crawl, watcher: Watcher, beside: Beside | None) -> Crawl:
    def after_page(crawl: Crawl, stored: Stored) -> None:
        if beside:
            beside.ring()
        watcher.page(crawl, stored)

    tries = 0
    while crawl.is_live and tries < TRIES and not _is_stuck(crawl):
        held = lease.take(crawl.pk, patient=False)
        if held is None:
            _wait_for_holder(crawl, watcher, beside)
            continue
        before = crawl.pages
        try:
            walk(held, upto=WHOLE, after_page=after_page)
        finally:
            held.release()
        crawl.refresh_from_db()
        tries = tries + 1 if crawl.pages == before else 1
        if crawl.state == Crawl.State.WAITING and tries < TRIES and not _is_stuck(crawl):
            watcher.say(f"{_service(crawl)} is not answering as it should, trying again.")
            time.sleep(min(PAUSE, 0.25 * 2**tries))
    return crawl


def _wait_for_holder(crawl: Crawl, watcher: Watcher, beside: Beside | None) -> None:
    watcher.say("Another worker holds this visit, waiting for it.")
    time.sleep(0.5)
    if beside:
        beside.listen(0)
    crawl.refresh_from_db()


def _is_stuck(crawl: Crawl) -> bool:
    """Waiting is of no use now: only the person, or the service, can end this."""
    connection = crawl.feed.connection
    connection.refresh_from_db()
    # Public lists are limited by their hosts, which the connection knows nothing of.
    by_host = not connection.grant and crawl.trouble in words.LIMITS
    waits = [connection.not_before, crawl.not_before if by_host else None]
    is_limited = any(until > timezone.now() for until in waits if until)
    is_open = connection.is_usable and connection.user.is_active and not _is_closed(crawl)
    return is_limited or not is_open


def _is_closed(crawl: Crawl) -> bool:
    """Whether somebody else's visit was told that this list is closed for all."""
    closed = halts("feed__connection", "feed__kind")
    return Crawl.objects.filter(Exists(closed), pk=crawl.pk).exists()


def _reasons(crawl: Crawl) -> list[str]:
    if crawl.state == Crawl.State.DONE:
        return []
    connection = crawl.feed.connection
    if crawl.is_live and _is_closed(crawl):
        crawl.state, crawl.trouble = Crawl.State.WAITING, "retired"
    said = words.visit(
        crawl,
        _service(crawl),
        needs_you=not connection.is_usable,
        limited=connection.not_before is not None,
    )
    return [_about(crawl.feed, f"{said} ({crawl.trouble or crawl.state})")]


def _about(feed: Feed, said: str) -> str:
    return f"@{feed.connection.username}, {feed.kind}: {said}"


def _service(crawl: Crawl) -> str:
    return upstream.service(crawl.feed.connection.provider).title


def _one_go(feed: Feed) -> None:
    Download(feed.user_id, impatient=True).run()


def _settle_media(feed: Feed, watcher: Watcher) -> list[str]:
    """Try what is left TRIES times; say why it could not be settled."""
    for again in range(TRIES):
        _one_go(feed)
        if not left(feed.user_id):
            return []
        time.sleep(min(PAUSE, 0.25 * 2**again))
    while _held_elsewhere(feed):
        watcher.say("Another worker is fetching media, waiting for it.")
        time.sleep(PAUSE)
        _one_go(feed)
    wanted = MediaItem.objects.of(feed.user).wanted().filter(gone_at=None)
    troubles = sorted(set(wanted.values_list("trouble", flat=True)))
    count = wanted.count()
    said = ", ".join(trouble or "not tried" for trouble in troubles)
    return [f"{words.pictures(count)} could not be fetched yet: {said}."] if count else []


def _held_elsewhere(feed: Feed) -> bool:
    items = MediaItem.objects.of(feed.user).wanted()
    return items.filter(claimed_until__gt=timezone.now()).exists()
