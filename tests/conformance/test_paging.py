"""Lists that lead astray: every visit ends, nothing that was shown is lost, the next one heals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.models import Feed
from harvester import outcomes
from harvester.models import Crawl
from harvester.walk import EMPTY_PAGES, STALE_PAGES
from tests.conformance.standin import Cut, StandIn, Trick
from tests.conformance.visits import visit_until_it_ends
from tests.conftest import visit
from tests.shelves import check_laws, everything, kept, missing


def the_same_cursor_twice() -> Trick:
    """The second page says that it is followed by itself."""
    return lambda number, cut: cut if number == 1 else replace(cut, after=cut.asked)


def there_and_back() -> Trick:
    """A leads to B, and B to A."""
    told: dict[int, str | None] = {}

    def trick(number: int, cut: Cut) -> Cut:
        told[number] = cut.after
        return cut if number < 3 else replace(cut, after=told[1 + number % 2])

    return trick


def the_same_rows_for_ever() -> Trick:
    """The cursor moves on without end, the rows do not."""
    shown: list[Cut] = []

    def trick(number: int, cut: Cut) -> Cut:
        shown.append(cut)
        return cut if number < 3 else Cut(cut.asked, shown[1].rows, f"{10**9 + number}")

    return trick


@pytest.mark.parametrize("circle", [the_same_cursor_twice, there_and_back, the_same_rows_for_ever])
def test_a_circle_ends_the_visit_and_never_counts_as_the_end(feed, service, circle):
    service.play(circle())
    crawl = visit_until_it_ends(feed)
    assert (crawl.state, crawl.trouble) == (Crawl.State.FAILED, "circles")
    assert len(service.asked_pages()) <= 3 + STALE_PAGES + outcomes.TRIES
    assert len(kept(feed)) >= 2 * service.size
    assert kept(feed) == service.order()[: len(kept(feed))]
    assert Feed.objects.get().covered_top is None
    check_healed(feed, service)


def check_healed(feed: Feed, service: StandIn) -> None:
    """The next visit finds all there is."""
    service.heal()
    crawl, _ = visit(feed)
    assert crawl.state == Crawl.State.DONE
    assert kept(feed) == service.order()
    assert not missing(feed)
    check_laws(feed)


def test_a_circle_in_a_later_visit_loses_nothing(feed, service):
    visit(feed)
    service.like(2 * service.size + 1)
    service.play(the_same_cursor_twice())
    assert visit_until_it_ends(feed).state == Crawl.State.FAILED
    assert set(kept(feed)) == set(service.order()) - {service.order()[2 * service.size]}
    check_healed(feed, service)


def test_an_empty_page_is_the_end_only_where_the_protocol_says_so(feed, service):
    service.play(lambda number, cut: replace(cut, rows=()) if number == 2 else cut)
    crawl, _ = visit(feed)
    order, size = service.order(), service.size
    rest = order[2 * size :] if service.empty_goes_on else []
    assert (crawl.state, kept(feed)) == (Crawl.State.DONE, [*order[:size], *rest])
    service.heal()
    Feed.objects.update(walked_whole_at=None)
    visit(feed)
    assert kept(feed) == order
    check_laws(feed)


def test_empty_pages_without_end_are_no_end_either(feed, service):
    service.play(lambda number, cut: Cut(cut.asked, (), f"{10**9 + number}"))
    crawl = visit_until_it_ends(feed)
    assert (crawl.state == Crawl.State.FAILED) == service.empty_goes_on
    assert len(service.asked_pages()) <= 2 * EMPTY_PAGES
    assert kept(feed) == []
    Feed.objects.update(walked_whole_at=None)
    check_healed(feed, service)


def test_pages_shorter_than_asked_are_not_the_end(feed, service):
    service.play(lambda number, cut: replace(cut, rows=cut.rows[:1]) if cut.rows else cut)
    crawl, _ = visit(feed)
    shown = [given for at, given in enumerate(service.order()) if at % service.size == 0]
    assert (crawl.state, kept(feed)) == (Crawl.State.DONE, shown)


@pytest.mark.parametrize("overlap", [1, 3])
def test_rows_that_come_on_two_pages_are_kept_once(feed, service, overlap):
    service.play(lambda number, cut: overlapping(service, cut, overlap))
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.new_entries) == (Crawl.State.DONE, 18)
    assert kept(feed) == everything(feed) == service.order()
    check_laws(feed)


def overlapping(service: StandIn, cut: Cut, overlap: int) -> Cut:
    """The page begins with the last rows of the one before it."""
    listed = service.listed()
    if cut.asked is None or not cut.rows:
        return cut
    at = listed.index(cut.rows[0])
    return replace(cut, rows=(*listed[at - overlap : at], *cut.rows))


def test_a_row_twice_on_one_page_is_kept_once(feed, service):
    service.play(lambda number, cut: replace(cut, rows=(*cut.rows, *cut.rows[:1])))
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.new_entries) == (Crawl.State.DONE, 18)
    assert kept(feed) == service.order()


def test_a_list_that_moves_while_it_is_read_is_whole_at_the_next_visit(feed, service):
    last = service.order()[-1]

    def meanwhile(number: int, cut: Cut) -> Cut:
        """Two likes more, one less, and one that moves from the bottom to the top."""
        if number == 2:
            service.like(2)
            service.unlike(service.order()[5])
            service.relike(last)
        return cut

    service.play(meanwhile)
    for _ in range(3):
        assert visit(feed)[0].state == Crawl.State.DONE
        # Where a list has no end, what is gone deep down is missed by whole walks only.
        Feed.objects.update(walked_whole_at=None)
    assert kept(feed) == service.order()
    check_laws(feed)


def test_a_page_without_measure_ends_and_loses_nothing_in_silence(service, feed):
    service.like(990)
    service.play(lambda number, cut: without_measure(service, cut))
    crawl = visit_until_it_ends(feed)
    assert len(everything(feed)) >= 1000
    assert kept(feed)[:1000] == service.order()[:1000]
    assert crawl.rejected > 0 or kept(feed) == service.order()
    assert len(service.asked_pages()) <= 3 + len(service.order())


def without_measure(service: StandIn, cut: Cut) -> Cut:
    """The whole list at once; who asks for what follows some of it is told that."""
    if cut.asked is not None:
        return cut
    return service.last_cursor(Cut(cut.asked, tuple(service.listed()), None))
