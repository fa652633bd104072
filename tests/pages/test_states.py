"""Sources say what is true: their state, what is proven, what could be lost and when."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Connection
from archive.models import Feed, Gap
from harvester import alarm, levers, sources, states, strip
from harvester.models import Crawl, Schedule
from tests import standings
from tests.pages.conftest import feed_of

pytestmark = pytest.mark.django_db

SAID = {
    "well": ("ok", "Up to date"),
    "lost": ("ok", "Up to date"),
    "unread": ("failed", "Last visit ended early"),
    "behind": ("behind", "Not complete yet"),
    "new": ("new", "About to start"),
    "busy": ("busy", "Checking now"),
    "overdue": ("late", "Overdue"),
    "no_room": ("ok", "Up to date"),
    "gone": ("gone", "Not connected"),
    "file": ("file", "From a file"),
    "arriving": ("catching", "Catching up (140 of at most 300)"),
    "held": ("held", "Needs your answer"),
    "late": ("failed", "Last visit ended early"),
    "limited": ("waiting", r"Waiting \(until (.*, )?\d\d:\d\d UTC\)"),
    "used_up": ("waiting", r"Waiting \(until (.*, )?\d\d:\d\d UTC\)"),
    "ended": ("needs", r"Needs you \(sign-in ended on \d+ \w+ \d{4}\)"),
    "stuck": ("stuck", "Stuck"),
    "paused": ("paused", "Paused by you"),
    "closed": ("closed", r"Service gone since \d+ \w+ \d{4}"),
}


def page(feed: Feed, address: str = "/sources/") -> str:
    client = Client()
    client.force_login(feed.user)
    return client.get(address).content.decode()


def card(feed: Feed) -> sources.Source:
    return sources.of(feed.user)[0]


@pytest.mark.parametrize("name", standings.ALL)
def test_every_state_is_called_by_its_name(name):
    shown = card(standings.ALL[name]())
    key, said = SAID[name]
    assert shown.state == key
    assert shown.state_words == said or re.fullmatch(said, shown.state_words)


def test_no_state_goes_unseen():
    assert {key for key, _ in SAID.values()} == set(states.WORDS)
    assert SAID.keys() == standings.ALL.keys()


@pytest.mark.parametrize("name", [name for name in SAID if SAID[name][0] != "ok"])
def test_nobody_is_told_to_be_up_to_date_who_is_not(name):
    feed = standings.ALL[name]()
    assert "Up to date" not in page(feed)
    assert "Up to date" not in page(feed, "/settings/")


FLAWS = {"lost": "2 gaps", "no_room": "pictures wait for room"}


@pytest.mark.parametrize("name", SAID)
def test_beside_up_to_date_stands_what_is_not_well(name):
    feed = standings.ALL[name]()
    assert card(feed).flaw == FLAWS.get(name, "")
    said = f'<p class="state pill ok flaw">Up to date, {FLAWS.get(name)}</p>'
    assert (said in page(feed)) is (name in FLAWS)


def test_the_dot_says_on_every_page_that_something_is_missing():
    lost, well = standings.lost(), standings.well()
    said = 'class="state dot ok flaw" id="state" href="/sources/"><span>Up to date, 2 gaps</span>'
    assert said in page(lost, "/settings/")
    assert "flaw" not in page(well, "/settings/")
    assert "flaw" not in page(standings.behind(), "/settings/")


def test_pictures_that_wait_for_room_are_those_of_their_own_source():
    feed = standings.no_room()
    feed_of(feed.user, provider="bluesky", standing="followed")
    facts = states.of(feed.user)
    assert [each.lacks_room for each in facts] == [True, False]


@pytest.mark.parametrize("name", sorted(SAID))
def test_what_could_be_lost_is_said_once_on_a_page(name):
    feed = standings.ALL[name]()
    if loss := card(feed).loss:
        assert page(feed).count(loss) == 1


def test_what_could_be_lost_is_said_before_there_is_an_alarm_and_with_one():
    calm, alarmed = standings.stuck(), standings.late()
    assert alarm.of(states.of(calm.user)) is None
    assert alarm.of(states.of(alarmed.user)) is not None
    assert card(calm).loss
    assert card(alarmed).loss


URGED = {"late", "failed", "behind"}


@pytest.mark.parametrize("name", SAID)
def test_a_visit_is_urged_where_it_would_help_and_nowhere_else(name):
    shown = card(standings.ALL[name]())
    assert shown.is_urged is (shown.state in URGED)


def test_an_open_gap_is_not_complete_whatever_the_last_visit_says():
    feed = standings.well()
    standings.gap(feed, 9, state="open", estimate=25)
    shown = card(feed)
    assert (shown.state, shown.state_words) == ("behind", "Not complete yet")
    # At some hours both likes beside it are of one day.
    assert re.match(r"Not complete yet: about 25 likes (between|on) ", shown.coverage)
    assert "Complete from" not in page(feed)


def test_a_gap_that_is_lost_is_named_in_what_is_complete():
    said = card(standings.lost()).coverage
    assert re.match(r"Complete from \w+ \d{4} to (today|\d).*, except about 30 likes ", said)
    assert "and about 12 likes" in said
    assert said.endswith("Older than this Instagram shows no more.")


def test_a_card_offers_no_export_for_what_one_has_brought():
    feed = standings.well()
    offer, told = "An export can bring in older ones.", "What is older comes from your export."
    assert (offer in page(feed), told in page(feed)) == (True, False)
    Feed.objects.filter(pk=feed_of(feed.user, standing="file").pk).update(entries_count=40)
    assert (offer in page(feed), told in page(feed)) == (False, True)


def test_many_gaps_are_added_up():
    feed = standings.well()
    for place in (10, 20, 30):
        standings.gap(feed, place, estimate=7)
    assert "except about 21 likes in 3 places." in card(feed).coverage


def test_complete_is_what_the_last_whole_visit_saw_and_no_later():
    feed = standings.late()
    assert "today" not in card(feed).coverage
    shown = card(feed)
    assert shown.last_good.words == "2 days ago"
    assert shown.last_visit.words == "3 hours ago"


def test_the_pace_stands_beside_what_the_service_shows():
    said = "You never liked more than 41 between two visits; Instagram shows 300."
    assert said in page(standings.well())


def test_a_visit_that_has_not_moved_says_so_and_where_it_goes_on():
    said = card(standings.stuck()).sentence
    assert said == (
        "This visit has not moved for 14 minutes. It is taken up again at page 4, where it stopped."
    )


def test_a_visit_that_waits_its_turn_is_not_stuck():
    feed = standings.limited()
    Crawl.objects.live().update(moved_at=timezone.now() - timedelta(hours=1))
    assert card(feed).state == "waiting"


def test_the_dot_is_that_of_the_worst_source():
    feed = standings.well()
    other = Connection.objects.create(
        user=feed.user, provider="bluesky", upstream_id="x", username="x", state="needs_you"
    )
    assert states.summary(states.of(feed.user)) == {
        "key": "needs",
        "words": "Needs you",
        "flaw": "",
    }
    other.delete()
    assert states.summary(states.of(feed.user)) == {
        "key": "ok",
        "words": "Up to date",
        "flaw": "",
    }


def test_a_strip_is_to_scale_and_never_leaves_its_frame():
    feed = standings.lost()
    strip = card(feed).strip
    spans = [(p.kind, float(p.x[:-1]), float(p.width[:-1])) for p in strip.pieces]
    assert all(x >= 0 and x + width <= 100.01 for _, x, width in spans)
    kinds = [kind for kind, _, _ in spans]
    assert kinds == ["older", "proven", "lost", "lost"]
    likes = list(feed.user.likes.order_by("-liked_at").values_list("liked_at", flat=True))
    whole = timezone.now() - likes[-1]
    middle = likes[120] + (likes[121] - likes[120]) / 2
    expected = 5 + 95 * ((middle - likes[-1]) / whole)
    _, x, width = spans[2]
    assert x + width / 2 == pytest.approx(expected, abs=0.3)


def test_a_strip_says_its_oldest_like_where_what_is_proven_begins():
    html = page(standings.well())
    ((begins, _),) = re.findall(r'<rect class="proven" x="([\d.]+%)" width="([\d.]+%)" y="1"', html)
    assert begins != "0.00%"
    assert f'<text x="{begins}" y="34">' in html


def test_where_months_mark_a_strip_each_new_year_is_named():
    over = strip.Scale(datetime(2025, 1, 3, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC), 0.0)
    told = [tick.words for tick in strip._ticks(over)]
    assert [words[-4:] for words in told if " " in words] == ["2026"]
    # The beginning has a label with its own year.
    assert (" " in told[0], len(set(told))) == (False, len(told))


def test_a_strip_shows_since_when_nobody_has_looked():
    assert [piece.kind for piece in card(standings.late()).strip.pieces] == ["proven", "unseen"]
    assert "not looked at yet</span>" in page(standings.ended())


def test_a_strip_says_in_words_what_its_patterns_mean():
    html = page(standings.lost())
    assert "may be missing</span>" in html
    assert "older than Instagram showed us</span>" in html
    assert re.search(r'<svg role="img" aria-label="Complete from [^"]+except about 30', html)


def test_the_alarm_comes_at_half_of_the_way_counted_from_the_last_success():
    feed, now = standings.well(), timezone.now()

    def told(success: float, loses: float) -> bool:
        day = timedelta(days=1)
        Schedule.objects.filter(feed=feed).update(
            last_visit_at=now,
            last_success_at=now - success * day,
            loses_at=now + loses * day,
        )
        return 'class="alarm"' in page(feed, "/settings/")

    assert [told(1.9, 2.1), told(2.1, 1.9), told(4, -0.1)] == [False, True, True]


@pytest.mark.parametrize(
    ("name", "button"),
    [
        ("ended", '<a class="button stamp" href="/accounts/instagram/">Reconnect</a>'),
        ("paused", '<button class="button stamp">Resume</button>'),
        ("late", '<button class="button stamp">Check now</button>'),
    ],
)
def test_the_alarm_names_the_one_button_that_helps(name, button):
    html = page(standings.ALL[name](), "/settings/")
    alarmed = re.search(r'<aside class="alarm".*?</aside>', html, re.DOTALL).group()
    assert button in re.sub(r'href="/accounts/[^"]*"', 'href="/accounts/instagram/"', alarmed)
    assert alarmed.count("<button") + alarmed.count("<a ") == 1
    said = "Since" if name == "paused" else "Something could be lost after"
    assert said in alarmed


@pytest.mark.parametrize("name", ["well", "lost", "held", "closed"])
def test_nobody_is_alarmed_without_need(name):
    assert 'class="alarm"' not in page(standings.ALL[name](), "/likes/")


def test_somebody_who_disconnected_is_not_alarmed():
    feed = standings.late()
    levers.disconnect(feed.connection)
    assert alarm.of(states.of(feed.user)) is None


def test_the_alarm_of_somebody_else_is_nobodys(alice):
    standings.late()
    assert states.of(alice) == []


def test_the_dot_and_the_alarm_ask_one_question_together():
    feed = standings.late()
    client = Client()
    client.force_login(feed.user)
    with CaptureQueriesContext(connection) as queries:
        assert 'class="alarm"' in client.get("/settings/").content.decode()
    asked = [query["sql"] for query in queries if "accounts_connection" in query["sql"]]
    assert len(asked) == 1


def test_a_held_list_is_asked_about_and_nothing_is_believed_by_itself(
    django_capture_on_commit_callbacks,
):
    feed = standings.held()
    client = Client()
    client.force_login(feed.user)
    html = client.get("/sources/").content.decode()
    assert "Instagram suddenly does not show 288 of your 320 likes any more." in html
    assert "Then we wait." in html
    for lever in ("check", "pause", "resume"):
        client.post(f"/sources/{feed.connection_id}/{lever}/")
    feed.refresh_from_db()
    assert feed.held_accepted_at is None
    with django_capture_on_commit_callbacks() as bells:
        client.post(f"/sources/{feed.connection_id}/accept/")
    feed.refresh_from_db()
    assert feed.held_accepted_at > feed.held_at
    assert len(bells) == 1
    assert "Did you take them back?" not in client.get("/sources/").content.decode()


def test_an_old_answer_is_none_to_a_new_question():
    feed = standings.held()
    Feed.objects.filter(pk=feed.pk).update(held_accepted_at=timezone.now() - timedelta(days=9))
    assert card(feed).question


def test_where_nothing_is_held_nothing_is_accepted_and_nobody_is_sent():
    feed = standings.well()
    assert levers.accept(feed) is None
    feed.refresh_from_db()
    assert feed.held_accepted_at is None
    assert not Crawl.objects.live().exists()


def test_the_log_says_which_visits_left_and_closed_gaps():
    html = page(standings.lost())
    assert "1 gap left." in html
    assert "1 gap closed." in html


def test_gaps_of_others_are_not_in_ones_own_card():
    mine = standings.well("mine")
    standings.lost("theirs")
    assert "except" not in card(mine).coverage
    assert Gap.objects.of(mine.user).count() == 1


def test_the_budget_of_requests_is_shown_with_its_bar():
    feed = standings.well()
    html = page(feed)
    assert "38 of 5,000<progress" in html
    assert "free again" not in html


def test_a_budget_that_is_used_up_says_when_it_is_free_again():
    feed = standings.used_up()
    html = page(feed)
    most = card(feed).budget.budget
    assert f"{most:,} of {most:,}<progress" in html
    assert "free again" in html
    assert "as often as we may in an hour" in html


@pytest.mark.parametrize("name", ["well", "ended", "late", "new", "arriving"])
def test_a_card_says_once_when_it_was_last_looked_at(name):
    html = page(standings.ALL[name]()).partition('class="log"')[0]
    said = re.findall(r"\b(just now|none yet|\d+ \w+ ago)\b", html)
    assert len(said) == len(set(said))


def test_a_visit_that_was_stopped_is_not_up_to_date():
    feed = standings.well("alice")
    levers.stop(levers.check_now(feed))
    assert states.of(feed.user)[0].key == "failed"
