"""Lists that behave seldom, and all at once: what is missing is said, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.filing import source_of_files
from archive import imports
from archive.models import Entry, Feed, Gap
from harvester import levers
from harvester.models import Crawl
from providers.errors import BadRequest
from providers.shapes import ExportRow, Page, Rejected
from tests.conftest import visit
from tests.harvester.listed import Listed
from tests.harvester.test_coverage import stopped
from tests.harvester.test_files_and_visits import post
from tests.harvester.test_out_of_reach import WINDOW, holes, shown, whole
from tests.shelves import everything, kept, missing

__all__ = ["shown"]
pytestmark = pytest.mark.django_db


def cursor_expires(listed: Listed) -> None:
    """The next page but the first is refused, once."""

    def refuse(cursor: str | None) -> None:
        if cursor:
            listed.before = lambda _cursor: None
            raise BadRequest("stale", "The cursor is stale.")

    listed.before = refuse


def nameless(post_id: str) -> Callable[[Page], Page]:
    """A post comes as an item that does not even say which it is."""

    def trick(page: Page) -> Page:
        posts = tuple(each for each in page.posts if each.post_id != post_id)
        lost = len(page.posts) - len(posts)
        bad = tuple(Rejected(place, "", "no usable id", "{}") for place in range(lost))
        return replace(page, posts=posts, rejected=page.rejected + bad)

    return trick


def told_of_none(feed: Feed, listed: Listed) -> list[str]:
    """What the list has dropped before it was read, and no gap says so."""
    here = set(everything(feed))
    gone = [each for each in listed.order if each not in here and each not in listed.visible]
    return [each for each in gone if not _is_inside(feed, listed, each)]


def _is_inside(feed: Feed, listed: Listed, post_id: str) -> bool:
    ranks = dict(Entry.objects.filter(feed=feed).values_list("like__post_id", "rank"))
    at = listed.order.index(post_id)
    above = next((ranks[each] for each in reversed(listed.order[:at]) if each in ranks), None)
    below = next((ranks[each] for each in listed.order[at:] if each in ranks), None)
    return any(
        gap.upper <= above and (below is None or (gap.lower or 0) >= below)
        for gap in Gap.objects.standing().filter(feed=feed)
    )


def test_three_that_were_liked_again_do_not_close_what_was_cut_off(shown, listed):
    listed.like(16)
    visit(shown)
    listed.like(8)
    for post_id in ("p14", "p15", "p16"):
        listed.relike(post_id)
    cursor_expires(listed)
    visit(shown)
    while Crawl.objects.live().exists():
        visit(shown)
    listed.like(WINDOW)
    visit(shown)
    assert told_of_none(shown, listed) == []


def test_nor_does_one_in_a_small_archive(shown, listed):
    listed.like(1)
    visit(shown)
    listed.like(8)
    listed.relike("p1")
    stopped(shown, pages=1)
    listed.like(WINDOW)
    visit(shown)
    assert told_of_none(shown, listed) == []


def test_what_is_open_inside_what_is_covered_is_finished_by_the_next(shown, listed):
    listed.like(12)
    visit(shown)
    listed.like(7)
    listed.relike("p12")
    cursor_expires(listed)
    visit(shown)
    visit(shown)
    assert (kept(shown), holes(shown)) == (listed.order, [])


@pytest.fixture
def holed(shown: Feed, listed: Listed) -> list[tuple[str, str | None]]:
    """Something slid out of reach between two visits; the gaps that say so."""
    listed.like(WINDOW)
    visit(shown)
    listed.like(WINDOW + 5)
    visit(shown)
    return holes(shown)


@pytest.mark.parametrize("how", ["without a next page", "showing few"])
def test_a_list_that_ends_early_once_closes_nothing(shown, listed, holed, how):
    if how == "showing few":
        listed.window = 4
    else:
        listed.tricks = [lambda page: replace(page, next_cursor=None)]
    whole(shown)
    listed.window = WINDOW
    visit(shown)
    assert holes(shown) == holed


@pytest.mark.parametrize(
    ("likes", "hidden", "gaps"),
    [
        (WINDOW + 4, {"p14"}, 1),
        (WINDOW + 4, {"p24", "p23", "p22"}, 1),
        (WINDOW - 5, {"p9"}, 0),
        (WINDOW - 1, set(), 0),
    ],
    ids=["one", "small_first_page", "few_likes", "none"],
)
def test_a_deleted_post_takes_its_place_in_the_window(shown, listed, likes, hidden, gaps):
    listed.like(likes)
    listed.hidden = hidden
    visit(shown)
    assert len(holes(shown)) == gaps


def test_so_it_does_at_instagram(feed, instagram):
    instagram.set_likes("tess", 340)
    newest = [like["post_id"] for like in instagram.truth("tess")["likes"]]
    instagram.delete_post(post_id=newest[10])
    visit(feed)
    assert len(everything(feed)) == 299
    assert Gap.objects.standing().filter(lower=None).exists()


@pytest.mark.parametrize("deleted", ["p20", "p7"])
def test_beside_a_deleted_post_what_slid_out_of_reach_is_not_missing(shown, listed, deleted):
    listed.like(WINDOW)
    visit(shown)
    listed.like(5)
    visit(shown)
    listed.hidden = {deleted}
    whole(shown)
    whole(shown)
    assert missing(shown) == {deleted}
    assert holes(shown) == [("p1", None)]


def bring(feed: Feed, numbers: Iterable[int], made_at: datetime) -> None:
    """A file tells of these likes, a day apart."""
    source = source_of_files(feed.user, "listed")
    began = datetime.now(UTC) - timedelta(days=100)
    imports.keep(
        source,
        [
            ExportRow("liked", "", "f", 1, post(f"p{number}", "", began + timedelta(days=number)))
            for number in numbers
        ],
        made_at,
    )
    imports.finish(source)


def test_two_files_that_each_tell_of_one_side_close_no_gap(shown, holed):
    now = datetime.now(UTC)
    bring(shown, range(1, 21), now - timedelta(days=80))
    bring(shown, range(36, 46), now)
    assert holes(shown) == holed


def test_one_that_tells_of_both_sides_does(shown, holed):
    bring(shown, range(1, 46), datetime.now(UTC))
    assert [hole for hole in holes(shown) if hole[1]] == []
    assert [hole for hole in holed if hole[1]]


def test_an_item_without_a_name_is_no_evidence(shown, listed):
    listed.like(WINDOW)
    visit(shown)
    listed.like(5)
    listed.relike("p3")
    listed.like(19)
    listed.tricks = [nameless("p27")] * 9
    visit(shown)
    assert any(lower for _, lower in holes(shown))


def test_nor_does_it_lead_in_circles_or_astray(shown, listed):
    listed.like(18)
    visit(shown)
    listed.relike("p3")
    listed.like(3)
    listed.tricks = [nameless("p20")] * 99
    crawl, _ = visit(shown)
    while crawl.is_live and crawl.attempts < 9:
        Crawl.objects.update(not_before=None)
        crawl, _ = visit(shown)
    assert crawl.state == Crawl.State.DONE
    read = [post_id for post_id in listed.order if post_id != "p20"]
    assert [post_id for post_id in everything(shown) if post_id in read] == read


def test_who_accepts_a_list_speaks_of_what_a_visit_went_past(shelf, listed):
    listed.size, listed.window = 50, 10**6
    listed.like(400)
    visit(shelf)
    taken_back = set(listed.order[:60])
    for post_id in taken_back:
        listed.unlike(post_id)
    visit(shelf)
    crawl, _ = visit(shelf, pages=1)
    assert levers.accept(Feed.objects.get(pk=shelf.pk)).pk == crawl.pk
    visit(shelf)
    assert missing(shelf) <= taken_back


def test_what_is_here_and_could_not_be_read_counts_once(shown, listed):
    listed.like(WINDOW - 1)
    visit(shown)
    listed.unreadable = {"p5"}
    whole(shown)
    assert holes(shown) == []


def test_nor_twice_where_a_visit_began_again(shown, listed):
    listed.like(WINDOW - 2)
    listed.unreadable = {"p17", "p16"}
    cursor_expires(listed)
    visit(shown)
    visit(shown)
    assert holes(shown) == []


def test_a_doubt_is_over_when_it_is_seen_even_if_it_cannot_be_read(shown, listed):
    listed.like(12)
    visit(shown)
    listed.hidden = {"p5"}
    whole(shown)
    listed.hidden, listed.unreadable = set(), {"p5"}
    visit(shown)
    listed.hidden, listed.unreadable = {"p5"}, set()
    whole(shown)
    assert missing(shown) == set()


def test_a_gap_whose_upper_end_was_liked_again_is_one(shown, listed, holed):
    taken_back = [f"p{number}" for number in range(29, 46)]
    for post_id in taken_back:
        listed.unlike(post_id)
    Entry.objects.filter(like__post_id__in=taken_back).update(missing_since=timezone.now())
    listed.relike("p26")
    listed.like(17)
    visit(shown)
    assert Gap.objects.standing().exclude(lower=None).count() == 1
