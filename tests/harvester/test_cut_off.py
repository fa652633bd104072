"""Seen is not proven: wherever a visit is cut off, nothing is lost and nothing is skipped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import InternalError, connection, transaction
from django.utils import timezone

from archive.models import Entry, Feed, Like, MediaItem
from harvester import lease, levers, plan
from harvester.lease import LostLease
from harvester.models import Crawl
from harvester.walk import Next, Slice, walk
from tests.conftest import visit
from tests.harvester.listed import dying
from tests.shelves import check_laws, everything, kept, missing

pytestmark = pytest.mark.django_db


def die(feed: Feed, listed, *, after: int) -> None:
    """A worker visits and is gone after so many pages, its lease with it in time."""
    with dying(listed, after):
        visit(feed)
    run_out()


def run_out() -> None:
    """Leases that were never given back have run out."""
    past = timezone.now() - timedelta(seconds=1)
    Crawl.objects.exclude(lease=None).update(leased_until=past)


def abandon(feed: Feed) -> None:
    """The visit is over for good: the next one begins at the top."""
    for crawl in Crawl.objects.live().filter(feed=feed):
        levers.stop(crawl)


@pytest.mark.parametrize("resumed", [True, False])
def test_a_crash_after_one_of_three_new_pages_leaves_no_hole(shelf, listed, resumed):
    listed.like(20)
    visit(shelf)
    listed.like(12)
    die(shelf, listed, after=1)
    assert len(kept(shelf)) == 24
    if not resumed:
        abandon(shelf)
    crawl, _ = visit(shelf)
    assert crawl.state == Crawl.State.DONE
    assert kept(shelf) == listed.order
    check_laws(shelf)


@pytest.mark.parametrize("resumed", [True, False])
@pytest.mark.parametrize("after", range(1, 6))
def test_cut_off_at_any_page_of_a_first_visit_it_goes_on(shelf, listed, after, resumed):
    listed.like(20)
    die(shelf, listed, after=after)
    assert kept(shelf) == listed.order[: after * listed.size]
    if not resumed:
        abandon(shelf)
    visit(shelf)
    assert kept(shelf) == listed.order
    check_laws(shelf)


def test_a_resumed_visit_reads_no_page_twice(shelf, listed):
    listed.like(20)
    die(shelf, listed, after=3)
    listed.asked.clear()
    crawl, _ = visit(shelf)
    assert len(listed.asked) == 2
    assert (crawl.pages, crawl.new_entries, crawl.deaths) == (5, 20, 0)


def test_a_slice_ends_where_it_should_and_another_goes_on(shelf, listed):
    listed.like(20)
    crawl, after = visit(shelf, pages=2)
    assert (after, crawl.state, crawl.pages) == (Next.ANOTHER_SLICE, Crawl.State.QUEUED, 2)
    crawl, after = visit(shelf, pages=50)
    assert (after, crawl.state, crawl.pages) == (Next.NOTHING, Crawl.State.DONE, 5)
    assert kept(shelf) == listed.order


def test_cut_off_twice_at_different_depths_there_is_no_hole(shelf, listed):
    listed.like(12)
    visit(shelf)
    listed.like(12)
    die(shelf, listed, after=2)
    abandon(shelf)
    listed.like(9)
    die(shelf, listed, after=1)
    abandon(shelf)
    listed.like(1)
    visit(shelf)
    assert kept(shelf) == listed.order
    check_laws(shelf)


def test_a_page_without_its_commit_is_as_if_it_had_not_been_read(shelf, listed):
    listed.like(20)
    visit(shelf, pages=1)
    with the_last_write_failing(), pytest.raises(InternalError):
        visit(shelf)
    assert len(everything(shelf)) == Like.objects.count() == MediaItem.objects.count() == 4
    run_out()
    visit(shelf)
    assert kept(shelf) == listed.order
    check_laws(shelf)


class the_last_write_failing:  # reads as a sentence
    """The database refuses what a page's commit ends with: the visit's own row."""

    def __enter__(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "RAISE 'no more' USING ERRCODE = 'XX000'; END $$;"
                "CREATE TRIGGER refuse BEFORE UPDATE OF pages ON harvester_crawl FOR EACH ROW "
                "WHEN (OLD.pages <> NEW.pages) EXECUTE FUNCTION refuse()"
            )

    def __exit__(self, *_):
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER refuse ON harvester_crawl; DROP FUNCTION refuse()")


def test_the_same_page_twice_leaves_the_same_rows(shelf, listed):
    listed.like(10)
    visit(shelf)
    before = list(Entry.objects.order_by("pk").values_list("pk", "rank", "liked_at"))
    Feed.objects.update(walked_whole_at=None)
    visit(shelf)
    assert list(Entry.objects.order_by("pk").values_list("pk", "rank", "liked_at")) == before
    assert MediaItem.objects.count() == 10


def paused(feed: Feed, listed, meanwhile) -> Crawl:
    """A worker reads a page and sleeps; meanwhile something happens; then it wakes up."""
    crawl = plan.open_crawl(feed)
    held = lease.take(crawl.pk)
    listed.before = lambda cursor: meanwhile(crawl)
    assert walk(held, upto=Slice(), after_page=lambda crawl, stored: None) is Next.NOTHING
    listed.before = lambda cursor: None
    return Crawl.objects.get(pk=crawl.pk)


def test_a_paused_worker_that_wakes_up_writes_nothing(shelf, listed):
    listed.like(20)

    def another_takes_over(crawl):
        if listed.asked == [None]:
            past = timezone.now() - timedelta(seconds=1)
            Crawl.objects.filter(pk=crawl.pk).update(leased_until=past)
            other = lease.take(crawl.pk)
            walk(other, upto=Slice(pages=2), after_page=lambda crawl, stored: None)
            holders.append(lease.take(crawl.pk))

    holders = []
    crawl = paused(shelf, listed, another_takes_over)
    assert (crawl.pages, crawl.new_entries, crawl.state) == (2, 8, Crawl.State.RUNNING)
    assert crawl.lease == holders[0].token
    assert kept(shelf) == listed.order[:8]


@pytest.mark.parametrize(
    "stopping",
    [
        lambda crawl: levers.stop(crawl),
        lambda crawl: levers.pause(crawl.feed),
        lambda crawl: levers.disconnect(crawl.feed.connection),
        lambda crawl: type(crawl.feed.user).objects.update(is_active=False),
    ],
    ids=["stopped", "paused", "disconnected", "deactivated"],
)
def test_what_was_stopped_meanwhile_is_not_written(shelf, listed, stopping):
    listed.like(20)
    crawl = paused(shelf, listed, stopping)
    assert crawl.pages == 0
    assert everything(shelf) == []
    assert crawl.lease is None


def test_a_holder_without_the_lease_can_neither_renew_nor_lock(shelf):
    crawl = plan.open_crawl(shelf)
    held = lease.take(crawl.pk)
    levers.stop(crawl)
    with pytest.raises(LostLease):
        held.renew()
    with pytest.raises(LostLease), transaction.atomic():
        held.lock()


def test_nothing_is_missing_that_only_slid_below_where_a_visit_stopped(shelf, listed):
    listed.like(20)
    visit(shelf)
    listed.unlike("p1")
    for _ in range(2):
        listed.like(2)
        visit(shelf)
    assert not missing(shelf)
