"""A newcomer's tasks in an archive of five years: how many actions and page loads each takes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from archive import words
from archive.models import Feed, Like
from harvester.models import Crawl
from simulator.serve import Simulator
from tests.conftest import visit
from tests.pages.conftest import feed_of, hang_all, home_of, picture
from tests.pages.looking import at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SPRING = ("May", "April", "March")
BLUE = re.compile("blue door")
both = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])


class Newcomer:
    """Somebody at a page, of whom every action and every page load is counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.actions, self.loads = page, 0, 0
        page.on("request", self._count)
        page.goto("/likes/")

    def _count(self, request: Request) -> None:
        self.loads += request.is_navigation_request()

    def click(self, place: Locator) -> None:
        self.actions += 1
        place.click()

    def type(self, place: Locator, text: str) -> None:
        self.actions += 1
        place.fill(text)

    def back(self) -> None:
        self.actions += 1
        self.page.go_back()

    def press(self, key: str) -> None:
        self.actions += 1
        self.page.keyboard.press(key)


def five_years(user: User, newest: datetime, feed: Feed | None = None) -> list[Like]:
    """A like every other day, back through five years."""
    return hang_all(user, [newest - timedelta(days=2 * number) for number in range(913)], feed)


def about(like: Like, caption: str) -> Like:
    """The like, once its post has this caption and a picture."""
    document = words.document(caption, like.author)
    Like.objects.filter(pk=like.pk).update(caption=caption, document=document)
    picture(like)
    return like


@pytest.fixture
def door(alice: User) -> Like:
    """The blue door that alice liked in April 2023; she liked another a year later."""
    likes = five_years(alice, datetime(2025, 6, 1, 12, tzinfo=UTC))
    months = {(like.liked_at.year, like.liked_at.month): like for like in likes}
    about(months[2024, 9], "a blue door in Porto")
    about(months[2022, 4], "a red door")
    return about(months[2023, 4], "the blue door of the lighthouse")


@pytest.fixture
def house(request: pytest.FixtureRequest, live_server: LiveServer) -> tuple[str, dict[str, str]]:
    """Somebody's pages, alice's unless a list is asked for: address and session cookie."""
    is_visited = "feed" in request.fixturenames
    user = request.getfixturevalue("feed").user if is_visited else request.getfixturevalue("alice")
    return home_of(user, live_server)


def liked(page: Page) -> Locator:
    return page.locator(".facts .ledger div", has_text="Liked").first


@both
def test_the_blue_door_of_spring_2023_is_found_by_its_words(opened, door, scripts):
    anna = Newcomer(page := opened(java_script_enabled=scripts))
    anna.type(page.get_by_role("searchbox"), "blue door")
    anna.press("Enter")
    expect(page.get_by_role("heading", name="2 likes for “blue door”")).to_be_visible()
    anna.click(page.get_by_role("link", name=BLUE).first)
    expect(liked(page)).to_contain_text("2024")
    if scripts:
        anna.click(page.get_by_label("Older like"))
    else:
        # Without scripts the steps of a like are those of the whole wall.
        anna.back()
        anna.click(page.get_by_role("link", name=BLUE).last)
    expect(liked(page)).to_contain_text("April 2023")
    at(page, door)
    assert anna.actions <= 5
    # What opens over the list is no page of its own.
    assert anna.loads <= (2 if scripts else 5)


@both
def test_the_blue_door_of_spring_2023_is_found_by_its_month(opened, door, scripts):
    anna = Newcomer(page := opened(java_script_enabled=scripts))
    found = page.get_by_role("link", name=BLUE)
    for month in SPRING:
        anna.click(page.locator(".dates > summary"))
        year = page.locator(".dates > ol > li", has=page.locator(".year", has_text="2023"))
        anna.click(year.get_by_role("link", name=month[:3]))
        expect(page.get_by_role("heading", name=f"{month} 2023")).to_be_visible()
        page.wait_for_load_state("domcontentloaded")
        if found.count():
            break
    anna.click(found)
    expect(liked(page)).to_contain_text("April 2023")
    at(page, door)
    assert anna.actions <= 6
    assert anna.loads <= 4


def test_the_like_after_this_one_is_opened_without_the_mouse(opened, door):
    anna = Newcomer(page := opened())
    tiles = page.locator("a.tile")
    first, second = (tiles.nth(place).get_attribute("href") for place in (0, 1))
    while not page.evaluate("document.activeElement.matches('a.tile')"):
        anna.press("Tab")
        assert anna.actions < 20
    anna.press("Enter")
    page.wait_for_url(f"**{first}")
    expect(page.locator("dialog.viewer[open]")).to_be_visible()
    anna.press("ArrowRight")
    page.wait_for_url(f"**{second}")
    expect(page.locator(f"form.star[action='{second}favourite/']")).to_be_visible()
    anna.press("Escape")
    expect(page.locator(f"a.tile[href='{second}']")).to_be_focused()
    assert anna.loads == 1


@pytest.fixture
def arrived(feed: Feed, instagram: Simulator) -> list[str]:
    """Five years from a file, a visit of yesterday, and the posts that one of today found."""
    now = timezone.now()
    file = feed_of(feed.user, standing="file")
    five_years(feed.user, now - timedelta(days=40), file)
    visit(feed)
    yesterday = now - timedelta(days=1)
    Crawl.objects.update(opened_at=yesterday, began_at=yesterday, finished_at=yesterday)
    new = instagram.like("tess", 3)
    visit(feed)
    return new


@both
def test_what_arrived_since_yesterday_is_said_and_hangs_first(opened, arrived, scripts):
    anna = Newcomer(page := opened(java_script_enabled=scripts))
    hrefs = page.locator("a.tile").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    anna.click(page.get_by_role("link", name="Sources"))
    expect(page.locator(".source .sentence").first).to_contain_text("Found 3 new likes")
    visits = page.locator(".source .log li")
    expect(visits.first).to_contain_text("3 new")
    expect(visits.nth(1)).to_contain_text("50 new")
    new = Like.objects.filter(post_id__in=arrived).values_list("pk", flat=True)
    assert set(hrefs[:3]) == {f"/likes/{pk}/" for pk in new}
    assert (anna.actions, anna.loads) == (1, 2)
