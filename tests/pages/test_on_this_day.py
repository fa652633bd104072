"""On this day, and any like by chance: what is known to the day, and the same all day."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from archive import chance, memories, wall
from archive.models import Like
from tests.house.builders import connect
from tests.house.builders import like as hang_many

pytestmark = pytest.mark.django_db

DAY = date(2024, 5, 14)
MORNING = datetime(2021, 5, 14, 0, 0, tzinfo=UTC)
EVENING = datetime(2021, 5, 14, 23, 59, 59, tzinfo=UTC)


def liked(user: User, day: date = DAY) -> list[int]:
    shown = memories.of(user, day, day)
    return [tile.pk for memory in shown.liked for tile in memory.tiles]


def posted(user: User, day: date = DAY) -> list[int]:
    shown = memories.of(user, day, day)
    return [tile.pk for memory in shown.posted for tile in memory.tiles]


def test_what_was_liked_on_this_day_comes_by_years(alice, hang):
    old = hang(liked_at=MORNING.replace(year=2019), is_exact=True)
    early, late = hang(liked_at=MORNING, is_exact=True), hang(liked_at=EVENING, is_exact=True)
    for beside in (MORNING - timedelta(seconds=1), EVENING + timedelta(seconds=2)):
        hang(liked_at=beside, is_exact=True)
    hang(liked_at=MORNING.replace(year=2024), is_exact=True)
    shown = memories.of(alice, DAY, DAY)
    assert [memory.title for memory in shown.liked] == ["3 years ago", "5 years ago"]
    assert liked(alice) == [late.pk, early.pk, old.pk]


def test_a_like_counts_for_a_day_only_where_it_is_known_to_the_day(alice, hang):
    hour = timedelta(hours=1)
    sure = hang(liked_at=MORNING, liked_after=MORNING, liked_before=EVENING)
    hang(liked_at=MORNING, liked_after=MORNING - hour, liked_before=EVENING)
    hang(liked_at=MORNING, liked_after=MORNING, liked_before=EVENING + hour)
    hang(liked_at=MORNING, liked_before=EVENING)
    hang(liked_at=MORNING, is_settled=False)
    assert liked(alice) == [sure.pk]


def test_what_was_posted_on_this_day_is_told_apart_and_not_twice(alice, hang):
    both = hang(liked_at=EVENING, posted_at=MORNING, is_exact=True)
    only = hang(liked_at=EVENING + timedelta(days=9), posted_at=EVENING)
    assert liked(alice) == [both.pk]
    assert posted(alice) == [only.pk]


def test_nothing_of_anybody_else_is_remembered(alice, bob, hang):
    hang(bob, liked_at=MORNING, posted_at=MORNING, is_exact=True)
    shown = memories.of(alice, DAY, DAY)
    assert (shown.liked, shown.posted, shown.chance) == ([], [], [])


def test_the_twenty_ninth_of_february_is_remembered_every_year(alice, hang):
    leap = hang(liked_at=datetime(2020, 2, 29, 9, tzinfo=UTC), is_exact=True)
    eve = hang(liked_at=datetime(2020, 2, 28, 9, tzinfo=UTC), is_exact=True)
    assert liked(alice, date(2024, 2, 29)) == [leap.pk]
    assert liked(alice, date(2024, 2, 28)) == [eve.pk]
    assert liked(alice, date(2023, 2, 28)) == [leap.pk, eve.pk]


def test_one_busy_day_does_not_fill_the_page(alice, hang):
    for _ in range(memories.MOST + 3):
        hang(liked_at=MORNING, is_exact=True)
    assert len(liked(alice)) == memories.MOST


def test_only_the_newest_of_a_crowded_day_are_looked_at(alice, hang, monkeypatch):
    monkeypatch.setattr(memories, "LOOKED_AT", 3)
    hang(liked_at=MORNING, is_exact=True)
    near = hang(liked_at=MORNING + timedelta(hours=1), is_exact=True)
    for _ in range(2):
        hang(liked_at=EVENING, is_settled=False)
    assert liked(alice) == [near.pk]


def test_many_years_share_one_page(alice, hang):
    for years in range(1, 31):
        for _ in range(memories.FEWEST + 2):
            hang(liked_at=MORNING.replace(year=DAY.year - years), is_exact=True)
    shown = memories.of(alice, DAY, DAY)
    assert [len(memory.tiles) for memory in shown.liked] == [memories.FEWEST] * 30


def test_only_what_is_shown_of_a_day_is_read_whole(alice, hang):
    for years in range(1, 31):
        for _ in range(memories.FEWEST + 2):
            hang(liked_at=MORNING.replace(year=DAY.year - years), is_exact=True)
    with CaptureQueriesContext(connection) as asked:
        shown = memories.of(alice, DAY, DAY)
    whole = next(each["sql"] for each in asked if re.search(r'"caption".* IN \(', each["sql"]))
    tiles = [*shown.chance, *(tile for memory in shown.liked for tile in memory.tiles)]
    assert whole.partition(" IN (")[2].count(",") == len(tiles) - 1


@pytest.mark.parametrize(
    ("asked", "status"),
    [("", 200), ("02-29", 200), ("12-31", 200), ("02-30", 404), ("1-1", 404), ("x", 404)],
)
def test_any_day_of_the_calendar_can_be_asked_for(as_alice, asked, status):
    assert as_alice.get(f"/on-this-day/?day={asked}").status_code == status


def test_a_day_without_memories_says_so(as_alice):
    html = as_alice.get("/on-this-day/?day=05-14").content.decode()
    assert "Nothing from 14 May" in html
    assert "?day=05-13" in html
    assert "?day=05-15" in html


@pytest.mark.parametrize("name", ["posted_at", "liked_at"])
def test_a_day_with_either_kind_of_memory_is_not_called_empty(as_alice, hang, name):
    hang(is_exact=True, **{"liked_at": MORNING + timedelta(days=40), name: MORNING})
    html = as_alice.get("/on-this-day/?day=05-14").content.decode()
    assert "Nothing from 14 May" not in html
    assert "Nothing you keep" not in html


def many(user: User, count: int = 400) -> list[Like]:
    return hang_many(connect(user).feeds.get(), count, pictures=0)


def test_what_is_drawn_stays_the_same_all_day_whatever_is_liked(alice, hang):
    many(alice)
    today = date(2024, 6, 3)
    drawn = [tile.pk for tile in memories.of(alice, today, today).chance]
    for _ in range(60):
        hang(liked_at=datetime(2024, 6, 3, 8, tzinfo=UTC))
    assert [tile.pk for tile in memories.of(alice, today, today).chance] == drawn
    assert len(drawn) == memories.CHANCE
    tomorrow = today + timedelta(days=1)
    assert [tile.pk for tile in memories.of(alice, tomorrow, tomorrow).chance] != drawn


def test_no_like_is_drawn_twice_and_a_small_wall_is_drawn_whole(alice):
    pks = {like.pk for like in many(alice, 9)}
    months = wall.totals(alice).months
    for seed in range(40):
        assert len(set(chance.draw(alice, months, 6, Random(seed)))) == 6
        assert set(chance.draw(alice, months, 20, Random(seed))) == pks


def test_every_like_can_be_drawn_and_all_about_as_often(alice, bob):
    likes = many(alice, 40)
    many(bob, 40)
    months, dice = wall.totals(alice).months, Random(7)
    drawn = Counter(pk for _ in range(40) for pk in chance.draw(alice, months, 20, dice))
    assert set(drawn) == {like.pk for like in likes}
    assert max(drawn.values()) < 40


def test_a_month_with_very_many_is_drawn_from_at_different_places(alice):
    likes = many(alice, 900)
    middle = datetime(2023, 3, 1, tzinfo=UTC)
    for place, like in enumerate(likes):
        like.liked_at = middle + timedelta(minutes=45 * place)
    Like.objects.bulk_update(likes, ["liked_at"])
    months, dice = {date(2023, 3, 1): 900}, Random(7)
    drawn = [pk for _ in range(30) for pk in chance.draw(alice, months, 1, dice)]
    days = {Like.objects.get(pk=pk).liked_at.day // 8 for pk in drawn}
    assert days == {0, 1, 2, 3}


def test_by_chance_leads_to_a_like_of_ones_own(as_alice: Client, alice, bob, hang):
    theirs = hang(bob)
    assert as_alice.get("/random/")["Location"] == "/likes/"
    mine = hang()
    assert mine.pk != theirs.pk
    assert as_alice.get("/random/")["Location"] == f"/likes/{mine.pk}/"


def test_what_was_posted_on_this_day_is_not_drawn_by_chance_as_well(alice, hang):
    like = hang(liked_at=MORNING + timedelta(days=40), posted_at=MORNING)
    shown = memories.of(alice, DAY, DAY)
    assert [tile.pk for memory in shown.posted for tile in memory.tiles] == [like.pk]
    assert shown.chance == []
