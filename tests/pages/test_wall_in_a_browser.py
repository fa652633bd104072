"""The wall as a browser has it: nothing moves under the reader, and every way leads back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.pages.conftest import home_of, picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SCRUBBER = "[data-scrubber]"
# Where tiles are, with what scrolled away above them.
BOXES = (
    "all => all.map(it => it.getBoundingClientRect())"
    ".map(box => [box.x, box.y + scrollY, box.width, box.height])"
)


@pytest.fixture
def house(alice: User, live_server: LiveServer) -> tuple[str, dict[str, str]]:
    """Alice's pages: address and session cookie."""
    return home_of(alice, live_server)


# The first tile that is wholly in view: where it leads and how high it stands.
FIRST_TILE = """() => {
    const bar = document.querySelector('.bar').offsetHeight;
    const top = (it) => it.getBoundingClientRect().top;
    const tile = [...document.querySelectorAll('.wall > li > a')].find((it) => top(it) >= bar);
    return [tile.getAttribute('href'), top(tile)];
}"""
# It is what history remembers.
REMEMBERED = f"""() => {{
    const [tile, top] = ({FIRST_TILE})(), place = history.state?.place;
    return place?.tile === tile && place.top === Math.round(top);
}}"""
# What was scrolled has been told to those who listen.
TOLD = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def scroll(page: Page, pages: int) -> None:
    """Down to the end and on, as often as told."""
    for _ in range(pages):
        before = page.locator(".tile").count()
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        expect(page.locator(".tile")).not_to_have_count(before)


def test_the_wall_loads_five_pages_by_itself_and_then_asks(opened, years):
    page = opened(viewport=WIDE)
    page.goto("/likes/")
    scroll(page, 5)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    more = page.get_by_role("link", name="Load more")
    more.wait_for()
    page.wait_for_timeout(500)
    shown = page.locator(".tile").count()
    assert shown == 360
    assert page.locator(".foot").bounding_box()["y"] < 900
    more.click()
    expect(page.locator(".tile")).to_have_count(420)
    hrefs = page.locator(".tile").evaluate_all("all => all.map(each => each.getAttribute('href'))")
    assert hrefs == [f"/likes/{like.pk}/" for like in years[: len(hrefs)]]


def test_before_its_pictures_a_wall_asks_for_few_files(opened, hang):
    for _ in range(20):
        picture(hang())
    page, asked = opened(viewport=WIDE), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/likes/")
    page.wait_for_load_state("networkidle")
    assert sum("/media/" in url for url in asked) > 10
    # Page, style, htmx, four of scripts, two of signs; letters only where a machine has none.
    files = [url for url in asked if "/media/" not in url]
    assert len([url for url in files if "/fonts/" not in url]) <= 9
    assert len(files) <= 11


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("way", ["back", "reload"])
def test_back_and_reload_return_to_the_very_tile(opened, years, size, way):
    page = opened(viewport=size)
    page.goto("/likes/")
    scroll(page, 3)
    page.evaluate("scrollBy(0, -1400)")
    page.wait_for_function(REMEMBERED)
    tile, height = page.evaluate(FIRST_TILE)
    if way == "back":
        page.goto(tile)
        page.go_back()
    else:
        page.reload()
    page.wait_for_timeout(400)
    there = page.locator(f".tile[href='{tile}']").bounding_box()
    assert there["y"] == pytest.approx(height, abs=2)


def test_new_likes_wait_behind_a_bar_and_nothing_moves(opened, years, hang):
    page = opened(viewport=WIDE)
    page.goto("/likes/")
    page.evaluate("scrollTo(0, 900)")
    page.wait_for_timeout(300)
    before = page.locator(".tile").evaluate_all(BOXES)[:60]
    fresh = [hang() for _ in range(7)]
    page.evaluate(
        "htmx.ajax('GET', document.querySelector('.fresh').getAttribute('hx-get'), '.fresh')"
    )
    bar = page.get_by_role("link", name="7 new likes — show")
    bar.wait_for()
    assert page.locator(".tile").evaluate_all(BOXES)[:60] == before
    assert bar.bounding_box()["y"] < 150
    bar.click()
    page.wait_for_url("**/likes/")
    assert page.locator(".tile").first.get_attribute("href") == f"/likes/{fresh[-1].pk}/"


SEEN = (
    "() => [...document.querySelectorAll('.tile img')].filter((it) => it.naturalWidth).length > 10"
)


def come(route: Route) -> None:
    """A picture arrives, of another shape than its row says."""
    drawn = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"/>'
    route.fulfill(body=drawn, content_type="image/svg+xml")


def test_pictures_come_without_moving_anything(opened, hang):
    for number in range(40):
        picture(hang(caption=f"words {number}"))
    page = opened(viewport=WIDE)
    waiting = []
    page.route("**/media/**", lambda route: waiting.append(route))
    # Styles and letters are there by then, pictures are not.
    page.goto("/likes/", wait_until="domcontentloaded")
    page.evaluate("() => document.fonts.ready.then(() => true)")
    before = page.locator(".tile").evaluate_all(BOXES)
    page.route("**/media/**", come)
    for route in waiting:
        come(route)
    page.wait_for_function(SEEN)
    assert page.locator(".tile").evaluate_all(BOXES) == before
    ratios = {round(width / height, 1) for _, _, width, height in before[:-8]}
    assert ratios == {0.8}


def test_wide_windows_have_full_rows_and_phones_three_squares(opened, hang):
    for number in range(30):
        like = hang()
        item = picture(like)
        item.blob.width, item.blob.height = ((800, 1000), (1200, 800), (900, 900))[number % 3]
        item.blob.save()
    page = opened(viewport=WIDE)
    page.goto("/likes/")
    rows: dict[int, list[list[float]]] = {}
    for box in page.locator(".tile").evaluate_all(BOXES):
        rows.setdefault(round(box[1]), []).append(box)
    wall = page.locator(".wall").bounding_box()
    for row in list(rows.values())[:-1]:
        assert row[-1][0] + row[-1][2] == pytest.approx(wall["x"] + wall["width"], abs=1.5)
        assert all(180 <= height <= 320 for *_, height in row)
        assert max(row, key=lambda box: box[3])[3] - min(row, key=lambda box: box[3])[3] < 1.5
    page.set_viewport_size(PHONE)
    boxes = page.locator(".tile").evaluate_all(BOXES)
    assert boxes[3][1] > boxes[2][1] == boxes[0][1]
    assert all(width == pytest.approx(height, abs=0.6) for *_, width, height in boxes)
    assert boxes[1][0] - boxes[0][0] - boxes[0][2] == pytest.approx(2, abs=0.6)


def value(page: Page) -> str:
    return page.locator(SCRUBBER).get_attribute("aria-valuetext") or ""


def tab_to(page: Page, selector: str) -> None:
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")


def test_the_calendar_is_a_control_that_keys_reach_and_move(opened, years):
    page = opened(viewport=WIDE)
    page.goto("/likes/?before=" + str(years[-20].pk))
    tab_to(page, SCRUBBER)
    page.evaluate(TOLD)
    control = page.get_by_role("scrollbar", name="Months")
    assert control.get_attribute("aria-valuemax") == "25"
    for key, said in (
        ("Home", "May 2014 · 10 likes"),
        ("ArrowDown", "April 2014"),
        ("ArrowDown", "March 2014"),
        ("ArrowUp", "April 2014"),
        ("PageDown", "April 2013"),
        ("PageUp", "April 2014"),
        ("End", "April 2012"),
    ):
        page.keyboard.press(key)
        assert value(page).startswith(said), key
        assert page.locator(".flag").is_visible()
    page.locator("h2", has_text="April 2012").wait_for()
    page.keyboard.press("PageUp")
    page.locator("h2", has_text="April 2013").wait_for()
    assert page.evaluate("document.activeElement.matches('[data-scrubber]')")
    expect(page).to_have_url(re.compile(r"/likes/\?at=2013-04$"))


def test_the_calendar_follows_the_reader(opened, years):
    page = opened(viewport=WIDE)
    page.goto("/likes/")
    assert value(page).startswith("May 2014")
    page.evaluate("document.querySelector('#h-2014-04').scrollIntoView()")
    expect(page.locator(SCRUBBER)).to_have_attribute("aria-valuetext", re.compile("April 2014"))


def test_the_calendar_is_dragged_and_clicked(opened, years):
    page = opened(viewport=WIDE)
    page.goto("/likes/")
    box = page.locator(SCRUBBER).bounding_box()
    x, bottom = box["x"] + box["width"] / 2, box["y"] + box["height"]
    page.mouse.move(x, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(x, bottom - 3, steps=4)
    assert value(page).startswith("April 2012")
    page.mouse.up()
    page.locator("h2", has_text="April 2012").wait_for()
    page.mouse.click(x, box["y"] + box["height"] / 2)
    page.wait_for_url("**/likes/?at=2013-*")


def test_on_a_phone_a_handle_comes_while_one_scrolls(opened, years):
    page = opened(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto("/likes/")
    knob = page.locator(".knob")
    shown = "it => [getComputedStyle(it).opacity, getComputedStyle(it).pointerEvents]"
    assert knob.evaluate(shown) == ["0", "none"]
    page.evaluate("scrollTo(0, 600)")
    page.wait_for_function("() => 'moving' in document.querySelector('[data-scrubber]').dataset")
    assert knob.evaluate(shown) == ["1", "auto"]
    box = knob.bounding_box()
    assert box["width"] >= 20
    assert box["height"] >= 44
    page.mouse.move(box["x"] + 10, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 10, 760, steps=4)
    page.mouse.up()
    page.wait_for_url("**/likes/?at=2012-*")


def test_on_a_phone_the_handle_never_covers_how_many_likes_a_month_has(opened, years):
    page = opened(viewport=PHONE, has_touch=True)
    page.goto("/likes/")
    handle = page.locator(".knob").evaluate("it => it.getBoundingClientRect().left")
    counts = page.locator(".month-head .count")
    ends = counts.evaluate_all("them => them.map(it => it.getBoundingClientRect().right)")
    assert len(ends) > 2
    assert max(ends) < handle


def test_a_picture_that_cannot_be_had_says_so_in_its_place(opened, hang):
    picture(hang())
    page = opened(viewport=WIDE)
    page.goto("/likes/")
    tile = page.locator(".tile[data-lost]")
    tile.wait_for()
    said = tile.evaluate("it => getComputedStyle(it, '::before').content")
    assert "Cannot be shown right now" in said


def test_a_page_says_when_it_is_offline_and_stays_usable(opened, years):
    page = opened(viewport=WIDE)
    page.goto("/likes/")
    told = page.get_by_text("You are offline.")
    assert not told.is_visible()
    page.context.set_offline(True)
    expect(told).to_be_visible()
    assert page.locator(".tile").count() >= 60
    page.context.set_offline(False)
    expect(told).to_be_hidden()


@pytest.fixture
def plain(browser: Browser, house: tuple[str, dict[str, str]]) -> Iterator[Page]:
    """A browser without scripts."""
    context = browser.new_context(base_url=house[0], java_script_enabled=False, viewport=WIDE)
    context.add_cookies([house[1]])  # type: ignore[list-item]
    yield context.new_page()
    context.close()


def test_without_scripts_one_pages_jumps_and_comes_back(plain, years):
    plain.goto("/likes/")
    assert plain.locator(".tile").count() == 60
    first = plain.locator(".tile").first
    plain.get_by_role("link", name="Older").click()
    expect(first).to_have_attribute("href", f"/likes/{years[60].pk}/")
    plain.go_back()
    expect(first).to_have_attribute("href", f"/likes/{years[0].pk}/")
    plain.locator(".dates > summary").click()
    plain.locator(".dates [href='/likes/2013/6/']").click()
    expect(plain.get_by_role("heading", name="June 2013")).to_be_visible()
    expect(plain.locator(".tile")).to_have_count(20)
    plain.locator(".dates > summary").click()
    plain.get_by_role("link", name="2012").first.click()
    expect(plain.get_by_role("heading", name="December 2012")).to_be_visible()
    plain.get_by_role("link", name="Newer").first.click()
    expect(plain.locator(".tile")).to_have_count(60)


def test_without_scripts_wall_and_list_are_two_buttons(plain, years):
    plain.goto("/likes/?before=" + str(years[10].pk))
    plain.get_by_role("button", name="As a list").click()
    expect(plain.locator(".line")).to_have_count(60)
    assert plain.url.endswith(f"/likes/?before={years[10].pk}")
    assert plain.get_by_role("button", name="As a list").get_attribute("aria-pressed") == "true"
    plain.get_by_role("button", name="As a wall").click()
    expect(plain.locator(".tile")).to_have_count(60)


def test_without_scripts_no_dead_control_is_in_the_way(plain, years):
    plain.goto("/likes/")
    assert plain.locator(SCRUBBER).get_attribute("role") is None
    assert plain.locator(SCRUBBER).get_attribute("tabindex") is None
    assert not plain.locator(".flag").is_visible()


def test_the_calendar_says_which_of_its_months_it_is_at(opened, years):
    page = opened(viewport=WIDE)
    page.goto("/likes/")
    control = page.locator(SCRUBBER)
    control.focus()
    for key, place in (("Home", "0"), ("ArrowDown", "1"), ("End", "25")):
        page.keyboard.press(key)
        expect(control).to_have_attribute("aria-valuenow", place)
