"""Who un-likes something and likes it again puts it on top: so does the archive."""

from __future__ import annotations

import pytest

from archive.models import Entry, Feed, Like
from tests.conftest import visit
from tests.shelves import check_laws, kept, missing

pytestmark = pytest.mark.django_db


@pytest.fixture
def read(shelf, listed):
    """Twenty likes that have been read: p20 on top."""
    listed.like(20)
    visit(shelf)
    return shelf


def check(feed, listed):
    check_laws(feed)
    assert kept(feed) == listed.visible
    assert not missing(feed)


def test_what_was_liked_again_takes_a_new_rank(read, listed):
    before = Entry.objects.get(like__post_id="p15")
    listed.relike("p15")
    crawl, _ = visit(read)
    after = Entry.objects.get(like__post_id="p15")
    assert after.rank > before.rank
    assert after.placed_at > before.placed_at
    assert after.first_seen_at == before.first_seen_at
    assert (crawl.new_entries, Entry.objects.count()) == (1, 20)
    check(read, listed)


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5, 8, 19])
def test_wherever_it_stood(read, listed, depth):
    listed.relike(f"p{20 - depth}")
    visit(read)
    check(read, listed)


@pytest.mark.parametrize("new", [2, 3, 4, 6, 7])
def test_at_the_end_of_a_page_it_is_found_out_by_the_next(read, listed, new):
    listed.relike("p9")
    listed.like(new)
    visit(read)
    check(read, listed)


def test_several_in_the_same_order(read, listed):
    for post_id in ("p11", "p12", "p13"):
        listed.relike(post_id)
    visit(read)
    check(read, listed)


def test_several_across_pages(read, listed):
    for post_id in ("p3", "p8", "p2", "p14", "p5", "p19"):
        listed.relike(post_id)
    visit(read)
    check(read, listed)


@pytest.mark.parametrize("above", [1, 2, 4, 8])
def test_a_whole_page_in_the_same_order(read, listed, above):
    for post_id in reversed(listed.order[above : above + listed.size]):
        listed.relike(post_id)
    visit(read)
    check(read, listed)


def test_two_whole_pages_in_the_same_order(read, listed):
    for post_id in reversed(listed.order[3 : 3 + 2 * listed.size]):
        listed.relike(post_id)
    visit(read)
    check(read, listed)


def test_everything_turned_round(read, listed):
    for post_id in listed.order:
        listed.relike(post_id)
    visit(read)
    check(read, listed)


def test_beside_something_that_shows_up_again_in_the_middle(shelf, listed):
    listed.size = 12
    listed.like(9)
    listed.hidden = {"p6"}
    visit(shelf)
    listed.relike("p5")
    listed.hidden = set()
    Feed.objects.update(walked_whole_at=None)
    visit(shelf)
    check(shelf, listed)


def test_something_that_comes_back_to_its_old_place_keeps_its_rank(read, listed):
    before = Entry.objects.get(like__post_id="p18").rank
    listed.hidden = {"p18"}
    visit(read)
    visit(read)
    assert missing(read) == {"p18"}
    listed.hidden = set()
    visit(read)
    assert Entry.objects.get(like__post_id="p18").rank == before
    check(read, listed)


def test_what_was_on_top_and_is_again_over_newer_ones_bounds_nothing(read, listed):
    listed.like(3)
    listed.relike("p20")
    visit(read)
    for like in Like.objects.filter(post_id__in=["p20", "p21", "p22", "p23"]):
        assert like.liked_before >= listed.at(like.post_id).times[-1]
    assert Like.objects.get(post_id="p19").liked_before < listed.at("p21").times[0]
    check(read, listed)


def test_an_exact_time_follows(read, listed):
    listed.exact = True
    listed.relike("p15")
    visit(read)
    assert Entry.objects.get(like__post_id="p15").liked_at == listed.at("p15").times[-1]
