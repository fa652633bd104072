"""The wall for everyone: by keys, by fingers, in every width, colour and direction."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from archive.models import Like
from tests.pages.conftest import NOON, faults, home_of, picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def house(alice: User, live_server: LiveServer) -> tuple[str, dict[str, str]]:
    """Alice's pages: address and session cookie."""
    return home_of(alice, live_server)


@pytest.fixture
def mixed(hang) -> list[Like]:
    """A wall with every kind of tile, in scripts of both directions."""
    words = ("عيد سعيد يا صديقي #فرح", "שלום לכולם #בוקר", "東京の夜", "a plain caption", "")
    likes = []
    for number in range(40):
        like = hang(
            caption=words[number % 5],
            author=("סטודיו_קטן", "ada")[number % 2],
            hashtags=["فرح"],
            liked_at=NOON - timedelta(days=9 * (40 - number)),
            gone_at=NOON if number % 7 == 0 else None,
            posted_at=NOON,
        )
        if number % 3:
            picture(like, state=("stored", "wanted", "gone")[number % 4 % 3])
            if number % 2:
                picture(like, position=1, state="wanted", kind="video")
        likes.append(like)
    Like.objects.filter(pk=likes[-2].pk).update(attached=["no card"])
    return likes


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1440])
@pytest.mark.parametrize("layout", ["wall", "list"])
def test_the_wall_has_no_known_barrier_in_either_direction(
    opened, mixed, alice, width, theme, layout
):
    User.objects.filter(pk=alice.pk).update(layout=layout)
    size = {"width": width, "height": 900}
    page = opened(viewport=size, color_scheme=theme, bypass_csp=True)
    page.goto("/likes/")
    page.wait_for_load_state("networkidle")
    found = faults(page)
    page.locator(".dates > summary").click()
    found += faults(page)
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_has_the_focus_is_never_under_the_bars(opened, years):
    for size in (WIDE, PHONE):
        page = opened(viewport=size)
        page.goto("/likes/")
        page.evaluate("scrollTo(0, 2000)")
        page.locator(".tile").nth(40).focus()
        for _ in range(25):
            page.keyboard.press("Shift+Tab")
            hidden = page.evaluate(
                "() => { const it = document.activeElement, b = it.getBoundingClientRect();"
                " const at = document.elementFromPoint(b.x + b.width / 2, b.y + 4);"
                " return it.contains(at) || (at && at.contains(it)) ? '' : it.outerHTML }"
            )
            assert hidden == ""


def test_targets_on_a_phone_are_large_enough_to_touch(opened, years):
    page = opened(viewport=PHONE, has_touch=True)
    page.goto("/likes/")
    page.locator(".dates > summary").click()
    small = page.locator(
        ".tools button, .dates a, .dates summary, .pager a, .bar a, .bar summary"
    ).evaluate_all(
        "all => all.map(it => [it.textContent.trim(), it.getBoundingClientRect()])"
        ".filter(([, b]) => b.width && (b.width < 24 || b.height < 24)).map(([words]) => words)"
    )
    assert small == []


def test_nothing_moves_for_those_who_asked_for_less_motion(opened, years):
    page = opened(viewport=WIDE)
    page.goto("/likes/")
    moving = page.evaluate(
        "() => [...document.querySelectorAll('*')].filter(it => { const s = getComputedStyle(it);"
        " return s.animationName !== 'none' || parseFloat(s.transitionDuration) > 0 })"
        ".map(it => it.className)"
    )
    assert moving == []
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_forced_colours_keep_marks_choice_and_handle_visible(opened, mixed):
    page = opened(viewport=WIDE, forced_colors="active")
    page.goto("/likes/")
    width = "it => parseFloat(getComputedStyle(it).borderTopWidth)"
    assert page.locator(".mark").first.evaluate(width) >= 1
    assert page.locator(".tile.paper").first.evaluate(width) >= 1
    assert page.locator(".layouts [aria-pressed=true]").evaluate(width) >= 2
    assert page.locator(".knob").evaluate("it => getComputedStyle(it).opacity") == "1"


def test_a_page_asks_nobody_but_this_house(opened, years):
    page = opened(viewport=WIDE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/likes/", wait_until="networkidle")
    ours = page.url.partition("/likes/")[0]
    assert len(asked) > 5
    assert [url for url in asked if not url.startswith(ours)] == []


def test_whatever_tab_reaches_is_seen_to_have_the_focus(opened, mixed):
    page = opened(viewport=WIDE)
    page.goto("/likes/")
    unseen = (
        "() => { const it = document.activeElement, s = getComputedStyle(it);"
        " return s.outlineStyle === 'none' || s.outlineWidth === '0px' ? it.outerHTML : '' }"
    )
    for _ in range(25):
        page.keyboard.press("Tab")
        assert page.evaluate(unseen) == ""


def test_the_way_past_the_bar_is_seen_when_tab_reaches_it(opened, mixed):
    page = opened(viewport=WIDE)
    page.goto("/likes/")
    skip = page.locator(".skip")
    expect(skip).not_to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
