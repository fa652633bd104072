"""A page that fetches itself anew stays true around what it fetches, and leaves people in peace."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from archive.models import Feed
from harvester.models import Crawl
from tests import standings

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def opened(browser: Browser, live_server: LiveServer, feed: Feed, **how: object) -> Page:
    client = Client()
    client.force_login(feed.user)
    context = browser.new_context(base_url=live_server.url, **how)
    value = client.session.session_key or ""
    context.add_cookies([{"name": "session", "value": value, "url": live_server.url}])
    page = context.new_page()
    page.goto("/sources/")
    return page


def test_the_exact_time_is_there_by_pointer_and_by_keys(browser, live_server):
    page = opened(browser, live_server, standings.well(), java_script_enabled=False)
    moment = page.locator("dd .moment").first
    hidden = "inset(50%)"

    def clip() -> str:
        return page.locator("dd .exact").first.evaluate("it => getComputedStyle(it).clipPath")

    assert clip() == hidden
    moment.hover()
    assert clip() == "none"
    page.mouse.move(0, 0)
    assert clip() == hidden
    page.locator("h1").click()
    for _ in range(30):
        page.keyboard.press("Tab")
        if moment.evaluate("it => it === document.activeElement"):
            break
    assert clip() == "none"
    page.context.close()


def test_what_is_fetched_anew_takes_the_state_and_the_alarm_along(browser, live_server):
    feed = standings.busy()
    page = opened(browser, live_server, feed)
    assert page.locator(".state.dot").inner_text() == "Checking now"
    page.locator(".log > summary").click()
    page.locator(f"#pause-{feed.connection_id}").focus()
    Crawl.objects.live().update(state="failed", finished_at=timezone.now())
    page.evaluate("htmx.ajax('GET', '/sources/status/', {target: '.sources', swap: 'outerHTML'})")
    page.locator(".state.pill", has_text="Last visit ended early").wait_for()
    assert page.locator(".state.dot").inner_text() == "Last visit ended early"
    assert page.locator("#state").count() == page.locator("#alarms").count() == 1
    assert page.evaluate("document.activeElement.id") == f"pause-{feed.connection_id}"
    assert not page.locator(".log").evaluate("it => it.open")
    page.context.close()


def test_the_calendar_writes_over_no_alarm(browser, live_server):
    page = opened(browser, live_server, standings.late(), viewport={"width": 1440, "height": 900})
    page.goto("/likes/")
    alarm = page.locator(".alarm").bounding_box()
    assert page.locator(".scrubber").bounding_box()["y"] >= alarm["y"] + alarm["height"]
    page.context.close()


@pytest.mark.parametrize(
    ("standing", "words"),
    [("behind", "Not complete yet"), ("busy", "Checking now"), ("well", "")],
    ids=["behind", "busy", "well"],
)
def test_on_a_phone_only_that_all_is_well_is_said_by_a_dot_alone(
    browser, live_server, standing, words
):
    feed = getattr(standings, standing)()
    page = opened(browser, live_server, feed, viewport={"width": 320, "height": 640})
    said = page.locator(".state.dot > span")
    is_seen = said.evaluate("it => it.offsetWidth > 40 && getComputedStyle(it).clipPath == 'none'")
    assert (said.text_content() if is_seen else "") == words
    assert page.locator(".search > input").bounding_box()["width"] > 64
    page.context.close()
