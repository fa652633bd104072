"""Pages as a browser has them: accessible, within the policy, usable by keys and by scrolling."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from archive.models import Like

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIEWS = [(1440, "light"), (390, "dark")]
OPEN = ["/", "/accounts/signin/", "/accounts/callback/instagram/"]
MINE = ["/likes/", "/likes/?q=zebra", "/sources/", "/settings/", "/welcome/", "/likes/999999/"]


@pytest.fixture
def opened(browser: Browser, house: tuple[str, dict[str, str]]) -> Iterator[Callable[..., Page]]:
    """Opens a window of the person who has the house; all are closed at the end."""
    contexts: list[BrowserContext] = []

    def open_(**how: Any) -> Page:
        contexts.append(browser.new_context(reduced_motion="reduce", base_url=house[0], **how))
        contexts[-1].add_cookies([house[1]])  # type: ignore[list-item]
        return contexts[-1].new_page()

    yield open_
    for context in contexts:
        context.close()


def faults(page: Page) -> list[str]:
    """What axe finds on the page."""
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{page.url} {each['id']}" for each in found]


def like() -> Like:
    return Like.objects.newest_first()[3]


@pytest.mark.parametrize(("width", "theme"), VIEWS)
def test_no_page_has_a_known_barrier(opened, width, theme):
    size = {"width": width, "height": 900}
    page = opened(viewport=size, color_scheme=theme, bypass_csp=True)
    found = []
    for path in [*MINE, f"/likes/{like().pk}/"]:
        page.goto(path)
        found += faults(page)
    page.context.clear_cookies()
    for path in OPEN:
        page.goto(path)
        found += faults(page)
    assert found == []


def test_nothing_sticks_out_of_the_narrowest_window(opened):
    page = opened(viewport={"width": 320, "height": 640})
    for path in [*MINE, f"/likes/{like().pk}/"]:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_pages_keep_the_policy_and_load_everything(opened):
    page = opened()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in [
        "/likes/",
        f"/likes/{like().pk}/",
        "/sources/",
        "/welcome/",
    ]:
        page.goto(path, wait_until="networkidle")
    assert said == []


def test_a_like_is_walked_by_keys_and_left_to_where_one_was(opened):
    page = opened()
    page.goto("/likes/")
    newest, second = Like.objects.newest_first()[:2]
    page.locator(".tile").first.click()
    page.wait_for_url(f"**/likes/{newest.pk}/")
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_url(f"**/likes/{second.pk}/")
    page.keyboard.press("Escape")
    page.wait_for_url("**/likes/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"


def test_the_wall_works_without_scripts(opened):
    page = opened(java_script_enabled=False)
    page.goto("/likes/")
    assert page.locator(".tile").count() == 50
    page.locator(".tile").nth(1).click()
    assert page.locator(".facts h1").is_visible()


def test_the_theme_is_there_from_the_first_paint(opened):
    page = opened(color_scheme="light")
    page.goto("/settings/")
    page.get_by_text("Dark", exact=True).click()
    page.wait_for_timeout(400)
    page.goto("/likes/")
    assert page.locator("html").get_attribute("data-theme") == "dark"
