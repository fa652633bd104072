"""A page asks the database the same few questions, however much is kept."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from archive.models import Entry
from tests.house import builders
from tests.house.conftest import Home, browser, settle

MOST = {
    "/likes/": 8,
    "/likes/?before={middle}": 10,
    "/likes/?q=harbour": 10,
    "/likes/?q=nothing-like-it": 10,
    "/likes/2024/5/": 8,
    "/likes/{middle}/": 8,
    "/authors/instagram/ada-{feed}/": 8,
    "/authors/instagram/ada-{feed}/?before={middle}": 8,
    "/on-this-day/": 8,
    "/random/": 8,
    "/likes/date/?on=2024-01-01": 8,
    "/keys/": 5,
    "/likes/fresh/?after={middle}": 5,
    "/feeds/{feed}/": 8,
    "/welcome/status/": 12,
    "/sources/": 10,
    "/sources/status/": 8,
    "/settings/": 5,
}


def asked(client: Client, path: str) -> int:
    """How many questions a page asks, its session and its person included."""
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(path).status_code in {200, 286, 302}
    return len(queries)


@pytest.fixture
def many(db: None) -> Home:
    """Somebody with a thousand likes, twenty visits and three sources."""
    user = User.objects.create_user("carol", password="a-good-password")
    for name in "12":
        builders.connect(user, name)
    home = settle(user, likes=10)
    builders.like(home.feed, 990)
    for _ in range(20):
        builders.visit(home.feed)
    return home


def addresses(home: Home) -> list[str]:
    """The pages to open, about a like in the middle of somebody's wall."""
    entries = Entry.objects.filter(feed=home.feed).in_upstream_order()
    middle = entries.values_list("like", flat=True)[home.feed.entries.count() // 2]
    return [path.format(middle=middle, feed=home.feed.pk) for path in MOST]


@pytest.fixture
def few(alice: User) -> Home:
    return settle(alice, likes=10)


def test_the_wall_asks_at_most_eight_questions_at_ten_likes_and_at_a_thousand(
    few: Home, many: Home
) -> None:
    at_ten, at_a_thousand = (asked(browser(home.user), "/likes/") for home in (few, many))
    assert at_ten == at_a_thousand
    assert at_ten <= 8


def test_no_page_asks_more_of_a_large_archive_than_of_a_small_one(few: Home, many: Home) -> None:
    small, large = (
        {
            page: asked(browser(home.user), path)
            for page, path in zip(MOST, addresses(home), strict=True)
        }
        for home in (few, many)
    )
    assert {page: count for page, count in large.items() if count > small[page]} == {}
    assert {page: count for page, count in large.items() if count > MOST[page]} == {}


def test_a_health_check_of_the_process_asks_nothing(db: None) -> None:
    assert asked(browser(), "/healthz/live") == 0


def test_what_is_shown_out_of_reach_asks_nothing(few: Home) -> None:
    for path in ("/offline/", "/offline.js"):
        assert asked(browser(few.user), path) == 0, path


def test_a_picture_is_served_for_three_questions(few: Home) -> None:
    visitor = browser(few.user)
    with CaptureQueriesContext(connection) as queries:
        assert visitor.get(few.media).status_code == 200
    assert len(queries) == 3


def test_pages_of_sixty_reach_every_like_once_and_stay_small(many: Home) -> None:
    visitor, path, seen = browser(many.user), "/likes/", []
    while path:
        page = visitor.get(path)
        tiles = [tile.href for month in page.context["months"] for tile in month.tiles]
        assert len(page.content) <= 100_000
        assert len(tiles) <= 60
        seen += tiles
        path = page.context["pager"].older
    assert len(seen) == len(set(seen)) == 1000
