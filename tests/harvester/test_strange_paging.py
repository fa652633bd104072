"""A service that leads astray: every visit ends, nothing is lost, the next one heals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harvester import outcomes
from harvester.models import Crawl, Schedule
from tests.conftest import visit
from tests.listening import listening
from tests.shelves import check_laws, kept, missing

pytestmark = pytest.mark.django_db


def upstream(instagram):
    return [like["post_id"] for like in instagram.truth("tess")["likes"]]


def visit_until_it_ends(feed, *, most=10):
    """Visits as a worker makes them, each time its wait is over; the visit afterwards."""
    for _ in range(most):
        Crawl.objects.update(not_before=None)
        crawl, _ = visit(feed)
        if not crawl.is_live:
            return crawl
    raise AssertionError(f"still {crawl.state} after {most} times: {crawl.trouble}")


def check_healed(feed, instagram):
    instagram.heal()
    crawl, _ = visit(feed)
    assert crawl.state == Crawl.State.DONE
    assert kept(feed) == upstream(instagram)
    assert not missing(feed)
    check_laws(feed)


@pytest.mark.parametrize(
    ("fault", "extra"), [("repeated_page", 0), ("cursor_loop", 0), ("endless_paging", 2)]
)
def test_a_list_that_goes_round_in_circles_ends_the_visit(feed, instagram, fault, extra):
    instagram.fail(fault, times=None, skip=1)
    crawl = visit_until_it_ends(feed)
    assert (crawl.state, crawl.trouble) == (Crawl.State.FAILED, "circles")
    assert kept(feed) == upstream(instagram)[: len(kept(feed))]
    assert len(instagram.requests("liked")) == 1 + outcomes.TRIES + extra
    assert Schedule.objects.get(feed=feed).failures == 1
    check_healed(feed, instagram)


@pytest.mark.parametrize("fault", ["repeated_page", "cursor_loop"])
def test_a_circle_that_opens_again_costs_no_new_visit(feed, instagram, fault):
    instagram.fail(fault, skip=1)
    crawl = visit_until_it_ends(feed)
    assert (crawl.state, crawl.trouble, crawl.attempts) == (Crawl.State.DONE, "", 0)
    assert kept(feed) == upstream(instagram)


def test_after_circles_nothing_counts_as_proven(feed, instagram):
    visit(feed)
    instagram.like("tess", 40)
    instagram.fail("repeated_page", times=None, skip=1)
    visit_until_it_ends(feed)
    check_healed(feed, instagram)


def test_a_cursor_that_does_not_move_is_a_circle(shelf, listed):
    listed.like(20)
    listed.tricks = [lambda page: page, *[lambda page: replace(page, next_cursor="17")] * 9]
    crawl = visit_until_it_ends(shelf)
    assert (crawl.state, crawl.trouble) == (Crawl.State.FAILED, "circles")
    assert len(listed.asked) == 1 + outcomes.TRIES
    listed.tricks = []
    visit(shelf)
    assert kept(shelf) == listed.order


def test_empty_pages_with_a_moving_cursor_are_followed(shelf, listed):
    listed.like(60)
    listed.hidden = set(listed.order[8:44])
    crawl, _ = visit(shelf)
    assert (crawl.state, crawl.pages) == (Crawl.State.DONE, 15)
    assert kept(shelf) == listed.visible


def test_empty_pages_over_http_are_followed(feed, instagram):
    instagram.fail("empty_page", times=3, skip=1)
    crawl, _ = visit(feed)
    assert crawl.state == Crawl.State.DONE
    assert kept(feed) == upstream(instagram)


def test_but_not_without_end(shelf, listed):
    listed.like(100)
    listed.hidden = set(listed.order[4:])
    crawl = visit_until_it_ends(shelf)
    assert (crawl.state, crawl.trouble) == (Crawl.State.FAILED, "circles")
    assert len(listed.asked) < 20
    listed.hidden = set()
    visit(shelf)
    assert kept(shelf) == listed.order


def test_short_pages_are_not_the_end(shelf, listed):
    listed.like(20)
    listed.hidden = {one for at, one in enumerate(listed.order) if at % 4}
    visit(shelf)
    assert len(kept(shelf)) == 5


def test_a_next_page_at_another_house_is_not_visited(feed, instagram):
    with listening() as foreign:
        host = foreign.address
        instagram.fail("foreign_next_url", times=None, host=host, cursor=False)
        crawl = visit_until_it_ends(feed)
        assert not foreign.was_called
    assert (crawl.state, crawl.trouble) == (Crawl.State.FAILED, "foreign_next_url")
    assert {one["path"] for one in instagram.requests("liked")} == {"/v1/users/self/media/liked"}
    check_healed(feed, instagram)


def test_where_the_cursor_stands_beside_it_a_foreign_address_is_not_even_read(feed, instagram):
    with listening() as foreign:
        instagram.fail("foreign_next_url", times=None, host=foreign.address)
        crawl, _ = visit(feed)
        assert not foreign.was_called
    assert crawl.state == Crawl.State.DONE
    assert kept(feed) == upstream(instagram)


def test_a_cursor_that_is_only_in_the_address_is_taken_from_it(feed, instagram):
    instagram.fail("only_next_url", times=None)
    visit(feed)
    assert kept(feed) == upstream(instagram)


def test_cursors_and_ids_may_be_numbers(feed, instagram):
    instagram.fail("bare_numbers", times=None)
    visit(feed)
    assert kept(feed) == upstream(instagram)
