"""Lists that end before anything says where they belong: nothing is lost, or it is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from archive.models import Entry, Like
from tests.conftest import visit
from tests.harvester.test_coverage import stopped
from tests.harvester.test_out_of_reach import WINDOW, holes, shown, whole
from tests.harvester.test_what_slips_through import bring, holed, told_of_none
from tests.shelves import check_laws, check_settled, everything, missing

__all__ = ["holed", "shown"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def among_new_ones(shown, listed):
    """Twenty that were read, and one of them liked again in the midst of a window of new ones."""
    listed.like(WINDOW)
    visit(shown)
    listed.like(8)
    listed.relike("p3")
    listed.like(11)
    return shown


def test_below_one_that_was_liked_again_new_ones_keep_their_order(among_new_ones, listed):
    for _ in range(3):
        visit(among_new_ones)
    assert everything(among_new_ones) == listed.order
    assert missing(among_new_ones) == set()
    assert holes(among_new_ones) == [("p21", "p20"), ("p1", None)]
    check_laws(among_new_ones)
    check_settled(among_new_ones)


def test_and_their_times(among_new_ones, listed):
    visit(among_new_ones)
    for post_id in ("p21", "p3", "p30"):
        like = Like.objects.get(post_id=post_id)
        assert like.liked_after <= listed.at(post_id).times[-1] <= like.liked_before


def test_also_where_there_is_no_room_between_their_ranks(among_new_ones, listed):
    visit(among_new_ones, pages=4)
    entries = Entry.objects.filter(feed=among_new_ones)
    near = entries.get(like__post_id="p30").rank - 2
    entries.filter(like__post_id="p20").update(rank=near)
    Like.objects.filter(post_id="p20").update(rank=near)
    visit(among_new_ones)
    assert everything(among_new_ones) == listed.order
    assert holes(among_new_ones) == [("p21", "p20"), ("p1", None)]
    check_laws(among_new_ones)


def test_also_where_a_visit_is_cut_off(among_new_ones, listed):
    stopped(among_new_ones, pages=4)
    listed.like(WINDOW)
    visit(among_new_ones)
    assert told_of_none(among_new_ones, listed) == []
    check_laws(among_new_ones)


def test_one_that_was_liked_again_at_the_end_of_a_window(shown, listed):
    listed.like(3)
    visit(shown)
    listed.like(1)
    listed.relike("p1")
    listed.like(WINDOW - 1)
    visit(shown)
    assert "p4" not in everything(shown)
    assert holes(shown) == [("p1", "p3")]


def test_some_that_were_taken_back_move_nothing(shown, listed):
    listed.hidden = {"p3"}
    listed.like(WINDOW)
    visit(shown)
    listed.hidden = set()
    listed.unlike("p19")
    listed.like(2)
    before = dict(Entry.objects.values_list("like__post_id", "rank"))
    visit(shown)
    visit(shown)
    assert missing(shown) == {"p19"}
    after = dict(Entry.objects.values_list("like__post_id", "rank"))
    assert before.items() <= after.items()


def test_all_that_are_left_are_no_seam_where_a_window_ends(shown, listed):
    listed.like(6)
    visit(shown)
    for number in range(1, 6):
        listed.unlike(f"p{number}")
    whole(shown)
    whole(shown)
    listed.like(5)
    listed.relike("p6")
    listed.like(WINDOW - 1)
    visit(shown)
    assert told_of_none(shown, listed) == []
    assert [upper for upper, _ in holes(shown)] == ["p6"]


def test_nor_where_a_visit_is_cut_off(shown, listed):
    listed.like(1)
    visit(shown)
    listed.like(8)
    listed.relike("p1")
    listed.like(3)
    stopped(shown, pages=1)
    listed.like(WINDOW)
    visit(shown)
    assert told_of_none(shown, listed) == []


def test_nor_a_reason_to_stop_early(shown, listed):
    listed.like(1)
    visit(shown)
    listed.like(8)
    listed.relike("p1")
    listed.size = 1
    visit(shown)
    assert everything(shown) == listed.order


def test_nor_do_they_close_a_gap(shown, listed, holed):
    for post_id in set(everything(shown)) - {"p20"}:
        listed.unlike(post_id)
    Entry.objects.exclude(like__post_id="p20").update(missing_since=datetime.now(UTC))
    listed.relike("p20")
    listed.like(WINDOW - 1)
    visit(shown)
    assert holes(shown) == [("p20", "p19"), ("p1", None)]


def test_where_a_short_list_is_all_there_is_they_are(shown, listed):
    listed.like(2)
    visit(shown)
    listed.like(2)
    visit(shown)
    assert holes(shown) == []


def test_the_file_of_another_account_that_likes_some_of_it_closes_no_gap(shown, holed):
    bring(shown, (3, 9, 15, 30, 31, 40), datetime.now(UTC))
    assert holes(shown) == holed


def test_nor_does_an_old_one_of_which_some_was_liked_again_above_it(shown, listed):
    listed.like(WINDOW)
    visit(shown)
    listed.like(9)
    for post_id in ("p5", "p7", "p9"):
        listed.relike(post_id)
        listed.like(1)
    listed.like(WINDOW - 6)
    visit(shown)
    before = holes(shown)
    assert before[0] == ("p5", "p20")
    bring(shown, range(1, 21), datetime.now(UTC) - timedelta(days=80))
    assert holes(shown) == before


def test_one_that_has_half_of_what_is_near_does(shown, holed):
    bring(shown, [*range(1, 46, 2)], datetime.now(UTC))
    assert holes(shown) == [("p1", None)]
