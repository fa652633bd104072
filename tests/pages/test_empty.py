"""Where there is nothing to show, pages say why, draw it, and name one way on."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import Connection, User
from accounts.problems import PROBLEMS
from archive.models import Feed
from harvester.models import Crawl, Schedule
from tests import standings
from tests.pages.conftest import home_of
from tests.pages.test_frame import ROOT, TEMPLATES

pytestmark = pytest.mark.django_db
SPRITE = ROOT / "static/img/empty.svg"


def page(user: User, address: str = "/likes/") -> str:
    client = Client()
    client.force_login(user)
    return client.get(address).content.decode()


def empty(**of: str) -> Feed:
    """A source whose first visit has read nothing yet, and what stopped it."""
    feed = standings.new()
    if crawl := of.pop("crawl", ""):
        standings.visit(feed, 1, feed.created_at, state=crawl, trouble="unavailable")
    Connection.objects.filter(pk=feed.connection_id).update(**of)
    return feed


def test_every_face_that_a_page_asks_for_is_drawn_and_none_is_left_over():
    drawn = set(re.findall(r'<symbol id="(\w+)"', SPRITE.read_text()))
    asked = {scene for file in TEMPLATES for scene in _scenes(file.read_text())}
    assert asked | {problem.scene for problem in PROBLEMS.values()} == drawn


def _scenes(text: str) -> list[str]:
    return re.findall(r'(?: scene="|empty\.svg#)(\w+)"', text)


@pytest.mark.parametrize(
    ("of", "said"),
    [
        ({}, "Your likes are on their way"),
        ({"crawl": "waiting"}, "A short wait"),
        ({"state": "needs_you"}, "Your likes wait for you"),
        ({"state": "disconnected", "grant": ""}, "Nothing comes at the moment"),
    ],
)
def test_an_empty_wall_says_what_its_source_says(of, said):
    html = page(empty(**of).user)
    assert f"<h1>{said}</h1>" in html
    assert html.count('class="scene"') == 1


def test_whoever_paused_before_the_first_like_is_not_told_that_likes_are_coming():
    feed = empty()
    Schedule.objects.filter(feed=feed).update(paused_at=feed.created_at)
    Crawl.objects.all().delete()
    html = page(feed.user)
    assert "Nothing comes at the moment" in html
    assert "on their way" not in html


@pytest.mark.parametrize("address", ["/likes/", "/sources/", "/on-this-day/", "/nowhere/"])
def test_whoever_has_nothing_yet_finds_a_picture_and_a_way_on(as_alice, address):
    html = as_alice.get(address).content.decode()
    assert html.count('class="scene"') == 1
    assert re.search(r'<main.*<a class="(button main big|door)".*</main>', html, re.DOTALL)


def test_a_first_visit_without_likes_yet_draws_what_it_says():
    feed = empty()
    assert "#arriving" in page(feed.user, "/welcome/")
    Connection.objects.update(state="needs_you")
    assert "#key" in page(feed.user, "/welcome/")


HTMX = {"HX-Request": "true", "HX-Current-URL": "http://127.0.0.1/likes/?q=harbour"}


@pytest.mark.parametrize("part", ["/likes/fresh/?after=1", "/sources/status/", "/welcome/status/"])
def test_a_page_whose_session_has_ended_is_told_so_in_one_line_and_asks_no_more(db, part):
    answer = Client(headers=HTMX).get(part, follow=True)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (286, "#alarms")
    html = answer.content.decode()
    assert "You are signed out." in html
    assert 'href="/accounts/signin/?next=%2Flikes%2F%3Fq%3Dharbour"' in html
    assert "<html" not in html


def test_a_session_that_has_ended_leads_back_to_no_other_house(db):
    asked = HTMX | {"HX-Current-URL": "https://else.example//else.example/likes/"}
    html = Client(headers=asked).get("/likes/fresh/", follow=True).content.decode()
    assert 'href="/accounts/signin/"' in html


def test_whoever_is_sent_to_sign_in_is_told_that_they_go_on_afterwards(db):
    html = Client().get("/likes/", follow=True).content.decode()
    assert "you go on where you were going" in html
    assert "you go on" not in Client().get("/accounts/signin/").content.decode()


def first_of_all() -> Feed:
    """A first visit that is over, and found more than the service ever shows."""
    feed = standings.well()
    Feed.objects.filter(pk=feed.pk).update(visits=1)
    return feed


# Found and measured in one breath: the page fetches this part anew every second, and what was
# found a moment ago may have been taken away. Letters that still come would move it as well.
BELOW_THE_HEAD = """document.fonts.ready.then(
    () => document.querySelector('.arrival-head + *').getBoundingClientRect().top)"""


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_below_the_head_of_a_first_visit_moves_while_it_fills(browser, live_server, width):
    starts = set()
    for make in (standings.new, standings.arriving, first_of_all):
        site, cookie = home_of(make().user, live_server)
        context = browser.new_context(viewport={"width": width, "height": 900})
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(f"{site}/welcome/")
        starts.add(page.evaluate(BELOW_THE_HEAD))
        context.close()
    assert len(starts) == 1
