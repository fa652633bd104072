"""Where a page cannot be reached, one of ours says so, and goes on to it when it can be."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from archive.models import Like
from tests.house.test_offline import told
from tests.pages.looking import wall

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAID = "Out of reach"
# Its style is there, and its picture.
DRAWN = (
    "() => getComputedStyle(document.querySelector('.empty')).display === 'grid'"
    " && document.querySelector('.scene use').getBBox().width > 0"
)
KEPT = (
    "async () => { const found = {}, path = it => new URL(it.url).pathname;"
    " for (const name of await caches.keys())"
    " found[name] = (await (await caches.open(name)).keys()).map(path);"
    " return found }"
)


def watched(page: Page) -> Page:
    """A wall over which the worker watches, in a browser that has no other memory of it."""
    page.goto("/likes/")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.reload()
    page.wait_for_function("() => navigator.serviceWorker.controller?.state === 'activated'")
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    return page


def out_of_reach(page: Page) -> None:
    """The network goes, and the reader on to another page."""
    page.context.set_offline(True)
    page.get_by_role("link", name="On this day").click()
    expect(page.get_by_role("heading", name=SAID)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/on-this-day/$"))
    # Its script listens by then.
    page.wait_for_load_state()


def test_whoever_goes_on_offline_is_told_so_and_gets_there_once_back(opened):
    page = watched(opened(service_workers="allow"))
    out_of_reach(page)
    page.wait_for_function(DRAWN)
    page.context.set_offline(False)
    # Of a network that is only pretended to be back a page that a worker gave is not told.
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page).to_have_title(re.compile("On this day"))
    expect(page.get_by_role("heading", name=SAID)).to_have_count(0)


def test_a_house_that_answers_again_is_noticed_without_a_word_from_the_network(opened):
    page = watched(opened(service_workers="allow"))
    page.clock.install()
    out_of_reach(page)
    page.wait_for_function(DRAWN)
    page.context.set_offline(False)
    page.clock.fast_forward(16_000)
    expect(page).to_have_title(re.compile("On this day"))


def test_one_tries_again_by_hand_as_well(opened):
    page = watched(opened(service_workers="allow"))
    page.context.set_offline(True)
    page.goto(f"/likes/{wall()[3].pk}/")
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", name=SAID)).to_be_visible()
    expect(page).to_have_url(re.compile(rf"/likes/{wall()[3].pk}/$"))


def test_a_browser_keeps_that_page_and_nothing_of_anybodys(opened):
    page, (name, kept) = watched(opened(service_workers="allow")), told()
    for path in ("/sources/", f"/likes/{wall()[2].pk}/", "/likes/"):
        page.goto(path)
    found = page.evaluate(KEPT)
    assert found == {name: kept}
    said = page.evaluate("caches.match('/offline/').then(it => it.text())")
    assert said == Client().get("/offline/").content.decode()


def test_what_an_older_release_kept_is_gone(opened):
    page = opened(service_workers="allow")
    page.goto("/offline/")
    page.evaluate("caches.open('offline-of-old').then(() => null)")
    watched(page)
    assert list(page.evaluate(KEPT)) == [told()[0]]


def test_only_pages_go_through_the_worker_and_all_else_is_the_browsers(opened):
    page, answers = watched(opened(service_workers="allow")), []
    page.on("response", lambda answer: answers.append(answer))
    page.reload(wait_until="networkidle")
    through = {it.request.resource_type for it in answers if it.from_service_worker}
    assert len(answers) > 9
    assert through <= {"document"}
    page.context.set_offline(True)
    ways = ["/likes/", "/static/joined/style.css", "/static/img/empty.svg", "/offline/"]
    asked = "it => fetch(it, { cache: 'no-store' }).then(() => 'answered', () => 'failed')"
    assert [page.evaluate(asked, way) for way in ways] == ["failed"] * len(ways)
    page.goto("/sources/")


def test_a_form_that_is_sent_offline_is_the_browsers(opened):
    page, like = watched(opened(service_workers="allow")), wall()[3]
    page.goto(f"/likes/{like.pk}/")
    page.context.set_offline(True)
    with page.expect_event("requestfailed", lambda request: request.method == "POST"):
        page.evaluate("document.querySelector('form.star').submit()")
    expect(page.get_by_role("heading", name=SAID)).to_have_count(0)
    assert not Like.objects.get(pk=like.pk).is_favourite


def test_whoever_is_signed_out_is_sent_to_sign_in_as_ever(opened):
    page = watched(opened(service_workers="allow"))
    page.context.clear_cookies()
    page.goto("/sources/")
    expect(page).to_have_url(re.compile(r"/accounts/signin/\?next=/sources/$"))


def test_a_browser_without_such_workers_misses_nothing(opened):
    page, wrong = opened(service_workers="allow"), []
    page.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined })"
    )
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda it: wrong.append(it.text) if it.type == "error" else None)
    page.goto("/likes/", wait_until="networkidle")
    assert page.evaluate("navigator.serviceWorker") is None
    assert wrong == []


def test_a_browser_finds_nothing_wrong_with_it_as_an_app(opened):
    page = opened()
    page.goto("/likes/")
    told = page.context.new_cdp_session(page).send("Page.getAppManifest")
    assert told["url"].endswith("/manifest.webmanifest")
    assert told["errors"] == []
    assert "Likelist" in told["data"]
