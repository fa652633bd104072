"""What slid out of reach between two visits is written down, and nothing else is."""

from __future__ import annotations

import pytest

from archive import respread
from archive.models import Entry, Feed, Gap
from providers.shapes import FeedKind
from tests.conftest import visit
from tests.shelves import everything

pytestmark = pytest.mark.django_db
WINDOW = 20


@pytest.fixture
def shown(shelf, listed):
    """A list whose service shows its newest twenty, as it says."""
    listed.window = WINDOW
    listed.kinds = {"liked": FeedKind("liked", "Likes", True, True, WINDOW)}
    return shelf


def holes(feed):
    """Between which posts likes may be missing; None: below everything."""
    ranks = dict(Entry.objects.filter(feed=feed).values_list("rank", "like__post_id"))
    standing = Gap.objects.standing().filter(feed=feed).order_by("-upper")
    return [(ranks[gap.upper], gap.lower and ranks[gap.lower]) for gap in standing]


def whole(feed):
    Feed.objects.filter(pk=feed.pk).update(walked_whole_at=None)
    visit(feed)


def test_more_likes_than_are_shown_leave_a_gap_between_what_was_and_what_is_there(shown, listed):
    listed.like(WINDOW)
    visit(shown)
    listed.like(WINDOW + 5)
    visit(shown)
    assert set(listed.order) - set(everything(shown)) == {f"p{n}" for n in range(21, 26)}
    assert holes(shown) == [("p26", "p20"), ("p1", None)]
    gap = Gap.objects.get(lower__isnull=False)
    assert gap.after is not None
    assert gap.after < gap.before


def test_a_visit_that_does_not_come_to_a_gap_leaves_it_as_it_is(shown, listed):
    listed.like(WINDOW)
    visit(shown)
    listed.like(WINDOW + 5)
    visit(shown)
    listed.like(2)
    visit(shown)
    assert holes(shown) == [("p26", "p20"), ("p1", None)]


@pytest.mark.parametrize(("met", "between"), [(3, []), (2, [("p19", "p18")])])
def test_three_known_likes_are_a_seam_and_two_are_not(shown, listed, met, between):
    listed.like(WINDOW)
    visit(shown)
    listed.like(WINDOW - met)
    visit(shown)
    assert holes(shown) == [*between, ("p1", None)]


def test_who_likes_less_than_is_shown_has_no_gap(shown, listed):
    listed.like(WINDOW - 1)
    visit(shown)
    assert holes(shown) == []


def test_a_full_list_ends_in_what_is_older(shown, listed):
    listed.like(WINDOW)
    visit(shown)
    assert holes(shown) == [("p1", None)]


def test_a_service_that_shows_everything_leaves_none(shelf, listed):
    listed.window = 10**6
    listed.like(50)
    visit(shelf)
    listed.like(50)
    visit(shelf)
    assert holes(shelf) == []


def test_what_comes_into_reach_again_heals_it(shown, listed):
    listed.like(WINDOW)
    visit(shown)
    listed.like(WINDOW + 5)
    visit(shown)
    for post_id in [f"p{n}" for n in range(30, 42)]:
        listed.unlike(post_id)
    whole(shown)
    assert holes(shown) == [("p1", None)]
    assert Gap.objects.get(state=Gap.State.HEALED).healed_visit == 3


def test_a_gap_ends_at_the_same_likes_when_ranks_are_spread(shown, listed):
    listed.like(WINDOW)
    visit(shown)
    listed.like(WINDOW + 5)
    visit(shown)
    before, ranks = holes(shown), set(Entry.objects.values_list("rank", flat=True))
    feed = Feed.objects.get(pk=shown.pk)
    upper = Entry.objects.get(like__post_id="p26").rank
    assert respread.make_room(feed, upper, 2**30, ceiling=2**62)
    assert set(Entry.objects.values_list("rank", flat=True)) != ranks
    assert holes(shown) == before


@pytest.fixture
def thousands(shelf, listed):
    """Four hundred likes of somebody whose service shows them all."""
    listed.size, listed.window = 50, 10**6
    listed.like(400)
    visit(shelf)
    return shelf


def shows_only(listed, count):
    listed.hidden = set(listed.order[count:])


@pytest.mark.parametrize("count", [0, 12, 200, 379])
def test_a_list_that_suddenly_shows_far_fewer_is_held_and_nothing_is_marked(
    thousands, listed, count
):
    shows_only(listed, count)
    whole(thousands)
    feed = Feed.objects.get(pk=thousands.pk)
    assert feed.held_at is not None
    assert feed.held_entries == 400 - count
    assert not Entry.objects.exclude(missing_since=None).exists()


def test_a_few_that_are_gone_are_believed(thousands, listed):
    listed.hidden = set(listed.order[100:120])
    whole(thousands)
    assert Feed.objects.get(pk=thousands.pk).held_at is None
    assert not Entry.objects.exclude(missing_since=None).exists()
    whole(thousands)
    assert Entry.objects.exclude(missing_since=None).count() == 20


def test_it_is_held_no_longer_once_the_likes_are_back(thousands, listed):
    shows_only(listed, 12)
    whole(thousands)
    listed.hidden = set()
    whole(thousands)
    assert Feed.objects.get(pk=thousands.pk).held_at is None


def test_a_visit_says_how_many_gaps_it_left_and_healed(shown, listed):
    listed.like(WINDOW)
    assert visit(shown)[0].gaps == 0
    listed.like(WINDOW + 5)
    crawl, _ = visit(shown)
    assert (crawl.gaps, crawl.healed) == (1, 0)
    assert crawl.moved_at is not None
