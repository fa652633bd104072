"""What may be missing is said at its place, on the wall and in its list, and never elsewhere."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Connection
from archive import gaps
from archive.models import Feed, Gap
from harvester.models import Schedule
from tests.pages.conftest import feed_of
from tests.pages.gaps import gap

pytestmark = pytest.mark.django_db
AFTER, BEFORE = datetime(2025, 6, 3, 9, tzinfo=UTC), datetime(2025, 6, 9, 9, tzinfo=UTC)
MISSING = "About 12 likes may be missing between 3 and 9 June 2025."
OLDER = "Older than this Instagram shows no more."


def get(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def rows(html: str) -> list[str]:
    """Likes and gaps in the order in which they hang: addresses, and sentences."""
    found = re.findall(
        r'href="(/likes/\d+/)"|<li class="gap [^"]*"><div>\s*<p>.*?</svg>(.*?)</p>', html
    )
    return [address or words for address, words in found]


@pytest.fixture
def three(hang):
    """Three likes, the oldest first."""
    return [hang() for _ in range(3)]


def href(like) -> str:
    return f"/likes/{like.pk}/"


@pytest.mark.parametrize("address", ["/likes/", "/feeds/{}/", "/likes/2014/5/"])
def test_a_gap_hangs_between_its_two_likes(as_alice, three, address):
    old, middle, new = three
    gap(middle, old, estimate=12, after=AFTER, before=BEFORE)
    shown = rows(get(as_alice, address.format(old.wall_feed_id)))
    assert shown == [href(new), href(middle), MISSING, href(old)]


def test_a_gap_says_why_and_what_helps(as_alice, three):
    gap(three[1], three[0], estimate=12)
    html = get(as_alice, "/likes/")
    assert "More was liked between two visits than Instagram shows (your newest 300)" in html
    assert '<a class="button" href="/sources/import/">' in html


def test_an_open_gap_can_be_checked_at_once(as_alice, three, django_capture_on_commit_callbacks):
    Schedule.objects.create(feed=three[0].wall_feed)
    gap(three[1], three[0], state="open")
    html = get(as_alice, "/likes/")
    where = f"/sources/{three[0].wall_feed.connection_id}/check/"
    assert f'<form method="post" action="{where}">' in html
    assert "A visit was cut off here" in html
    with django_capture_on_commit_callbacks() as bells:
        as_alice.post(where)
    assert len(bells) == 1


def test_an_open_gap_says_what_is_still_to_be_read(as_alice, three):
    facts = {"state": "open", "estimate": 12, "after": AFTER, "before": BEFORE}
    gap(three[1], three[0], **facts)
    assert "About 12 likes between 3 and 9 June 2025 still to be read." in get(as_alice, "/likes/")


def test_no_visit_is_promised_to_an_open_gap_that_none_can_reach(as_alice, three):
    gap(three[1], three[0], state="open")
    Connection.objects.update(state="needs_you")
    html = get(as_alice, "/likes/")
    assert "No visit goes on here before Instagram is connected again." in html
    assert "The next visit goes on" not in html
    assert "/check/" not in html
    assert '<a class="button" href="/sources/import/">' in html


def test_a_service_without_exports_offers_none(as_alice, alice, hang):
    feed = feed_of(alice, provider="bluesky", standing="followed")
    lower, upper = hang(feed=feed), hang(feed=feed)
    gap(upper, lower)
    html = get(as_alice, "/likes/")
    assert "Bluesky has no way to show them again." in html
    assert "/sources/import/" not in html


def test_below_the_oldest_like_stands_what_the_service_does_not_show(as_alice, three):
    gap(three[0])
    html = get(as_alice, "/likes/")
    assert rows(html)[-1] == OLDER
    assert '<li class="gap older">' in html


def test_who_has_brought_an_export_is_not_asked_for_one_below_the_oldest_like(
    as_alice, alice, three
):
    gap(three[0])
    told = f"{OLDER} What is older comes from your export."
    assert told not in get(as_alice, "/likes/")
    export = feed_of(alice, standing="file")
    assert told not in get(as_alice, "/likes/")
    Feed.objects.filter(pk=export.pk).update(entries_count=40)
    html = get(as_alice, "/likes/")
    assert rows(html)[-1] == told
    below = html[html.index('class="gap older"') :]
    assert "Bring an export" not in below
    assert "brings them in" not in below


def test_what_is_healed_hangs_nowhere(as_alice, three):
    gap(three[1], three[0], state="healed")
    assert 'class="gap' not in get(as_alice, "/likes/")


def test_a_page_shows_the_gaps_of_its_own_stretch_alone(as_alice, hang):
    likes = [hang() for _ in range(70)]
    low, high = gap(likes[5], likes[4], estimate=5), gap(likes[60], likes[59], estimate=60)
    first = get(as_alice, "/likes/")
    older = get(as_alice, f"/likes/?before={likes[10].pk}")
    assert ("About 60 likes" in first, "About 5 likes" in first) == (True, False)
    assert ("About 60 likes" in older, "About 5 likes" in older) == (False, True)
    feed = f"/feeds/{low.feed_id}/"
    assert "About 5 likes" not in get(as_alice, feed)
    assert "About 60 likes" not in get(as_alice, f"{feed}?before={likes[10].pk}")
    assert high.feed_id == low.feed_id


def test_a_gap_at_the_end_of_a_page_hangs_on_that_page_once(as_alice, hang):
    likes = [hang() for _ in range(70)]
    gap(likes[10], likes[9], estimate=9)
    pages = [get(as_alice, "/likes/"), get(as_alice, f"/likes/?before={likes[10].pk}")]
    assert ["About 9 likes" in page for page in pages] == [True, False]


def test_a_gap_whose_upper_like_moved_away_hangs_under_the_next_one_above(as_alice, three):
    old, middle, _ = three
    gap(middle, old, estimate=12)
    middle.entries.all().delete()
    assert rows(get(as_alice, f"/feeds/{old.wall_feed_id}/"))[1].startswith("About 12")


def test_gaps_of_somebody_else_are_shown_to_nobody_but_them(as_alice, bob, hang):
    lower, upper = hang(bob), hang(bob)
    gap(upper, lower, estimate=12)
    hang()
    assert 'class="gap' not in get(as_alice, "/likes/")
    as_alice.force_login(bob)
    assert "About 12 likes" in get(as_alice, "/likes/")


def test_a_list_shows_its_own_gaps_alone(as_alice, alice, three):
    old, middle, _ = three
    own = Feed.objects.create(
        user=alice, connection=old.wall_feed.connection, kind="own", on_wall=False
    )
    gap(middle, old, feed=own, estimate=12)
    assert 'class="gap' not in get(as_alice, f"/feeds/{old.wall_feed_id}/")
    assert 'class="gap' not in get(as_alice, "/likes/")


def test_a_search_shows_no_gaps(as_alice, three):
    gap(three[1], three[0])
    assert 'class="gap' not in get(as_alice, "/likes/?q=caption")


def test_fifty_gaps_ask_no_more_than_one(as_alice, hang):
    likes = [hang() for _ in range(59)]
    asked = []
    for upper, lower in ((1, 0), *((n + 1, n) for n in range(1, 58))):
        gap(likes[upper], likes[lower])
        if upper in {1, 58}:
            with CaptureQueriesContext(connection) as queries:
                get(as_alice, "/likes/")
            asked.append(len(queries))
    assert asked[0] == asked[1] <= 8


@pytest.mark.parametrize(
    ("after", "before", "said"),
    [
        (AFTER, BEFORE, " between 3 and 9 June 2025"),
        (AFTER, AFTER + timedelta(hours=2), " on 3 June 2025"),
        (AFTER - timedelta(days=9), BEFORE, " between 25 May and 9 June 2025"),
        (AFTER - timedelta(days=365), BEFORE, " between 3 June 2024 and 9 June 2025"),
        (AFTER, None, " after 3 June 2025"),
        (None, BEFORE, " before 9 June 2025"),
        (None, None, ""),
    ],
)
def test_when_it_was_is_said_as_shortly_as_is_clear(after, before, said):
    assert gaps.when(after, before) == said


def test_where_the_number_is_anybodys_guess_none_is_named():
    assert gaps.about(Gap(estimate=None)) == "Some likes"
    assert gaps.about(Gap(estimate=1)) == "About 1 like"


def test_a_gap_without_times_of_its_own_lies_between_the_likes_around_it(as_alice, three):
    gap(three[1], three[0])
    assert "Some likes may be missing on 14 May 2014." in get(as_alice, "/likes/")


def test_an_export_of_somebody_else_explains_nothing(as_alice, bob, three):
    gap(three[0])
    theirs = feed_of(bob, standing="file")
    Feed.objects.filter(pk=theirs.pk).update(entries_count=40)
    html = get(as_alice, "/likes/")
    assert "comes from your export" not in html
    assert '<a class="button" href="/sources/import/">' in html
