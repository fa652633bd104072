"""When something was liked: never more than is known, as sharp as logic allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts import signin, zones
from archive import rollup
from archive.models import Entry, Feed, Like, MonthCount
from archive.settle import settle
from providers.shapes import Grant, Profile
from tests.shelves import months

pytestmark = pytest.mark.django_db
DAY_ONE = datetime(2020, 1, 1, tzinfo=UTC)
HOME = "America/New_York"


def day(number: int | None) -> datetime | None:
    return None if number is None else DAY_ONE + timedelta(days=number)


@dataclass
class Told:
    """The evidence of one entry, in days; `place` from the top."""

    place: int
    posted: int | None = None
    after: int | None = None
    exact: int | None = None


@dataclass
class Known:
    """What follows from it: a range and the estimate within."""

    after: datetime | None
    before: datetime
    estimate: datetime


def oracle(entries: Sequence[Told]) -> list[Known]:
    """Decision 4, word for word; `entries` stand newest first.

    What was said holds, unless a complete visit after it had not seen the like there.
    """
    said = [entry.exact if (entry.after or 0) <= (entry.exact or 0) else None for entry in entries]
    befores: list[datetime] = []
    for entry, exact in zip(entries, said, strict=True):
        seen = [day(entry.place), *([day(exact)] if exact is not None else [])]
        befores.append(min([*seen, *befores[-1:]]))
    afters: list[datetime | None] = []
    highest: datetime | None = None
    for entry, exact, before in reversed(list(zip(entries, said, befores, strict=True))):
        evidence = [day(one) for one in (entry.posted, entry.after, exact) if one is not None]
        for one in evidence:
            if one <= before and (highest is None or one > highest):
                highest = one
        afters.insert(0, highest)
    lowest = min((after for after in afters if after), default=None)
    return [
        Known(after, before, after or min(before, lowest or before))
        if exact is None
        else Known(day(exact), day(exact), day(exact))
        for exact, after, before in zip(said, afters, befores, strict=True)
    ]


@pytest.fixture
def feed(alice):
    """The list of somebody for whom the moments of these tests lie in the evening before."""
    rollup.live_in(alice, HOME)
    account = signin.connect(alice, "instagram", Grant("a-token"), Profile("1", "alice"))
    return Feed.objects.create(user=alice, connection=account, kind="liked", on_wall=True)


def put(feed: Feed, entries: Sequence[Told], *, ranks: Sequence[int] | None = None) -> list[Like]:
    """Entries and likes with this evidence, newest first, as a walk leaves them."""
    ranks = ranks or range(1000 * len(entries), 0, -1000)
    start = Like.objects.count()
    likes = Like.objects.bulk_create(
        Like(
            user=feed.user,
            provider="instagram",
            post_id=f"p{start + at}",
            posted_at=day(told.posted),
            said_at=day(told.exact),
            liked_at=DAY_ONE,
            wall_feed=feed,
            rank=rank,
        )
        for at, (told, rank) in enumerate(zip(entries, ranks, strict=True))
    )
    Entry.objects.bulk_create(
        Entry(
            feed=feed,
            like=like,
            rank=rank,
            placed_at=day(told.place),
            after=day(told.after),
            liked_at=day(told.exact),
            first_seen_at=DAY_ONE,
            last_seen_at=DAY_ONE,
            placed_visit=1,
            last_visit=1,
        )
        for like, told, rank in zip(likes, entries, ranks, strict=True)
    )
    rollup.move(feed.user_id, [], [DAY_ONE] * len(likes))
    return likes


def known(feed: Feed, **only: bool) -> list[Known]:
    likes = Like.objects.filter(wall_feed=feed, **only).order_by("-rank")
    return [Known(like.liked_after, like.liked_before, like.liked_at) for like in likes]


def test_exact_where_the_service_says_so(feed):
    put(feed, [Told(50, posted=10, exact=20)])
    settle(feed)
    like = Like.objects.get()
    assert (like.is_exact, like.liked_at, like.liked_after) == (True, day(20), day(20))


def test_not_before_it_was_posted_and_not_after_it_was_seen(feed):
    put(feed, [Told(50, posted=10)])
    settle(feed)
    assert known(feed) == [Known(day(10), day(50), day(10))]


def test_not_before_the_posting_of_anything_liked_earlier(feed):
    put(feed, [Told(50, posted=5), Told(50, posted=30), Told(50, posted=10)])
    settle(feed)
    assert [one.estimate for one in known(feed)] == [day(30), day(30), day(10)]


def test_not_after_what_stands_above_it_was_seen(feed):
    put(feed, [Told(20), Told(50)])
    settle(feed)
    assert [one.before for one in known(feed)] == [day(20), day(20)]


def test_not_before_the_complete_visit_that_did_not_see_it(feed):
    put(feed, [Told(50, posted=5, after=40), Told(30, posted=2)])
    settle(feed)
    assert [one.estimate for one in known(feed)] == [day(40), day(2)]


def test_a_posting_after_it_was_seen_is_dropped(feed):
    put(feed, [Told(50, posted=70), Told(50, posted=10)])
    settle(feed)
    assert known(feed) == [Known(day(10), day(50), day(10))] * 2


def test_what_nothing_is_known_of_stands_with_what_is_above_it(feed):
    put(feed, [Told(50, posted=30), Told(50), Told(50)])
    settle(feed)
    assert [(one.after, one.estimate) for one in known(feed)][1:] == [(None, day(30))] * 2


def test_only_changed_rows_are_written(feed, django_assert_num_queries):
    put(feed, [Told(50, posted=30), Told(50, posted=3)])
    settle(feed)
    with django_assert_num_queries(1):
        settle(feed)


DAYS = st.integers(0, 60)
MAYBE = st.one_of(st.none(), DAYS)
EVIDENCE = st.builds(Told, st.integers(20, 60), posted=MAYBE, after=MAYBE, exact=MAYBE)
NO_EXACT = st.builds(Told, st.integers(20, 60), posted=MAYBE, after=MAYBE)
QUICK = settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


def clear(feed):
    Entry.objects.all().delete()
    Like.objects.all().delete()
    MonthCount.objects.all().delete()


def check(feed):
    """Whatever the evidence: in range, monotone in rank where not said, counted by month."""
    found = known(feed)
    guessed = known(feed, is_exact=False)
    assert all(not one.after or one.after <= one.estimate <= one.before for one in found)
    assert all(one.estimate <= one.before for one in found)
    assert all(above.estimate >= below.estimate for above, below in pairwise(guessed))
    zone = zones.zone(HOME)
    assert months(feed) == Counter(rollup.month_of(one.estimate, zone) for one in found)


@QUICK
@given(st.lists(EVIDENCE, max_size=12))
def test_whatever_the_evidence_it_is_as_the_oracle_says(feed, entries):
    clear(feed)
    put(feed, entries)
    settle(feed)
    assert known(feed) == oracle(entries)
    check(feed)


@QUICK
@given(st.lists(NO_EXACT, max_size=8), st.lists(NO_EXACT, max_size=5), st.integers(0, 8))
def test_settled_in_two_steps_it_is_as_in_one(feed, first, then, depth):
    """What comes later is placed later, wherever it goes."""
    clear(feed)
    depth = min(depth, len(first))
    later = [Told(one.place + 100, one.posted, one.after) for one in then]
    put(feed, first)
    settle(feed)
    room = [1000 * len(first) - 1000 * depth + 900 - 100 * at for at in range(len(later))]
    put(feed, later, ranks=room)
    settle(feed)
    assert known(feed) == oracle([*first[:depth], *later, *first[depth:]])
    check(feed)


@QUICK
@given(st.lists(EVIDENCE, max_size=8), st.lists(EVIDENCE, max_size=5), st.integers(0, 8))
def test_contradictions_that_come_later_leave_it_monotone(feed, first, then, depth):
    clear(feed)
    depth = min(depth, len(first))
    put(feed, first)
    settle(feed)
    room = [1000 * len(first) - 1000 * depth + 900 - 100 * at for at in range(len(then))]
    put(feed, then, ranks=room)
    settle(feed)
    check(feed)


@QUICK
@given(st.lists(EVIDENCE, min_size=1, max_size=8), st.lists(EVIDENCE, max_size=3), st.data())
def test_it_stays_monotone_when_one_moves_to_the_top(feed, first, then, data):
    clear(feed)
    likes = put(feed, first)
    settle(feed)
    moved = data.draw(st.sampled_from(likes))
    moved.refresh_from_db()
    rollup.move(feed.user_id, [moved.liked_at], [day(200)])
    Entry.objects.filter(like=moved).update(rank=10**6, placed_at=day(200))
    again = {"rank": 10**6, "is_settled": False, "liked_at": day(200)}
    Like.objects.filter(pk=moved.pk).update(**again, liked_after=None, liked_before=day(200))
    depth = data.draw(st.integers(0, len(first)))
    put(feed, then, ranks=[1000 * depth + 900 - 100 * at for at in range(len(then))])
    settle(feed)
    check(feed)
