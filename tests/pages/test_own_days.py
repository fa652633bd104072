"""A person's days are their own: where they live, months, dates and clocks begin and end."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from threading import Thread

import psycopg2
import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts import zones
from accounts.models import User
from archive import dates, memories, rollup, verify_months
from archive.models import Like, MonthCount
from harvester import words
from harvester.logbook import Moment
from likelist.engines.processes import until
from tests.pages.conftest import hang_all, home_of, picture

pytestmark = pytest.mark.django_db

NEW_YORK, BERLIN, KOLKATA = "America/New_York", "Europe/Berlin", "Asia/Kolkata"
# Still the year before in New York.
NEW_YEAR = datetime(2024, 1, 1, 2, 30, tzinfo=UTC)
DECEMBER, JANUARY = date(2023, 12, 1), date(2024, 1, 1)
SAVE = "/settings/days/"
PLACES = st.sampled_from(["", "UTC", NEW_YORK, BERLIN, KOLKATA, "Pacific/Kiritimati"])
SECONDS = timedelta(days=15 * 365) // timedelta(seconds=1)
MOMENTS = st.integers(0, SECONDS).map(lambda at: NEW_YEAR - timedelta(days=4000, seconds=-at))


@pytest.fixture
def house(alice: User, live_server: LiveServer) -> tuple[str, dict[str, str]]:
    return home_of(alice, live_server)


def months(user: User) -> dict[date, int]:
    counts = MonthCount.objects.filter(user=user).exclude(likes=0)
    return dict(counts.values_list("month", "likes"))


def zone_of(user: User) -> str:
    return User.objects.get(pk=user.pk).timezone


def headings(client: Client, path: str = "/likes/") -> list[str]:
    return re.findall(r"<h2[^>]*>\s*(?:<a[^>]*>)?([A-Z][a-z]+ \d{4})", client.get(path).text)


def test_a_like_hangs_under_the_month_of_where_its_person_lives(alice, as_alice, hang):
    rollup.live_in(alice, NEW_YORK)
    hang(liked_at=NEW_YEAR)
    assert months(alice) == {DECEMBER: 1}
    assert headings(as_alice) == ["December 2023"]
    assert "/likes/1" not in as_alice.get("/likes/2024/1/").text
    assert as_alice.get("/likes/2023/12/").text.count('class="tile') == 1


def test_who_says_where_they_live_finds_all_months_counted_anew(alice, bob, hang):
    hang(liked_at=NEW_YEAR)
    hang(liked_at=NEW_YEAR + timedelta(days=1))
    hang(bob, liked_at=NEW_YEAR)
    rollup.live_in(alice, NEW_YORK)
    assert (months(alice), months(bob)) == ({DECEMBER: 1, JANUARY: 1}, {JANUARY: 1})
    rollup.live_in(alice, BERLIN)
    assert months(alice) == {JANUARY: 2}


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(PLACES, MOMENTS, MOMENTS), max_size=8))
def test_months_are_counted_right_wherever_people_move(lives):
    with transaction.atomic():
        user = User.objects.create_user("mover")
        likes = hang_all(user, [was for _, was, _ in lives])
        for like, (place, was, now) in zip(likes, lives, strict=True):
            rollup.live_in(user, place)
            like.liked_at = now
            like.save()
            rollup.move(user.pk, [was], [now])
            zone = zones.zone(place)
            assert months(user) == Counter(rollup.month_of(it.liked_at, zone) for it in likes)
            assert verify_months.finding().ok
        transaction.set_rollback(True)


def moves(user: User, name: str) -> None:
    try:
        rollup.live_in(user, name)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_who_moves_waits_for_a_page_that_is_being_kept(alice, hang):
    like = hang(liked_at=NEW_YEAR)
    MonthCount.objects.all().delete()
    Like.objects.update(wall_feed=None)
    with closing(psycopg2.connect(**connection.get_connection_params())) as other:
        keeps = other.cursor()
        keeps.execute(f"SELECT 1 FROM accounts_user WHERE id = {alice.pk} FOR NO KEY UPDATE")
        keeps.execute(f"UPDATE archive_like SET wall_feed_id = {like.wall_feed_id}")
        count = "INSERT INTO archive_monthcount (user_id, month, likes) VALUES (%s, %s, 1)"
        keeps.execute(count, [alice.pk, JANUARY])
        moving = Thread(target=moves, args=(alice, NEW_YORK))
        moving.start()
        assert until(lambda: is_waited(other), 20)
        other.commit()
    moving.join(20)
    assert months(alice) == {DECEMBER: 1}


def is_waited(other: psycopg2.extensions.connection) -> bool:
    """Whether somebody waits for what another connection holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid)))",
            [other.info.backend_pid],
        )
        return bool(cursor.fetchone()[0])


def test_months_that_are_counted_for_elsewhere_are_found(alice, hang):
    hang(liked_at=NEW_YEAR)
    User.objects.filter(pk=alice.pk).update(timezone=NEW_YORK)
    finding = verify_months.finding()
    assert (finding.count, finding.examples) == (
        2,
        [f"person {alice.pk} 2023-12", f"person {alice.pk} 2024-01"],
    )


def test_a_day_that_is_asked_for_is_whole_where_one_lives(alice, as_alice, hang):
    rollup.live_in(alice, NEW_YORK)
    below, asked = hang(liked_at=NEW_YEAR - timedelta(days=3)), hang(liked_at=NEW_YEAR)
    hang(liked_at=NEW_YEAR + timedelta(hours=9))
    there = as_alice.get("/likes/date/?on=2023-12-31").headers["Location"]
    assert there.endswith(f"#like-{asked.pk}")
    there = as_alice.get("/likes/date/?on=2023-12-30").headers["Location"]
    assert there.endswith(f"#like-{below.pk}")


def test_on_this_day_is_the_day_where_one_lives(alice, as_alice, hang):
    rollup.live_in(alice, NEW_YORK)
    like = hang(liked_at=NEW_YEAR, posted_at=NEW_YEAR, is_exact=True)
    assert f"/likes/{like.pk}/" in as_alice.get("/on-this-day/?day=12-31").text
    assert "31 December 2023" in as_alice.get("/on-this-day/?day=12-31").text
    assert "Liked" not in re.findall(
        r"<h2[^>]*>([^<]+)", as_alice.get("/on-this-day/?day=01-01").text
    )


@pytest.mark.parametrize("at", ["2021-10-30T22:00", "2021-10-31T22:59"])
def test_a_day_of_twenty_five_hours_is_remembered_whole(alice, hang, at):
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    like = hang(liked_at=moment, posted_at=moment, is_exact=True)
    with timezone.override(BERLIN):
        found = memories.of(alice, date(2024, 10, 31), date(2024, 10, 31))
    assert [tile.pk for memory in found.liked for tile in memory.tiles] == [like.pk]
    assert found.liked[0].day == "31 October 2021"


def test_the_next_day_is_not_remembered_where_a_day_has_twenty_three_hours(alice, hang):
    hang(liked_at=datetime(2021, 3, 28, 22, 30, tzinfo=UTC), is_exact=True)
    with timezone.override(BERLIN):
        found = memories.of(alice, date(2024, 3, 28), date(2024, 3, 28))
    assert found.liked == []


def test_gaps_stand_on_the_calendar_where_their_days_are():
    with timezone.override(NEW_YORK):
        scale = dates.Scale({JANUARY: (0.0, 50.0), DECEMBER: (50.0, 50.0)})
        assert scale.at(NEW_YEAR) == pytest.approx(50.0, abs=0.2)
        assert scale.at(NEW_YEAR) > 50


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("UTC", "1 January 2024, 02:30 UTC"),
        (NEW_YORK, "31 December 2023, 21:30 EST"),
        (KOLKATA, "1 January 2024, 08:00 IST"),
        ("America/Sao_Paulo", "31 December 2023, 23:30 UTC-03:00"),
    ],
)
def test_clocks_are_those_of_where_one_lives_and_say_so(place, said):
    with timezone.override(place):
        assert words.clock(NEW_YEAR) == said
        shown = Moment.of(NEW_YEAR)
        assert shown
        assert shown.exact == said


def test_today_is_where_one_lives(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NEW_YEAR + timedelta(hours=1))
    with timezone.override(NEW_YORK):
        assert words.clock(NEW_YEAR, says_today=True) == "today, 21:30 EST"
        assert words.clock(NEW_YEAR + timedelta(hours=3)) == "1 January 2024, 00:30 EST"


def test_what_a_page_does_not_outlast_it(alice, as_alice, client):
    rollup.live_in(alice, KOLKATA)
    as_alice.get("/likes/")
    assert timezone.get_current_timezone_name() == "UTC"


def test_a_zone_whose_rules_are_gone_is_utc():
    assert zones.zone("Mars/Olympus_Mons") is UTC
    assert zones.zone("../etc/passwd") is UTC


def test_every_region_can_be_chosen_from_and_every_choice_is_known():
    listed = {name for _, places in zones.regions() for name, _ in places}
    assert {NEW_YORK, BERLIN, KOLKATA, "Pacific/Chatham"} <= listed
    assert listed <= zones.names()
    assert dict(dict(zones.regions())["America"])["America/Argentina/Buenos_Aires"] == (
        "Argentina, Buenos Aires"
    )


def test_a_choice_is_kept_and_shown(alice, as_alice, hang):
    hang(liked_at=NEW_YEAR)
    assert as_alice.post(SAVE, {"timezone": NEW_YORK}).headers["Location"] == "/settings/"
    assert (zone_of(alice), months(alice)) == (NEW_YORK, {DECEMBER: 1})
    page = as_alice.get("/settings/").text
    assert "Saved." in page
    assert f'<option value="{NEW_YORK}" selected>New York</option>' in page
    assert page.count(" selected>") == 1


def test_an_old_name_that_a_browser_says_is_shown_as_it_is(alice, as_alice):
    rollup.live_in(alice, "US/Eastern")
    assert "<option selected>US/Eastern</option>" in as_alice.get("/settings/").text


@pytest.mark.parametrize("name", ["", "Mars/Olympus_Mons", "Factory", "../../etc/passwd", "x" * 99])
def test_what_is_no_zone_changes_nothing_and_says_so(alice, as_alice, name):
    rollup.live_in(alice, BERLIN)
    assert (
        "There is no time zone of that name"
        in as_alice.post(SAVE, {"timezone": name}, follow=True).text
    )
    assert zone_of(alice) == BERLIN
    assert as_alice.post(SAVE, {"timezone": name, "guess": "yes"}).status_code == 204
    assert zone_of(alice) == BERLIN


def test_what_a_browser_guesses_counts_only_where_nobody_has_said(alice, bob, as_alice):
    guess = {"timezone": NEW_YORK, "guess": "yes"}
    assert "data-zone" in as_alice.get("/likes/").text
    assert as_alice.post(SAVE, guess).status_code == 204
    assert (zone_of(alice), zone_of(bob)) == (NEW_YORK, "")
    assert "zone.js" not in as_alice.get("/likes/").text
    assert "data-zone" not in as_alice.get("/likes/").text
    assert as_alice.post(SAVE, guess | {"timezone": BERLIN}).status_code == 204
    assert zone_of(alice) == NEW_YORK


def test_a_stranger_is_asked_for_their_name_first(client):
    assert "data-zone" not in client.get("/accounts/signin/").text
    assert (
        client.post(SAVE, {"timezone": BERLIN}).headers["Location"].startswith("/accounts/signin/")
    )
    assert not User.objects.exclude(timezone="").exists()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_browser_says_once_where_its_person_lives(alice, hang, opened):
    hang(liked_at=NEW_YEAR)
    page: Page = opened(timezone_id=NEW_YORK)
    with page.expect_response("**/settings/days/") as said:
        page.goto("/likes/")
    assert said.value.status == 204
    assert zone_of(alice) == NEW_YORK
    page.goto("/likes/")
    expect(page.locator("h2").first).to_contain_text("December 2023")
    page.goto("/settings/")
    expect(page.get_by_label("Where your days begin")).to_have_value(NEW_YORK)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_who_has_chosen_is_not_asked_by_a_journey(alice, opened):
    rollup.live_in(alice, BERLIN)
    page: Page = opened(timezone_id=KOLKATA)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method))
    page.goto("/likes/")
    page.get_by_role("link", name="Settings").first.wait_for(state="attached")
    assert set(asked) == {"GET"}
    assert zone_of(alice) == BERLIN


def test_pictures_lines_and_paper_keep_to_ones_own_days(alice, as_alice, hang):
    rollup.live_in(alice, NEW_YORK)
    picture(hang(liked_at=NEW_YEAR, posted_at=NEW_YEAR, is_exact=True))
    hang(liked_at=NEW_YEAR, is_exact=True)
    assert "Photo by ada, posted 31 December 2023" in as_alice.get("/likes/").text
    assert "Liked 31 Dec 2023" in as_alice.get("/likes/").text
    User.objects.update(layout="list")
    assert "Posted 31 December 2023" in as_alice.get("/likes/").text
