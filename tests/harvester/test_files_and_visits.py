"""Exports and visits tell of the same likes: whatever comes first, the archive is the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts import signin
from accounts.filing import source_of_files
from accounts.models import Connection
from archive import imports, rollup, verify
from archive.imports import Outcome
from archive.models import Entry, Feed, Like, MonthCount
from harvester import plan
from harvester.models import Crawl
from providers.shapes import ExportRow, FeedKind, Grant, LikedPost, Profile
from tests.conftest import visit
from tests.harvester.listed import KINDS, Given, Listed
from tests.shelves import months

pytestmark = pytest.mark.django_db
DAY_ONE = datetime(2019, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LIKES = 12


def liked(number: int) -> datetime:
    """When the like of that number was given; two of them in the same second."""
    return DAY_ONE + DAY * (number if number != 5 else 4)


def author(number: int, on: datetime) -> str:
    """People change their names now and then; likes 4 and 5 are of the same one."""
    name = f"a{(number if number != 5 else 4) % 5}"
    return f"{name}.new" if on > DAY_ONE + 8 * DAY else name


@dataclass(frozen=True)
class Export:
    """What an export that was made after so many likes says of some of them."""

    until: int
    numbers: tuple[int, ...]
    saved: tuple[int, ...] = ()
    vague: bool = False
    nameless: bool = False
    timeless: tuple[int, ...] = ()

    @property
    def made_at(self) -> datetime:
        return liked(self.until) + timedelta(hours=1)

    def rows(self) -> list[ExportRow]:
        told = [number for number in self.numbers if number <= self.until]
        rows = [self._vague(n, told) if self.vague else self._named(n) for n in told]
        if self.vague:
            return rows
        kept = [number for number in self.saved if number <= self.until]
        rows += [replace(self._named(n), feed="saved") for n in kept]
        return rows + [replace(self._named(n), feed="collection", title="Soups") for n in kept[:2]]

    def _named(self, number: int) -> ExportRow:
        by = "" if self.nameless else author(number, self.made_at)
        at = None if number in self.timeless else liked(number)
        return row(post(f"p{number}", by, at))

    def _vague(self, number: int, told: list[int]) -> ExportRow:
        by, at = author(number, self.made_at), liked(number)
        alike = [n for n in told if (author(n, self.made_at), liked(n)) == (by, at)]
        post_id = f"vague:{at:%Y-%m-%dT%H:%M:%SZ}:{by}:{alike.index(number)}"
        return row(replace(post(post_id, by, at), is_vague=True))


def post(post_id: str, by: str, at: datetime | None) -> LikedPost:
    return LikedPost(
        post_id=post_id,
        author_id="",
        author=by,
        author_name="",
        caption="",
        link=f"https://listed.invalid/{post_id}",
        place=None,
        hashtags=(),
        posted_at=DAY_ONE - DAY,
        liked_at=at,
        media=(),
    )


def row(given: LikedPost) -> ExportRow:
    return ExportRow("liked", "", "likes.json", 1, given)


def liking(listed: Listed) -> Feed:
    """Twelve likes, of which the service shows the newest five, and nobody has read one."""
    listed.likes = [
        Given(f"p{number}", number, DAY_ONE - DAY, [liked(number)])
        for number in reversed(range(1, LIKES + 1))
    ]
    listed.window, listed.size = 5, 2
    listed.kinds = KINDS | {
        kind: FeedKind(kind, kind, default=False, on_wall=False) for kind in ("saved", "collection")
    }
    account = signin.connect(None, "listed", Grant("a-token"), Profile("7", "tess"))
    (feed,) = plan.adopt(account)
    return feed


def bring(feed: Feed, export: Export, *, parts: int = 1) -> list[Outcome]:
    source = source_of_files(feed.user, "listed")
    rows = export.rows()
    outcomes = []
    for part in range(parts):
        kept = imports.keep(source, rows[part::parts], export.made_at)
        outcomes += [one.outcome for one in kept]
        imports.finish(source)
    return outcomes


def look(feed: Feed) -> dict[str, Any]:
    """Everything that an archive says, but when we learned it."""
    likes = Like.objects.of(feed.user)
    wall = [
        (like.post_id, like.is_exact, like.is_exact and like.liked_at)
        for like in likes.on_wall().newest_first()
    ]
    texts = {
        like.post_id: (like.author, like.caption, like.link, like.said_at, like.is_vague)
        for like in likes
    }
    lists = {
        (one.connection.standing, one.kind, one.title, one.entries_count): [
            (entry.like.post_id, entry.liked_at, entry.rank)
            if one.connection.standing == Connection.Standing.FILE
            else (entry.like.post_id, entry.liked_at)
            for entry in Entry.objects.filter(feed=one).in_upstream_order().select_related("like")
        ]
        for one in Feed.objects.of(feed.user).select_related("connection")
    }
    hung = {like.post_id: like.wall_feed.connection.standing for like in likes if like.wall_feed}
    return {"wall": wall, "texts": texts, "lists": lists, "hung": hung}


def is_whole(feed: Feed) -> None:
    assert [finding for finding in verify.rows() if finding.count] == []


def empty() -> None:
    Crawl.objects.all().delete()
    Feed.objects.all().delete()
    Like.objects.all().delete()
    MonthCount.objects.all().delete()
    Connection.objects.all().delete()


NUMBERS = st.lists(st.integers(1, LIKES), unique=True).map(tuple)
EXPORTS = st.builds(
    Export,
    until=st.integers(1, LIKES),
    numbers=NUMBERS,
    saved=NUMBERS,
    vague=st.booleans(),
    nameless=st.booleans(),
    timeless=st.lists(st.integers(1, LIKES), max_size=2).map(tuple),
)


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@given(exports=st.lists(EXPORTS, min_size=1, max_size=3), data=st.data())
def test_in_any_order_and_as_often_as_one_likes_it_is_the_same_archive(listed, exports, data):
    empty()
    feed = liking(listed)
    visit(feed)
    for export in exports:
        bring(feed, export)
    is_whole(feed)
    once = look(feed)

    empty()
    feed = liking(listed)
    deeds = data.draw(st.permutations([None, *exports, data.draw(st.sampled_from(exports))]))
    for deed in deeds:
        if deed is None:
            visit(feed)
        else:
            bring(feed, deed, parts=data.draw(st.integers(1, 3)))
    is_whole(feed)
    assert look(feed) == once


@pytest.fixture
def feed(listed):
    return liking(listed)


def everything(**differing: Any) -> Export:
    return replace(Export(LIKES, tuple(range(1, LIKES + 1))), **differing)


def test_a_post_through_two_doors_is_one_like_with_two_entries(feed):
    visit(feed)
    bring(feed, everything())
    both = Like.objects.get(post_id="p12")
    assert sorted(both.entries.values_list("feed__connection__standing", flat=True)) == [
        "file",
        "signed_in",
    ]
    assert Like.objects.count() == LIKES


def test_ranges_become_exact_times(feed):
    visit(feed)
    assert not Like.objects.filter(is_exact=True).exists()
    outcomes = bring(feed, everything())
    assert outcomes.count(Outcome.IMPROVED) == 5
    assert outcomes.count(Outcome.NEW) == LIKES - 5
    assert all(
        like.liked_at == liked(int(like.post_id[1:])) and like.is_exact
        for like in Like.objects.all()
    )
    assert months(feed) == {rollup.month_of(DAY_ONE): LIKES}


def test_what_stands_between_exact_times_is_known_better(feed):
    visit(feed)
    bring(feed, everything(numbers=(12, 10, 8)))
    between = Like.objects.get(post_id="p11")
    assert not between.is_exact
    assert (between.liked_after, between.liked_before) == (liked(10), liked(12))


def test_a_like_of_an_export_is_exact_as_soon_as_a_visit_meets_it(feed):
    bring(feed, everything())
    visit(feed, pages=1)
    assert Like.objects.get(post_id="p12").is_exact
    assert Like.objects.filter(is_settled=False).count() == 0


def test_liked_again_since_the_export_the_old_time_is_not_believed(feed, listed):
    bring(feed, everything())
    visit(feed)
    listed.relike("p9")
    visit(feed)
    again = Like.objects.get(post_id="p9")
    assert not again.is_exact
    assert again.liked_after > liked(12)
    assert Like.objects.on_wall().newest_first()[0] == again
    bring(feed, everything())
    assert not Like.objects.get(post_id="p9").is_exact


def test_the_same_export_twice_brings_nothing(feed):
    bring(feed, everything(saved=(1, 2)))
    assert set(bring(feed, everything(saved=(1, 2)))) == {Outcome.HERE}


def test_a_vague_row_gives_way_to_the_like_that_it_meant(feed):
    assert set(bring(feed, everything(until=6, vague=True))) == {Outcome.NEW}
    assert Like.objects.filter(is_vague=True).count() == 6
    bring(feed, everything(until=6))
    assert not Like.objects.filter(is_vague=True).exists()
    assert set(bring(feed, everything(until=6, vague=True))) == {Outcome.HERE}
    assert Like.objects.count() == 6


def test_the_star_of_a_vague_row_goes_to_the_like_that_it_meant(feed):
    bring(feed, everything(until=6, vague=True))
    vague = Like.objects.newest_first()[2]
    Like.objects.filter(pk=vague.pk).update(is_favourite=True)
    bring(feed, everything(until=6))
    starred = Like.objects.get(is_favourite=True)
    assert (starred.is_vague, starred.liked_at) == (False, vague.liked_at)


def test_what_the_service_showed_is_not_replaced_by_what_a_file_says(feed):
    visit(feed)
    bring(feed, everything())
    assert Like.objects.get(post_id="p12").author == "ada"
    assert Like.objects.get(post_id="p12").caption == "about p12"


def test_of_two_exports_the_one_made_last_is_believed_whichever_comes_first(feed):
    newer, older = everything(numbers=(4,)), everything(numbers=(4,), until=6)
    bring(feed, newer)
    bring(feed, older)
    like = Like.objects.get()
    assert like.author == author(4, newer.made_at) != author(4, older.made_at)
    assert like.heard_names == sorted({author(4, newer.made_at), author(4, older.made_at)})


def test_a_time_that_the_export_does_not_say_is_a_range(feed):
    bring(feed, everything(numbers=(3,), timeless=(3,)))
    like = Like.objects.get()
    assert (like.is_exact, like.liked_after) == (False, like.posted_at)
    assert like.liked_after == like.liked_at < like.liked_before


def test_a_collection_is_a_list_with_a_name(feed):
    bring(feed, everything(numbers=(), saved=(1, 2, 3)))
    soups = Feed.objects.get(kind__startswith="collection:")
    assert (soups.title, soups.entries_count, soups.on_wall) == ("Soups", 2, False)
    assert not Like.objects.on_wall().exists()


def test_a_collection_without_anything_in_it_is_kept(feed):
    source = source_of_files(feed.user, "listed")
    imports.keep(source, [ExportRow("collection", "Empty", "c.json", 1, None)], None)
    assert Feed.objects.get(connection=source).title == "Empty"


def test_a_row_that_cannot_be_kept_changes_nothing(feed):
    source = source_of_files(feed.user, "listed")
    bad = ExportRow("liked", "", "likes.json", 1, None, reason="a like of a comment")
    assert [kept.outcome for kept in imports.keep(source, [bad], None)] == [Outcome.UNRESOLVED]
    assert not Like.objects.exists()


def test_what_another_persons_door_brought_stays_theirs(feed, bob):
    visit(feed)
    mine = source_of_files(bob, "listed")
    imports.keep(mine, everything().rows(), None)
    imports.finish(mine)
    alike = Like.objects.of(bob).get(post_id="p12")
    assert not alike.media.exists()
    assert not alike.caption
    assert Like.objects.of(feed.user).get(post_id="p12").media.exists()


def test_a_time_without_a_zone_is_not_called_exact(feed):
    source = source_of_files(feed.user, "listed")
    rough = replace(post("p3", "ada", liked(3)), is_rough=True)
    imports.keep(source, [row(rough)], None)
    imports.finish(source)
    like = Like.objects.get()
    half_a_day = timedelta(hours=14)
    assert (like.is_exact, like.liked_at) == (False, liked(3))
    assert (like.liked_after, like.liked_before) == (liked(3) - half_a_day, liked(3) + half_a_day)
    bring(feed, everything(numbers=(3,)))
    assert Like.objects.get().is_exact
    is_whole(feed)


def test_a_service_that_speaks_of_the_future_is_not_believed(feed, listed):
    listed.exact = True
    listed.likes[0].times = [datetime.now(UTC) + 40 * DAY]
    visit(feed)
    newest = Like.objects.get(post_id="p12")
    assert newest.liked_at == newest.said_at == newest.entries.get().placed_at
