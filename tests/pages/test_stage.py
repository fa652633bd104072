"""On the stage: a picture enlarged, fingers, videos by keys, what is known, and the star."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from playwright.sync_api import Page, expect

from archive.models import Blob, Like, MediaItem
from simulator.pictures.encode import Order, encode
from simulator.video import encode_video
from tests.pages.conftest import picture
from tests.pages.looking import ANYWHERE, DIALOG, at, closed, open_, wall

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Sides = tuple[int, int]


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


# Before anything has come it has no time to be moved in.
PLAYS = """() => {
    const video = document.querySelector('[data-reel] video');
    return !video.paused && video.readyState > 0;
}"""


def test_a_video_is_played_by_keys_and_never_by_itself(opened):
    page, like = opened(), give(wall()[3], "a film", "mp4", (96, 96))
    open_(page, like)
    video = page.locator("[data-reel] video")
    assert video.evaluate("v => [v.paused, v.autoplay, v.controls]") == [True, False, True]
    page.keyboard.press("m")
    assert video.evaluate("v => v.muted")
    page.keyboard.press(" ")
    page.wait_for_function(PLAYS)
    page.keyboard.press(" ")
    page.wait_for_function("() => document.querySelector('[data-reel] video').paused")
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


def test_on_a_wide_window_no_tool_stands_on_a_square_picture(opened):
    page, like = (
        opened(viewport={"width": 1440, "height": 900}),
        give(wall()[0], "square", side=(900, 900)),
    )
    page.goto(f"/likes/{like.pk}/")
    sides = "them => them.map(it => it.getBoundingClientRect()).map(it => [it.left, it.right])"
    [[left, right]] = page.locator(".reel img").evaluate_all(sides)
    tools = page.locator(".stage .tool:visible, .stage .step:visible").evaluate_all(sides)
    assert len(tools) >= 4
    assert all(end <= left or start >= right for start, end in tools)


def test_space_on_a_button_presses_it_and_plays_nothing(opened):
    page = opened()
    open_(page, give(wall()[3], "a film", "mp4", (96, 96)))
    star = page.get_by_role("button", name="Favourite")
    star.focus()
    page.keyboard.press(" ")
    expect(star).to_have_attribute("aria-pressed", "true")
    assert page.locator("[data-reel] video").evaluate("video => video.paused")


def test_a_video_that_is_scrolled_out_of_sight_stops(opened):
    like = give(wall()[3], "a film", "mp4", (96, 96))
    picture(like, position=1)
    page = opened()
    open_(page, like)
    # So that it does not stop at its end.
    page.locator("[data-reel] video").evaluate("video => { video.loop = true }")
    page.keyboard.press(" ")
    page.wait_for_function(PLAYS)
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('[data-reel] video').paused")


def test_an_enlarged_picture_is_the_original(opened):
    like = give(wall()[3], "a picture", side=(1600, 2016))
    [item] = like.media.all()
    item.blob.previews = [320, 960]
    item.blob.save()
    small = encode(Order("small", "lake", 320, 400, "jpg"))
    for width in item.blob.previews:
        default_storage.save(item.blob.preview_key(width), ContentFile(small))
    page = opened(viewport={"width": 390, "height": 844})
    open_(page, like)
    shown = "end => document.querySelector('[data-reel] img').currentSrc.endsWith(end)"
    page.wait_for_function(shown, arg="-960")
    page.keyboard.press("z")
    page.wait_for_function(shown, arg=f"/{item.blob_id}")
