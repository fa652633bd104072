"""The calendar of the wall: every month in proportion, and beside it what is proven."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from archive import dates, rollup
from archive.models import Feed
from tests.pages.conftest import NOON, feed_of
from tests.pages.gaps import gap

pytestmark = pytest.mark.django_db

COUNTS = {date(2024, 5, 1): 143, date(2024, 4, 1): 57, date(2022, 12, 1): 200}


@pytest.fixture
def years(hang):
    """Likes in May 2014, March 2014 and June 2012, newest first."""
    return [hang(liked_at=NOON - timedelta(days=days)) for days in (700, 60, 0)][::-1]


def page(client, address: str = "/likes/") -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def tiles(html: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'class="tile[^"]*" href="/likes/(\d+)/"', html)]


def test_months_are_as_high_as_they_are_full():
    shown = dates.of(COUNTS, [], is_proven=True)
    stops = [stop for year in shown.years for stop in year.stops]
    assert [stop.at for stop in stops] == ["0.00", "35.75", "50.00"]
    assert [stop.words for stop in stops] == [
        "May 2024 · 143 likes",
        "April 2024 · 57 likes",
        "December 2022 · 200 likes",
    ]
    assert [(year.number, year.count) for year in shown.years] == [(2024, 200), (2022, 200)]


def test_a_calendar_is_drawn_once_while_its_months_stay_the_same():
    once = dates.of(COUNTS, [], is_proven=True)
    assert dates.of(dict(COUNTS), [], is_proven=False).menu is once.menu
    more = dates.of(COUNTS | {date(2024, 5, 1): 144}, [], is_proven=True)
    assert ("May 2024 · 143" in once.menu, "May 2024 · 144" in more.menu) == (True, True)


def test_a_calendar_speaks_the_language_of_its_page():
    english = dates.of(COUNTS, [], is_proven=True)
    with translation.override("de"):
        german = dates.of(COUNTS, [], is_proven=True)
    assert ("Mai 2024" in english.menu, "Mai 2024" in german.menu) == (False, True)


def test_a_month_with_a_single_like_can_still_be_met():
    shown = dates.of(
        {date(2024, 5, 1): 100_000, date(2024, 4, 1): 1, date(2024, 3, 1): 1}, [], is_proven=True
    )
    at = [float(stop.at) for stop in shown.years[0].stops]
    assert at[2] - at[1] >= dates.LEAST * 0.9


def test_a_month_with_a_single_like_says_one_like():
    shown = dates.of({date(2024, 5, 1): 1, date(2024, 4, 1): 2}, [], is_proven=True)
    said = [stop.words for stop in shown.years[0].stops]
    assert said == ["May 2024 · 1 like", "April 2024 · 2 likes"]


def test_a_young_calendar_names_its_months():
    counts = {date(2026, month, 1): 20 for month in range(1, 6)}
    shown = dates.of(counts, [], is_proven=True)
    assert [words for _, words in shown.labels] == ["2026", "Apr", "Mar", "Feb", "Jan"]
    assert shown.dots == []
    across = dates.of(counts | {date(2025, 12, 1): 20}, [], is_proven=True)
    assert [words for _, words in across.labels][-2:] == ["Jan", "2025"]


def test_a_month_makes_room_for_the_year_below_it():
    counts = {date(2026, 2, 1): 500, date(2026, 1, 1): 1, date(2025, 12, 1): 500}
    shown = dates.of(counts, [], is_proven=True)
    assert [words for _, words in shown.labels] == ["2026", "2025"]


def test_years_and_dots_never_stand_on_each_other():
    counts = {date(year, month, 1): 1 for year in range(1990, 2027) for month in range(1, 13)}
    shown = dates.of(counts, [], is_proven=True)
    for places, apart in (
        ([float(at) for at, _ in shown.labels], dates.LABELS_APART),
        ([float(at) for at in shown.dots], dates.DOTS_APART),
    ):
        assert len(places) > 10
        assert all(below - above >= apart - 0.011 for above, below in itertools.pairwise(places))


def test_one_month_needs_no_calendar(as_alice, hang):
    hang()
    assert "data-scrubber" not in page(as_alice)


def test_without_scripts_years_and_months_are_links(as_alice, years):
    html = page(as_alice)
    for address, newest in (("/likes/?at=2012-06", years[2]), ("/likes/2014/3/", years[1])):
        assert f'href="{address}"' in html
        assert tiles(page(as_alice, address))[0] == newest.pk


def test_from_a_month_on_the_wall_goes_on_to_older_ones(as_alice, years):
    html = page(as_alice, "/likes/?at=2014-03")
    assert tiles(html) == [years[1].pk, years[2].pk]
    assert 'rel="prev" href="/likes/"' in html
    assert 'rel="prev"' not in page(as_alice, "/likes/?at=2014-05")
    assert tiles(page(as_alice, "/likes/?at=2013-01")) == [years[2].pk]


@pytest.mark.parametrize("at", ["2014", "2014-13", "2014-00", "0000-01", "x", "٢٠١٤-٠٣", "2014-3"])
def test_a_month_that_is_none_is_not_found(as_alice, years, at):
    assert as_alice.get("/likes/", {"at": at}).status_code == 404


def test_nobody_is_told_of_likes_of_others(as_alice, years, hang, bob):
    hang(bob, liked_at=datetime(2001, 1, 1, tzinfo=UTC))
    assert "2001" not in page(as_alice)


def test_nothing_is_called_proven_before_a_visit_has_read_it_all(as_alice, alice, years):
    assert 'class="proven"' not in page(as_alice)
    Feed.objects.filter(pk=feed_of(alice).pk).update(completed_at=NOON)
    html = page(as_alice)
    assert 'class="proven"' in html
    assert "What is proven: Complete." in html
    feed_of(alice, provider="bluesky")
    assert 'class="proven"' not in page(as_alice)


def test_a_gap_stands_in_the_calendar_where_it_lies(as_alice, alice, years):
    Feed.objects.filter(pk=feed_of(alice).pk).update(completed_at=NOON)
    gap(years[0], years[1], estimate=12)
    html = page(as_alice)
    lost = re.search(r'<rect class="lost" width="4" y="([\d.]+)%" height="([\d.]+)%"', html)
    top, height = float(lost[1]), float(lost[2])
    assert 0 < top < 34
    assert 33 < top + height < 67
    assert "about 12 likes may be missing" in html.lower()


@pytest.mark.parametrize(
    ("many", "rest"), [(5, []), (6, ["And 1 more place."]), (8, ["And 3 more places."])]
)
@pytest.mark.usefixtures("years")
def test_beside_the_calendar_five_gaps_are_named_and_the_rest_counted(
    as_alice, alice, hang, many, rest
):
    Feed.objects.filter(pk=feed_of(alice).pk).update(completed_at=NOON)
    likes = [hang() for _ in range(many + 1)]
    for upper, lower in zip(likes[1:], likes, strict=False):
        gap(upper, lower, estimate=12)
    html = page(as_alice)
    assert re.findall(r"And [\d,]+ more places?\.", html) == rest


def test_counts_come_from_the_roll_up_of_the_same_commit(as_alice, alice, hang):
    hang()
    moment = NOON - timedelta(days=60)
    rollup.move(alice.pk, [], [moment] * 41)
    assert "March 2014 · 41" in page(as_alice)


def test_the_calendar_costs_no_query_per_month(as_alice, hang, django_assert_max_num_queries):
    for months in range(40):
        hang(liked_at=NOON - timedelta(days=31 * months))
    with django_assert_max_num_queries(8):
        html = page(as_alice)
    assert html.count("data-at=") == 40


def test_what_loads_below_brings_no_calendar_along(as_alice, years):
    part = as_alice.get(f"/likes/?before={years[0].pk}", headers={"HX-Request": "true"})
    assert b"data-at=" not in part.content
    assert b"<html" not in part.content
