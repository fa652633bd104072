"""The pages around one like have no barrier that is known: any width, any light, any direction."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from archive.models import Like
from tests.pages.conftest import faults, picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HEBREW = "הים בערב #ים https://example.org/ים וגם ⁨mixed⁩ words, 12/5"
WIDTHS, THEMES = (320, 768, 1440), ("light", "dark")


@pytest.fixture
def paths(house, hang) -> list[str]:
    """A like with pictures, one in words, both right to left; their author; days, keys, dates."""
    person = Like.objects.first().user
    said = {
        "caption": HEBREW,
        "author": "דנה",
        "author_id": "9",
        "place": "יפו",
        "hashtags": ["ים"],
    }
    # Years that have every day.
    day = datetime.now(UTC).replace(year=2020)
    words = hang(person, liked_at=day, is_exact=True, **said)
    several = hang(person, posted_at=day.replace(year=2016), author_name="דנה כהן", **said)
    picture(several, alt=HEBREW)
    picture(several, position=1)
    return [
        f"/likes/{words.pk}/",
        f"/likes/{several.pk}/",
        "/authors/instagram/9/",
        "/on-this-day/",
        "/on-this-day/?day=01-02",
        "/keys/",
        "/likes/date/?on=x",
    ]


def sideways(page: Page) -> list[str]:
    """The page, where it is wider than its window."""
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [f"{page.url} is too wide"] if wide else []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_around_a_like_has_a_known_barrier(opened, paths, width, theme):
    size = {"width": width, "height": 900}
    page = opened(viewport=size, color_scheme=theme, bypass_csp=True)
    found = []
    for path in paths:
        page.goto(path)
        page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
        found += faults(page) + sideways(page)
    assert found == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_no_dialog_has_a_known_barrier(opened, paths, width, theme):
    size = {"width": width, "height": 900}
    page = opened(viewport=size, color_scheme=theme, bypass_csp=True)
    found = []
    page.goto("/authors/instagram/9/")
    for place in (0, 1):
        page.locator("a.tile").nth(place).click()
        page.locator("dialog.viewer[open] .facts").wait_for()
        page.get_by_role("dialog", name="One like").wait_for()
        found += faults(page) + sideways(page)
        page.keyboard.press("Escape")
    for keys, name in (("?", "Keys"), ("gd", "Go to a date")):
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.type(keys)
        page.get_by_role("dialog", name=name).wait_for()
        found += faults(page) + sideways(page)
        page.keyboard.press("Escape")
    assert found == []


def test_over_the_wall_nothing_breaks_the_policy(opened, house):
    page = opened(service_workers="allow")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto("/likes/")
    page.locator("a.tile").first.click()
    page.locator("dialog.viewer[open]").wait_for()
    for key in ("Shift+ArrowRight", "z", "z", "i", "i", "f", "?", "Escape", "Escape"):
        page.keyboard.press(key)
        page.wait_for_timeout(150)
    page.goto("/on-this-day/", wait_until="networkidle")
    assert said == []


def test_who_wants_no_motion_gets_none_around_a_like(opened, house):
    page = opened(viewport={"width": 1440, "height": 900})
    page.goto("/likes/")
    page.locator("a.tile").first.click()
    page.locator("dialog.viewer[open]").wait_for()
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].map(each => getComputedStyle(each)).filter(style =>"
        " style.transitionDuration.split(', ').some(time => time !== '0s')"
        " || style.animationName !== 'none' || style.scrollBehavior !== 'auto').length"
    )
    assert moving == 0
