"""Keys: wherever one is, but not while typing, in an open menu, or with others held."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from archive.models import Like

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHEET = "dialog.sheet[open]"
OPEN_MENU = "[data-menu][open]"


def newest() -> Like:
    return Like.objects.on_wall().newest_first()[0]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_g_and_a_letter_lead_to_every_place(opened):
    page = opened()
    page.goto(f"/likes/{newest().pk}/")
    for letter, place in (
        ("s", "**/sources/"),
        ("h", "**/on-this-day/"),
        ("a", "**/settings/"),
        ("l", "**/likes/"),
    ):
        press(page, "g", letter)
        page.wait_for_url(place)


def test_a_letter_alone_or_long_after_g_leads_nowhere(opened):
    page = opened()
    page.goto("/on-this-day/")
    press(page, "l", "a", "h", "g")
    page.wait_for_timeout(1_700)
    press(page, "l")
    page.wait_for_timeout(300)
    assert page.url.endswith("/on-this-day/")


def test_a_date_is_gone_to_by_keys(opened):
    page = opened()
    page.goto("/likes/")
    press(page, "g", "d")
    date = page.locator(f"{SHEET} input[type=date]")
    expect(date).to_be_focused()
    like = Like.objects.on_wall().newest_first()[30]
    date.fill(f"{like.liked_at:%Y-%m-%d}")
    press(page, "Enter")
    page.wait_for_url(re.compile(r"/likes/(\?before=\d+)?#like-\d+$"))


@pytest.mark.parametrize("over", [False, True])
def test_the_sheet_says_every_key_and_takes_them_all_until_it_is_closed(opened, over):
    page, like = opened(), newest()
    page.goto("/likes/")
    if over:
        page.locator("a.tile").first.click()
        expect(page.locator("dialog.viewer[open]")).to_be_visible()
    press(page, "?")
    sheet = page.locator(SHEET)
    expect(sheet).to_be_visible()
    for group in ("Move", "Go to", "On a like", "Videos", "Other"):
        expect(sheet.get_by_role("heading", name=group, exact=True)).to_be_visible()
    before = page.url
    press(page, "?", "f", "i", "ArrowRight", "g", "s")
    page.wait_for_timeout(300)
    assert (page.url, sheet.count()) == (before, 1)
    press(page, "Escape")
    expect(sheet).to_have_count(0)
    assert page.url == before
    like.refresh_from_db()
    assert not like.is_favourite


def test_no_key_does_anything_while_one_types(opened):
    page = opened()
    page.goto("/likes/")
    press(page, "/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type("fig/?r gl")
    page.wait_for_timeout(300)
    assert page.locator("[data-search]").input_value() == "fig/?r gl"
    assert page.url.endswith("/likes/")
    assert page.locator("dialog[open]").count() == 0


def test_no_key_does_anything_in_an_open_menu_or_with_others_held(opened):
    page, like = opened(), newest()
    page.goto(f"/likes/{like.pk}/")
    before = page.url
    for chord in ("Control+i", "Alt+i", "Meta+i", "Control+f", "Shift+F", "Alt+ArrowUp"):
        press(page, chord)
    expect(page.locator(".facts")).to_be_visible()
    page.get_by_label("Your account").click()
    press(page, "f", "i", "?", "ArrowRight", "g", "s")
    page.wait_for_timeout(300)
    assert page.url == before
    expect(page.locator(".facts")).to_be_visible()
    expect(page.locator(SHEET)).to_have_count(0)
    like.refresh_from_db()
    assert not like.is_favourite


def test_a_search_begins_from_over_the_wall(opened):
    page = opened()
    page.goto("/likes/")
    page.locator("a.tile").first.click()
    expect(page.locator("dialog.viewer[open]")).to_be_visible()
    press(page, "/")
    expect(page.locator("dialog.viewer[open]")).to_have_count(0)
    expect(page.locator("[data-search]")).to_be_focused()
    page.wait_for_url("**/likes/")


def test_any_like_comes_by_a_key(opened):
    page = opened()
    page.goto("/sources/")
    press(page, "r")
    page.wait_for_url(re.compile(r"/likes/\d+/$"))


def test_keys_and_dates_are_pages_where_there_are_no_scripts(opened):
    page = opened(java_script_enabled=False)
    page.goto("/likes/")
    page.get_by_label("Your account").click()
    page.get_by_role("link", name="Keys").click()
    page.wait_for_url("**/keys/")
    expect(page.get_by_text("straight to the next like")).to_be_visible()
    page.get_by_label("Your account").click()
    page.get_by_role("link", name="Go to a date").click()
    page.wait_for_url("**/likes/date/")
    page.get_by_label("Date", exact=True).fill(f"{newest().liked_at:%Y-%m-%d}")
    page.get_by_role("button", name="Go there").click()
    page.wait_for_url(f"**/likes/#like-{newest().pk}")


def test_the_next_like_is_opened_without_the_mouse(opened):
    page, likes = opened(), list(Like.objects.on_wall().newest_first()[:2])
    page.goto("/likes/")
    page.locator("a.tile").first.focus()
    press(page, "Enter")
    page.wait_for_url(f"**/likes/{likes[0].pk}/")
    expect(page.locator("dialog.viewer[open]")).to_be_visible()
    press(page, "Shift+ArrowRight")
    page.wait_for_url(f"**/likes/{likes[1].pk}/")
    press(page, "Escape")
    expect(page.locator(f"a.tile[href='/likes/{likes[1].pk}/']")).to_be_focused()


def test_a_sheet_higher_than_the_window_begins_at_its_top(opened):
    page = opened(viewport={"width": 390, "height": 600})
    page.goto("/likes/")
    press(page, "?")
    expect(page.locator(f"{SHEET} h2")).to_be_in_viewport(ratio=1)
    assert page.locator(SHEET).evaluate("sheet => sheet.scrollTop") == 0


def choose(page: Page, choice: str) -> None:
    page.goto("/settings/")
    with page.expect_response("**/settings/keys/") as answer:
        page.locator("form", has=page.locator("[name=keys]")).get_by_text(
            choice, exact=True
        ).click()
    assert answer.value.status < 400


def test_who_has_switched_keys_off_says_letters_by_the_way(opened):
    page = opened()
    choose(page, "Off")
    press(page, "g", "s")
    page.goto(f"/likes/{newest().pk}/")
    here = page.url
    press(page, "f", "i", "z", "r", "?", "/", "s", "g", "l")
    page.wait_for_timeout(300)
    assert page.url == here
    assert not newest().is_favourite
    expect(page.locator(SHEET)).to_have_count(0)
    expect(page.locator("[data-search]")).not_to_be_focused()


def test_keys_that_are_no_letters_go_on_without_them(opened):
    page = opened()
    choose(page, "Off")
    page.goto(f"/likes/{newest().pk}/")
    press(page, "Control+k")
    expect(page.locator("[data-search]")).to_be_focused()
    page.goto(f"/likes/{newest().pk}/")
    press(page, "Shift+ArrowRight")
    page.wait_for_url(f"**/likes/{Like.objects.on_wall().newest_first()[1].pk}/")


def test_keys_that_are_switched_on_again_do_something_at_once(opened):
    page = opened()
    choose(page, "Off")
    choose(page, "On")
    press(page, "g", "l")
    page.wait_for_url("**/likes/")


def test_a_menu_closed_by_escape_gives_the_focus_back(opened):
    page = opened()
    page.goto("/likes/")
    button = page.get_by_label("Your account")
    button.click()
    press(page, "Tab")
    expect(page.locator("[data-menu] a").first).to_be_focused()
    press(page, "Escape")
    expect(page.locator(OPEN_MENU)).to_have_count(0)
    expect(button).to_be_focused()


def test_a_menu_closes_by_a_click_elsewhere(opened):
    page = opened()
    page.goto("/sources/")
    page.get_by_label("Your account").click()
    expect(page.locator(OPEN_MENU)).to_have_count(1)
    page.locator("h1").first.click()
    expect(page.locator(OPEN_MENU)).to_have_count(0)


def test_a_menu_closes_when_a_sheet_opens_from_it(opened):
    page = opened()
    page.goto("/likes/")
    page.get_by_label("Your account").click()
    page.get_by_role("link", name="Keys").click()
    expect(page.locator(SHEET)).to_be_visible()
    expect(page.locator(OPEN_MENU)).to_have_count(0)


def test_a_sheet_closes_by_a_click_beside_it(opened):
    page = opened()
    page.goto("/likes/")
    press(page, "?")
    expect(page.locator(SHEET)).to_be_visible()
    page.mouse.click(5, 300)
    expect(page.locator(SHEET)).to_have_count(0)


def test_a_sheet_asks_to_sign_in_when_the_session_has_ended(opened):
    page = opened()
    page.goto("/likes/")
    page.context.clear_cookies()
    press(page, "g", "d")
    page.wait_for_url("**/accounts/signin/**")
    expect(page.locator(SHEET)).to_have_count(0)


def test_a_key_that_is_held_does_its_work_once(opened):
    page = opened()
    page.goto(f"/likes/{newest().pk}/")
    expect(page.locator(".facts")).to_be_visible()
    for _ in range(2):
        page.keyboard.down("i")
    page.keyboard.up("i")
    expect(page.locator(".facts")).to_be_hidden()
