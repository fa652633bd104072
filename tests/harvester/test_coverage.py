"""What a visit leaves unread stays open, is finished by a later one, or told as lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts.filing import source_of_files
from archive import imports
from archive.models import Entry, Feed, Gap
from harvester import levers, states
from harvester.models import Crawl, Schedule
from harvester.pace import Pace
from providers.errors import BadRequest, Unexpected
from providers.shapes import ExportRow, FeedKind
from tests.conftest import visit
from tests.harvester.test_files_and_visits import post
from tests.harvester.test_out_of_reach import WINDOW, holes, shown, whole
from tests.shelves import kept, missing

__all__ = ["shown"]
pytestmark = pytest.mark.django_db


def stopped(feed, *, pages):
    """A visit that somebody ended after so many pages."""
    crawl, _ = visit(feed, pages=pages)
    levers.stop(crawl)
    return Crawl.objects.get(pk=crawl.pk)


def state(feed) -> str:
    shown = states.worst(states.of(feed.user))
    assert shown is not None
    return shown.key


def gap() -> Gap:
    return Gap.objects.exclude(lower=None).get()


def test_a_visit_that_is_cut_off_leaves_open_what_it_did_not_read(shown, listed):
    listed.like(8)
    visit(shown)
    listed.like(12)
    crawl = stopped(shown, pages=1)
    assert holes(shown) == [("p17", "p8")]
    assert (gap().state, crawl.gaps) == (Gap.State.OPEN, 1)
    assert gap().after < gap().before


def test_the_next_one_walks_from_the_top_and_finishes_it(shown, listed):
    listed.like(8)
    visit(shown)
    listed.like(8)
    stopped(shown, pages=1)
    listed.like(2)
    crawl, _ = visit(shown)
    assert (holes(shown), crawl.healed, gap().state) == ([], 1, Gap.State.HEALED)
    assert kept(shown) == listed.order


def test_a_first_visit_that_is_cut_off_is_not_called_complete(shown, listed):
    listed.like(12)
    stopped(shown, pages=1)
    assert holes(shown) == [("p9", None)]
    assert state(shown) in {"failed", "behind"}
    visit(shown)
    assert (holes(shown), state(shown)) == ([], "ok")


def test_what_was_open_is_lost_when_the_window_ends_before_it(shown, listed):
    listed.like(WINDOW)
    visit(shown)
    listed.like(8)
    stopped(shown, pages=1)
    listed.like(WINDOW)
    visit(shown)
    assert holes(shown) == [("p29", "p28"), ("p25", "p20"), ("p1", None)]
    assert not Gap.objects.open().exists()


def test_cut_off_after_a_seam_leaves_nothing_open(shown, listed):
    listed.like(12)
    visit(shown)
    listed.like(1)
    Feed.objects.update(walked_whole_at=None)
    assert stopped(shown, pages=1).gaps == 0
    assert holes(shown) == []


def test_two_known_likes_before_it_was_cut_off_are_no_seam(shown, listed):
    listed.like(12)
    visit(shown)
    listed.like(2)
    stopped(shown, pages=1)
    assert holes(shown) == [("p11", "p10")]


STRANGE, STALE = Unexpected("strange", "Strange."), BadRequest("stale", "Stale.")


@pytest.mark.parametrize("error", [STRANGE, STALE])
def test_a_visit_that_fails_or_begins_again_leaves_it_open_too(shown, listed, error):
    listed.like(WINDOW)
    visit(shown)
    listed.like(8)

    def fail(cursor):
        if cursor:
            listed.before = lambda cursor: None
            raise error

    listed.before = fail
    visit(shown)
    crawl = Crawl.objects.live().get()
    if isinstance(error, Unexpected):
        levers.stop(crawl)
    assert [where for where in holes(shown) if where[1]] == [("p25", "p20")]
    visit(shown)
    assert holes(shown) == [("p1", None)]


def test_likes_that_come_while_a_short_list_is_read_may_push_others_out(shown, listed):
    listed.like(WINDOW - 1)
    listed.before = lambda cursor: listed.like(2) if cursor else None
    visit(shown)
    listed.before = lambda cursor: None
    unseen = set(listed.order) - set(kept(shown)) - set(listed.visible)
    assert unseen
    assert [lower for _, lower in holes(shown)] == [None]
    assert Gap.objects.standing().get().state == Gap.State.LOST


def test_so_the_top_is_looked_at_again_and_once_for_all(shown, listed):
    listed.like(WINDOW - 1)
    crawl, _ = visit(shown)
    assert (crawl.looks_back, listed.asked.count(None), holes(shown)) == (True, 2, [])
    Feed.objects.update(walked_whole_at=None)
    crawl, _ = visit(shown)
    assert (crawl.looks_back, listed.asked.count(None)) == (False, 3)


@pytest.mark.parametrize("likes", [3, WINDOW])
def test_nobody_looks_again_after_a_single_page_or_a_full_list(shown, listed, likes):
    listed.like(likes)
    visit(shown)
    assert listed.asked.count(None) == 1


def test_nor_after_a_list_into_which_far_more_fits_than_anybody_likes_meanwhile(shelf, listed):
    listed.kinds = {"liked": FeedKind("liked", "Likes", True, True, 300)}
    listed.like(50)
    listed.before = lambda cursor: listed.like(2) if cursor else None
    crawl, _ = visit(shelf)
    assert (crawl.looks_back, listed.asked.count(None), holes(shelf)) == (False, 1, [])


def test_the_longer_a_list_was_read_the_more_may_have_come_meanwhile(shelf, listed):
    listed.kinds = {"liked": FeedKind("liked", "Likes", True, True, 300)}
    listed.like(50)
    crawl, _ = visit(shelf, pages=1)
    Crawl.objects.filter(pk=crawl.pk).update(opened_at=crawl.opened_at - timedelta(hours=1))
    crawl, _ = visit(shelf)
    assert (crawl.looks_back, holes(shelf)) == (True, [])


def test_what_cannot_be_read_takes_a_place_in_the_window_too(shown, listed):
    listed.like(WINDOW - 1)
    listed.unreadable = {"p3"}
    looks = 0

    def come(cursor):
        nonlocal looks
        looks += cursor is None
        if cursor is None and looks == 2:
            listed.like(1)

    listed.before = come
    visit(shown)
    assert holes(shown) == [("p1", None)]
    assert Gap.objects.get().state == Gap.State.LOST


def test_a_service_that_shows_less_than_it_says_is_measured(shown, listed):
    listed.window = 15
    listed.like(15)
    visit(shown)
    listed.like(6)
    whole(shown)
    assert Feed.objects.get(pk=shown.pk).window == 15
    assert holes(shown) == [("p1", None)]
    listed.window = 18
    whole(shown)
    assert Feed.objects.get(pk=shown.pk).window is None


def test_short_pages_make_a_seam_together(shown, listed):
    listed.like(10)
    visit(shown)
    listed.size = 1
    crawl, _ = visit(shown)
    assert crawl.pages == 3


def test_a_gap_that_a_visit_gets_into_ends_where_that_stopped(shown, listed):
    listed.like(WINDOW)
    visit(shown)
    listed.like(WINDOW + 8)
    visit(shown)
    assert holes(shown) == [("p29", "p20"), ("p1", None)]
    for post_id in listed.order[2:6]:
        listed.unlike(post_id)
    whole(shown)
    assert holes(shown) == [("p25", "p20"), ("p1", None)]
    assert gap().opened_visit < Crawl.objects.latest("number").number


def test_missing_is_only_what_two_visits_did_not_see(shown, listed):
    listed.like(12)
    visit(shown)
    listed.unlike("p5")
    whole(shown)
    assert not missing(shown)
    crawl, _ = visit(shown)
    assert crawl.whole
    assert missing(shown) == {"p5"}


def test_what_was_not_seen_once_and_slid_away_is_asked_for_no_more(shown, listed):
    listed.like(WINDOW)
    visit(shown)
    listed.hidden = {"p2"}
    whole(shown)
    assert Entry.objects.exclude(unseen_at=None).count() == 1
    listed.like(9)
    visit(shown)
    crawl, _ = visit(shown)
    assert not crawl.whole
    assert not missing(shown)


def test_what_their_person_says_is_believed_at_once(shelf, listed):
    listed.size, listed.window = 50, 10**6
    listed.like(400)
    visit(shelf)
    for post_id in listed.order[12:]:
        listed.unlike(post_id)
    whole(shelf)
    assert not missing(shelf)
    assert levers.accept(Feed.objects.get(pk=shelf.pk))
    whole(shelf)
    assert len(missing(shelf)) == 388
    assert Feed.objects.get(pk=shelf.pk).held_at is None


def test_about_how_many_is_what_would_have_been_usual(shown, listed):
    listed.like(WINDOW)
    visit(shown)
    now = datetime.now(UTC)
    day, ago = timedelta(days=1), now - 2 * timedelta(days=1)
    pace = Pace().after(int((now - 12 * day).timestamp()), int(ago.timestamp()), 200)
    Feed.objects.update(completed_at=ago)
    Schedule.objects.update(pace=pace.write(), last_success_at=ago)
    listed.like(WINDOW + 15)
    visit(shown)
    usual = (pace.a_day() or 0) * 2
    assert gap().estimate == pytest.approx(usual - WINDOW, abs=1)


def brought(feed, numbers, made_at, kind="liked"):
    """An export tells of the likes of these numbers, one made each minute."""
    source = source_of_files(feed.user, "listed")
    began = made_at - timedelta(hours=1)
    times = {n: began + timedelta(minutes=n) for n in numbers}
    rows = [ExportRow(kind, "", "f", 1, post(f"p{n}", "", at)) for n, at in times.items()]
    imports.keep(source, rows, made_at)
    imports.finish(source)


@pytest.mark.parametrize(
    ("numbers", "left"),
    [
        (range(1, 46), [("p1", None)]),
        (range(1, 28), [("p26", "p20"), ("p1", None)]),
        (range(20, 46), [("p26", "p20"), ("p1", None)]),
    ],
    ids=["both sides", "older", "newer"],
)
def test_a_file_that_tells_of_both_sides_closes_a_gap(shown, listed, numbers, left):
    listed.kinds = {"liked": FeedKind("liked", "Likes", True, True, WINDOW)}
    listed.like(WINDOW)
    visit(shown)
    listed.like(WINDOW + 5)
    visit(shown)
    assert holes(shown) == [("p26", "p20"), ("p1", None)]
    brought(shown, numbers, datetime.now(UTC))
    assert holes(shown) == left


def test_a_file_of_another_list_closes_no_gap(shown, listed):
    listed.kinds = {
        "liked": FeedKind("liked", "Likes", True, True, WINDOW),
        "saved": FeedKind("saved", "Saved", True, False),
    }
    listed.like(WINDOW)
    visit(shown)
    listed.like(WINDOW + 5)
    visit(shown)
    brought(shown, range(1, 46), datetime.now(UTC), kind="saved")
    assert holes(shown) == [("p26", "p20"), ("p1", None)]


def test_a_place_is_as_old_as_the_oldest_file_that_tells_of_it(shown, listed):
    listed.kinds = {"liked": FeedKind("liked", "Likes", True, True, WINDOW)}
    newer, older = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    for made_at in (newer, older, newer):
        brought(shown, [1], made_at)
    entry = Entry.objects.get(like__post_id="p1")
    assert (entry.first_seen_at, entry.last_seen_at) == (older, newer)


def test_complete_is_said_up_to_when_the_first_page_was_read(shown, listed):
    listed.like(12)
    crawl, _ = visit(shown, pages=1)
    began = crawl.began_at - timedelta(hours=1)
    Crawl.objects.filter(pk=crawl.pk).update(began_at=began)
    visit(shown)
    assert Feed.objects.get(pk=shown.pk).completed_at == began
