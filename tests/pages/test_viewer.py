"""One like over the wall: opened, walked, enlarged, closed; by mouse, keys and fingers."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Count
from playwright.sync_api import Page, expect

from archive.models import Blob, Like, MediaItem
from simulator.pictures.encode import Order, encode
from simulator.video import encode_video

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Sides = tuple[int, int]
DIALOG = "dialog.viewer[open]"
ANYWHERE = re.compile(r"/likes/(\?.*)?$")


def wall() -> list[Like]:
    return list(Like.objects.on_wall().newest_first())


def album() -> Like:
    """A like with several pictures that is not the last one of the wall."""
    several = Like.objects.annotate(members=Count("media__position", distinct=True))
    return several.filter(members__gt=1).exclude(pk=wall()[-1].pk).newest_first()[0]


def give(
    like: Like, seed: str, extension: str = "jpg", side: tuple[int, int] = (800, 1008)
) -> Like:
    """Instead of what it has, one picture or video of a size that windows have to fit."""
    order = Order(f"{seed} {like.pk}", "lake", *side, extension)
    body = encode_video(order) if extension == "mp4" else encode(order)
    blob = Blob.objects.create(
        sha256=sha256(body).hexdigest(),
        size_bytes=len(body),
        content_type="video/mp4" if extension == "mp4" else "image/jpeg",
        width=side[0],
        height=side[1],
    )
    default_storage.save(blob.key, ContentFile(body))
    like.media.all().delete()
    kind = "video" if extension == "mp4" else "image"
    facts = {"kind": kind, "position": 0, "state": "stored", "blob": blob}
    MediaItem.objects.create(user=like.user, like=like, **facts)
    return like


def at(page: Page, like: Like) -> None:
    """The window shows this like, and its address says so."""
    page.wait_for_url(f"**/likes/{like.pk}/")
    expect(page.locator(f"form.star[action='/likes/{like.pk}/favourite/']")).to_be_visible()


def open_(page: Page, like: Like) -> None:
    page.goto("/likes/")
    page.locator(f"a.tile[href='/likes/{like.pk}/']").click()
    at(page, like)
    expect(page.locator(DIALOG)).to_be_visible()


def closed(page: Page, like: Like) -> None:
    """The wall is there again, at its own address, and the tile of the like has the focus."""
    expect(page.locator(DIALOG)).to_have_count(0)
    page.wait_for_url(ANYWHERE)
    expect(page.locator(f"a.tile[href='/likes/{like.pk}/']")).to_be_focused()


def scale(page: Page) -> float:
    box = page.locator("[data-reel] img").first.bounding_box()
    width = page.locator("[data-reel] img").first.evaluate("img => img.offsetWidth")
    return round(box["width"] / width, 2)


def swipe(page: Page, x: int, y: int) -> None:
    """A finger put on the middle of the stage and moved that far."""
    touch = page.context.new_cdp_session(page)
    points = [(195 + x * step / 4, 250 + y * step / 4) for step in range(5)]
    for number, (left, top) in enumerate(points):
        kind = "touchMove" if number else "touchStart"
        told: Any = {"type": kind, "touchPoints": [{"x": left, "y": top}]}
        touch.send("Input.dispatchTouchEvent", told)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_like_opens_over_the_wall_and_back_closes_it(opened):
    page, like = opened(), wall()[3]
    page.goto("/likes/")
    page.evaluate("document.body.dataset.same = 'page'")
    page.locator(f"a.tile[href='/likes/{like.pk}/']").click()
    at(page, like)
    assert page.title() != "Likes · Likelist"
    page.go_back()
    closed(page, like)
    assert page.title() == "Likes · Likelist"
    page.go_forward()
    at(page, like)
    page.keyboard.press("Escape")
    closed(page, like)
    assert page.evaluate("document.body.dataset.same") == "page"


@pytest.mark.parametrize("way", ["Escape", "close", "dark"])
def test_a_like_is_closed_by_key_by_button_and_by_a_click_beside_it(opened, way):
    page, like = opened(), wall()[2]
    open_(page, like)
    if way == "Escape":
        page.keyboard.press("Escape")
    elif way == "close":
        page.get_by_label("Back to your likes").click()
    else:
        page.locator("[data-reel] > li").first.click(position={"x": 4, "y": 300})
    closed(page, like)
    assert not page.evaluate("history.state?.like")


def test_the_focus_stays_inside_and_is_seen(opened):
    page = opened(viewport={"width": 1440, "height": 900})
    open_(page, wall()[3])
    seen = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        where = page.evaluate(
            "[document.activeElement.closest('dialog') !== null, document.activeElement.tagName,"
            " document.activeElement.outerHTML.slice(0, 60)]"
        )
        assert where[0] or where[1] == "BODY", where
        seen.add(where[2])
    assert len(seen) > 8


def test_arrows_walk_the_pictures_first_and_then_the_likes(opened):
    page, like = opened(), album()
    members = like.media.values("position").distinct().count()
    older = wall()[wall().index(like) + 1]
    open_(page, like)
    place = page.locator("[data-place]")
    for number in range(2, members + 1):
        page.keyboard.press("ArrowRight")
        expect(place).to_have_text(f"{number} / {members}")
        at(page, like)
    page.keyboard.press("ArrowRight")
    at(page, older)
    page.keyboard.press("ArrowLeft")
    at(page, like)
    page.keyboard.press("Shift+ArrowRight")
    at(page, older)
    page.go_back()
    closed(page, older)


def test_chevrons_step_and_end_where_the_wall_ends(opened):
    page, likes = opened(), wall()
    open_(page, likes[0])
    expect(page.get_by_label("Newer like")).to_be_hidden()
    page.get_by_label("Older like").click()
    at(page, likes[1])
    page.get_by_label("Newer like").click()
    at(page, likes[0])
    # Whichever button was pressed last.
    page.get_by_role("button", name="About this like").click()
    page.keyboard.press("Shift+ArrowRight")
    at(page, likes[1])


def test_steps_stay_in_the_search_that_one_came_from(opened):
    likes = wall()
    chosen = [likes[1], likes[7], likes[12]]
    Like.objects.filter(pk__in=[like.pk for like in chosen]).update(document="'zebra':1")
    page = opened()
    page.goto("/likes/?q=zebra")
    page.locator("a.tile").first.click()
    at(page, chosen[0])
    for like in chosen[1:]:
        page.keyboard.press("Shift+ArrowRight")
        at(page, like)
    expect(page.get_by_label("Older like")).to_be_hidden()
    page.keyboard.press("Escape")
    page.wait_for_url("**/likes/?q=zebra")


def test_the_list_grows_under_a_like_and_is_there_when_it_is_closed(opened, hang):
    person = wall()[0].user
    found = [hang(person) for _ in range(70)][::-1]
    page = opened()
    page.goto("/likes/?q=caption")
    page.locator(f"a.tile[href='/likes/{found[55].pk}/']").click()
    at(page, found[55])
    for like in found[56:64]:
        page.keyboard.press("Shift+ArrowRight")
        at(page, like)
    page.keyboard.press("Escape")
    page.wait_for_url("**/likes/?q=caption*")
    tile = page.locator(f"a.tile[href='/likes/{found[63].pk}/']")
    expect(tile).to_be_focused()
    expect(tile).to_be_in_viewport()


def test_the_next_like_and_its_picture_are_there_before_the_step(opened):
    page, likes = opened(), wall()
    place = next(
        number
        for number, like in enumerate(likes[1:40])
        if like.media.filter(kind="image", position=0).exists()
    )
    picture = likes[place + 1].media.filter(kind="image", position=0).get().blob_id
    with page.expect_request(lambda request: picture in request.url):
        page.goto(f"/likes/{likes[place].pk}/")
    page.goto("/likes/")
    with page.expect_request(f"**/likes/{likes[place + 1].pk}/"):
        page.locator(f"a.tile[href='/likes/{likes[place].pk}/']").click()


def test_a_picture_is_enlarged_by_key_double_click_button_and_wheel(opened):
    page = opened(viewport={"width": 1440, "height": 900})
    open_(page, give(wall()[3], "a picture"))
    picture = page.locator("[data-reel] img").first
    expect(picture).to_be_visible()
    assert scale(page) == 1
    for turn in (
        lambda: page.keyboard.press("z"),
        lambda: picture.dblclick(),
        lambda: page.get_by_label("Full size").click(),
    ):
        turn()
        assert scale(page) > 1.05
        assert page.get_by_label("Full size").get_attribute("aria-pressed") == "true"
        page.keyboard.press("z")
        assert scale(page) == 1
    picture.hover(position={"x": 20, "y": 20})
    before = picture.bounding_box()
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(100)
    after = picture.bounding_box()
    assert scale(page) > 2
    # What was under the pointer still is.
    grown = after["width"] / before["width"]
    assert before["x"] + 20 - after["x"] == pytest.approx(20 * grown, abs=2)
    page.mouse.wheel(0, 2000)
    page.wait_for_timeout(100)
    assert scale(page) == 1


def test_fingers_step_and_close_but_not_inside_an_enlarged_picture(opened):
    page = opened(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    likes = wall()
    place = 3
    give(likes[place], "a picture")
    open_(page, likes[place])
    swipe(page, -150, 5)
    at(page, likes[place + 1])
    page.keyboard.press("Shift+ArrowLeft")
    at(page, likes[place])
    page.keyboard.press("z")
    swipe(page, -150, 5)
    page.wait_for_timeout(300)
    at(page, likes[place])
    page.keyboard.press("z")
    swipe(page, 5, 160)
    closed(page, likes[place])


def test_two_fingers_enlarge_what_is_between_them(opened):
    page = opened(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    open_(page, give(wall()[3], "a picture"))
    expect(page.locator("[data-reel] img").first).to_be_visible()
    touch = page.context.new_cdp_session(page)
    for kind, apart in (
        ("touchStart", 30),
        ("touchMove", 40),
        ("touchMove", 60),
        ("touchMove", 90),
    ):
        fingers = [{"x": 195 + way * apart, "y": 250, "id": way + 1} for way in (-1, 1)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
        page.wait_for_timeout(30)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert scale(page) > 1.5
    expect(page.locator(DIALOG)).to_be_visible()


def test_a_video_is_played_by_keys_and_never_by_itself(opened):
    page, like = opened(), give(wall()[3], "a film", "mp4", (96, 96))
    open_(page, like)
    video = page.locator("[data-reel] video")
    assert video.evaluate("v => [v.paused, v.autoplay, v.controls]") == [True, False, True]
    page.keyboard.press("m")
    assert video.evaluate("v => v.muted")
    page.keyboard.press(" ")
    page.wait_for_function("!document.querySelector('[data-reel] video').paused")
    page.keyboard.press(" ")
    page.wait_for_function("document.querySelector('[data-reel] video').paused")
    page.keyboard.press("m")
    assert not video.evaluate("v => v.muted")
    video.evaluate("v => { v.currentTime = 1 }")
    page.keyboard.press(",")
    assert video.evaluate("v => v.currentTime") == 0
    page.keyboard.press(".")
    assert video.evaluate("v => v.currentTime") > 1


def test_what_is_known_is_beside_a_like_until_it_is_put_away(opened):
    page, likes = opened(viewport={"width": 1440, "height": 900}), wall()
    open_(page, likes[3])
    facts, button = (
        page.locator(f"{DIALOG} .facts"),
        page.get_by_role("button", name="About this like"),
    )
    expect(facts).to_be_visible()
    page.keyboard.press("i")
    expect(facts).to_be_hidden()
    expect(button).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Shift+ArrowRight")
    at(page, likes[4])
    expect(facts).to_be_hidden()
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    expect(facts).to_be_visible()


def test_how_we_know_can_be_read_over_the_wall(opened):
    page = opened()
    open_(page, wall()[3])
    page.get_by_text("How do we know?").click()
    expect(page.get_by_text("it keeps the order")).to_be_visible()


def test_a_star_is_given_by_key_over_the_wall_and_kept(opened):
    page, like = opened(), wall()[3]
    open_(page, like)
    button = page.get_by_role("button", name="Favourite")
    expect(button).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("f")
    expect(button).to_have_attribute("aria-pressed", "true")
    at(page, like)
    like.refresh_from_db()
    assert like.is_favourite
    page.reload()
    expect(page.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    page.wait_for_url(ANYWHERE)


def test_a_like_that_cannot_be_fetched_opens_as_its_page(opened):
    page, like = opened(), wall()[3]
    page.goto("/likes/")
    page.route(
        f"**/likes/{like.pk}/",
        lambda route: (
            route.abort() if route.request.resource_type == "fetch" else route.continue_()
        ),
    )
    page.locator(f"a.tile[href='/likes/{like.pk}/']").click()
    at(page, like)
    expect(page.locator("main .like-page")).to_be_visible()
    expect(page.locator(DIALOG)).to_have_count(0)


def test_the_timeline_is_entered_at_the_very_like(opened):
    for scripts in (True, False):
        page, like = opened(java_script_enabled=scripts), wall()[30]
        page.goto(f"/likes/{like.pk}/")
        page.get_by_role("link", name="Show in timeline").click()
        page.wait_for_url(f"**/likes/?before=*#like-{like.pk}")
        tile = page.locator(f"#like-{like.pk}")
        expect(tile).to_be_in_viewport()
        if scripts:
            assert tile.evaluate("e => e.matches(':target')")
            style = tile.evaluate_handle("e => getComputedStyle(e, '::after')")
            assert style.evaluate("s => [s.outlineStyle, s.animationName]") == ["solid", "none"]


def test_a_like_is_looked_at_without_scripts(opened):
    page, like = opened(java_script_enabled=False), wall()[3]
    page.goto("/likes/")
    page.locator(f"a.tile[href='/likes/{like.pk}/']").click()
    at(page, like)
    expect(page.get_by_role("button", name="Full size")).to_be_hidden()
    page.get_by_role("button", name="Favourite").click()
    at(page, like)
    expect(page.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Older like").click()
    at(page, wall()[4])
    page.get_by_label("Back to your likes").click()
    page.wait_for_url(f"**/likes/#like-{wall()[4].pk}")
