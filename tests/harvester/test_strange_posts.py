"""One bad item never costs its page, and nothing of what was written is lost on the way."""

from __future__ import annotations

from dataclasses import replace
from unicodedata import normalize

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive import searching, words
from archive.ingest import store_page
from archive.models import Entry, Like, Quarantined
from archive.placing import Visit
from harvester.models import Crawl
from providers.instagram.parse import read_posts
from providers.shapes import Page, Rejected
from tests.conftest import visit
from tests.shelves import check_laws, kept, missing

pytestmark = pytest.mark.django_db


def truth(instagram):
    return [like["post_id"] for like in instagram.truth("tess")["likes"]]


@pytest.mark.parametrize("variant", ["no_id", "null", "text", "empty", "deep"])
def test_a_bad_item_is_set_aside_with_its_reason_and_the_page_goes_on(feed, instagram, variant):
    instagram.fail("bad_item", variant=variant, position=3)
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.rejected) == (Crawl.State.DONE, 1)
    expected = truth(instagram)
    assert kept(feed) == expected[:3] + expected[4:]
    aside = Quarantined.objects.get()
    assert aside.reason
    assert "oops" not in aside.shape
    check_laws(feed)


@pytest.mark.parametrize("variant", ["no_media", "no_user", "list_images"])
def test_a_poor_item_is_kept_with_what_it_has(feed, instagram, variant):
    instagram.fail("bad_item", variant=variant, position=3)
    crawl, _ = visit(feed)
    assert crawl.rejected == 0
    assert kept(feed) == truth(instagram)


def test_once_it_can_be_read_it_takes_its_place(feed, instagram):
    instagram.fail("bad_item", variant="null", position=3)
    visit(feed)
    type(feed).objects.update(walked_whole_at=None)
    visit(feed)
    assert kept(feed) == truth(instagram)
    check_laws(feed)


def test_two_items_that_are_bad_in_the_same_way_are_one_row(shelf, listed):
    listed.like(8)
    bad = tuple(Rejected(at, "", "not an object", "null") for at in (1, 2))
    listed.tricks = [lambda page: replace(page, rejected=bad)]
    crawl, _ = visit(shelf)
    assert (crawl.state, crawl.rejected) == (Crawl.State.DONE, 2)
    assert Quarantined.objects.count() == 1


def test_a_page_of_bad_items_only_is_followed(shelf, listed):
    listed.like(12)
    listed.unreadable = set(listed.order[4:8])
    crawl, _ = visit(shelf)
    assert (crawl.state, crawl.rejected) == (Crawl.State.DONE, 4)
    assert len(kept(shelf)) == 8


def test_what_cannot_be_read_this_time_is_not_missing(shelf, listed):
    listed.like(12)
    visit(shelf)
    listed.unreadable = {"p9"}
    crawl, _ = visit(shelf)
    assert (crawl.state, len(listed.asked)) == (Crawl.State.DONE, 4)
    assert not missing(shelf)


def test_nor_is_it_when_nobody_can_tell_which_it_was(shelf, listed):
    listed.like(12)
    visit(shelf)

    def nameless(page):
        kept_posts = tuple(post for post in page.posts if post.post_id != "p12")
        return replace(page, posts=kept_posts, rejected=(Rejected(0, "", "no usable id", "{}"),))

    listed.tricks = [nameless]
    visit(shelf)
    assert not missing(shelf)


def test_what_an_earlier_visit_could_not_read_is_not_newer_than_that_visit(shelf, listed):
    listed.like(8)
    listed.unreadable = {"p8"}
    visit(shelf)
    listed.unreadable = set()
    listed.like(1)
    visit(shelf)
    assert kept(shelf) == listed.order
    assert Like.objects.get(post_id="p8").liked_after < listed.at("p8").times[0]
    assert Like.objects.get(post_id="p9").liked_after > listed.at("p8").times[0]


def test_what_was_missing_and_comes_back_unreadable_is_there(shelf, listed):
    listed.like(8)
    visit(shelf)
    listed.hidden = {"p7"}
    visit(shelf)
    visit(shelf)
    assert missing(shelf) == {"p7"}
    listed.hidden, listed.unreadable = set(), {"p7"}
    visit(shelf)
    assert not missing(shelf)


def test_nul_and_half_characters_are_kept_as_marks(feed, instagram):
    instagram.fail("strange_text")
    visit(feed)
    caption = Like.objects.get(post_id=truth(instagram)[0]).caption
    assert (
        caption
        == "half \N{REPLACEMENT CHARACTER} of a heart, a \N{REPLACEMENT CHARACTER} and the rest"
    )
    assert kept(feed) == truth(instagram)


def test_numbers_that_no_column_holds_cost_nothing_else(feed, instagram):
    instagram.fail("huge_numbers")
    visit(feed)
    like = Like.objects.get(post_id=truth(instagram)[0])
    assert (like.place, like.latitude) == ("Far", None)
    assert kept(feed) == truth(instagram)


def test_unknown_keys_are_counted_over_the_pages(feed, instagram):
    instagram.fail("unknown_keys", times=2)
    crawl, _ = visit(feed)
    assert crawl.unknown_keys == {"is_reel": 50}


def test_what_was_told_is_not_replaced_by_nothing(shelf, listed):
    listed.like(4)
    visit(shelf)

    def mute(page):
        posts = (replace(post, caption="", author="", posted_at=None) for post in page.posts)
        return replace(page, posts=tuple(posts))

    before = Like.objects.values_list("caption", "author", "posted_at", "document")
    was = set(before)
    listed.tricks = [mute]
    visit(shelf)
    assert set(before.all()) == was


def test_a_new_caption_is_taken_over_and_found(shelf, listed):
    listed.like(4)
    visit(shelf)
    listed.tricks = [lambda page: replace(page, posts=(replace(page.posts[0], caption="Zebra!"),))]
    visit(shelf)
    likes = Like.objects.of(shelf.user).on_wall()
    assert len(searching.search(likes, words.query("zebra")).likes) == 1


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**45), 10**45),
        st.floats(),
        st.text(max_size=30),
        st.sampled_from(["\0", "\ud83d", "x" * 300, "99999999999999999999", "1e999", "//h/p.jpg"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["id", "text", "username", "name", "url", "width", "latitude"]), inner
        ),
    ),
    max_leaves=12,
)
NAMES = "user caption created_time link location tags images videos carousel_media type likes"
IDS = st.one_of(st.integers(1, 99), st.text("123_", min_size=1, max_size=6), JSON)
ITEM = st.fixed_dictionaries({"id": IDS}, optional=dict.fromkeys(NAMES.split(), JSON))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(ITEM, JSON), max_size=8))
def test_whatever_json_comes_no_item_costs_its_page(shelf, items):
    """All of Unicode, all of JSON: each item is a like or stands aside, and nothing raises."""
    posts, rejected, unknown = read_posts(items)
    assert len(posts) + len(rejected) == len(items)
    Entry.objects.all().delete()
    Like.objects.all().delete()
    now = shelf.created_at
    shelf.visits += 1
    visit = Visit(shelf.visits, now, 2**50, None, now)
    stored = store_page(shelf, visit, Page(posts, rejected, None, unknown, None))
    assert stored.fresh == len({post.post_id for post in posts}) == Like.objects.count()


def test_marks_of_a_letter_stay_as_they_were_written(shelf, listed):
    written = normalize("NFD", "Żółć Ünïcödé")
    listed.like(1)
    listed.tricks = [lambda page: replace(page, posts=(replace(page.posts[0], caption=written),))]
    visit(shelf)
    assert Like.objects.get().caption == written
