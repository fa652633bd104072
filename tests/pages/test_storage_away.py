"""A storage that is away or has lost a file costs pictures for a while, and never a page."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from playwright.sync_api import Page, expect

from archive import serving
from archive.models import Blob, Like
from simulator.pictures.encode import Order
from simulator.video import encode_video
from tests.pages.conftest import picture
from tests.pages.looking import wall

pytestmark = pytest.mark.django_db
AWAY = "Pictures cannot be shown right now"
PICTURES = "**/media/**"


@pytest.fixture
def kept(hang) -> Blob:
    """A picture of alice's that has a row and no file."""
    return picture(hang()).blob


def test_a_file_that_is_missing_is_not_found(as_alice, alice, kept):
    assert as_alice.get(serving.address(alice.pk, kept.sha256, 320)).status_code == 404
    assert as_alice.get("/likes/").status_code == 200


def test_a_storage_that_is_away_is_said_to_be_and_asked_again(as_alice, alice, kept):
    # Where a folder should be stands a file: what a storage answers that is not well.
    place = Path(default_storage.path(kept.preview_key(320))).parent
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("")
    try:
        response = as_alice.get(serving.address(alice.pk, kept.sha256, 320))
        assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
        assert "immutable" not in response.headers.get("Cache-Control", "")
        assert as_alice.get("/likes/").status_code == 200
    finally:
        place.unlink()


@pytest.fixture
def away(opened) -> Page:
    """A wall of which no picture can be had."""
    page = opened()
    page.clock.install()
    page.route(PICTURES, lambda route: route.fulfill(status=503, headers={"Retry-After": "30"}))
    page.goto("/likes/")
    return page


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_while_the_storage_is_away_one_line_says_so_and_tiles_show_their_words(away):
    expect(away.get_by_text(AWAY)).to_be_visible()
    tile = away.locator(".tile[data-lost]").first
    assert tile.evaluate("it => getComputedStyle(it, '::before').content") == '""'
    assert tile.locator(".says").evaluate("it => getComputedStyle(it).opacity") == "1"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_pictures_come_back_by_themselves(away):
    expect(away.get_by_text(AWAY)).to_be_visible()
    away.unroute(PICTURES)
    away.clock.fast_forward(31_000)
    expect(away.get_by_text(AWAY)).to_be_hidden()
    expect(away.locator(".tile[data-lost]")).to_have_count(0)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_single_picture_that_cannot_be_had_is_not_called_a_storage_that_is_away(opened):
    page = opened()
    page.goto("/likes/")
    first = page.locator(".tile > img").first
    first.evaluate("it => { it.removeAttribute('srcset'); it.src = '/media/none'; }")
    expect(page.locator(".tile[data-lost]")).to_have_count(1)
    expect(page.get_by_text(AWAY)).to_be_hidden()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_who_is_signed_out_is_told_that_and_not_of_a_storage_that_is_away(away):
    expect(away.get_by_text(AWAY)).to_be_visible()
    away.context.clear_cookies()
    away.evaluate("htmx.ajax('GET', '/likes/fresh/', '.fresh')")
    expect(away.get_by_text("You are signed out.")).to_be_visible()
    expect(away.get_by_text(AWAY)).to_be_hidden()


@pytest.fixture
def films(opened) -> Page:
    """The page of a like with three videos of which none can be had."""
    like = Like.objects.get(pk=wall()[0].pk)
    like.media.all().delete()
    for position in range(3):
        picture(like, kind="video", position=position)
    page = opened()
    page.clock.install()
    page.goto(f"/likes/{like.pk}/")
    return page


PLAY = "all => all.forEach(video => video.play().catch(() => {}))"
LOST = ".reel > li[data-lost]"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_video_that_cannot_be_had_says_so_on_the_stage(films):
    film = films.locator(".reel video").first
    expect(film).to_be_visible()
    films.keyboard.press(" ")
    expect(film).to_be_hidden()
    said = films.locator(LOST).evaluate("it => getComputedStyle(it, '::before').content")
    assert "Cannot be shown right now" in said
    expect(films.get_by_text(AWAY)).to_be_hidden()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_videos_tell_that_the_storage_is_away_as_pictures_do_and_come_back(films):
    films.locator(".reel video").evaluate_all(PLAY)
    expect(films.locator(LOST)).to_have_count(3)
    expect(films.get_by_text(AWAY)).to_be_visible()
    film = encode_video(Order("a film", "lake", 96, 96, "mp4"))
    films.route(PICTURES, lambda route: route.fulfill(content_type="video/mp4", body=film))
    films.clock.fast_forward(31_000)
    expect(films.get_by_text(AWAY)).to_be_hidden()
    expect(films.locator(LOST)).to_have_count(0)
    expect(films.locator(".reel video").first).to_be_visible()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_video_that_only_takes_its_time_is_not_called_lost(films):
    waiting = []
    films.route(PICTURES, lambda route: waiting.append(route))
    films.locator(".reel video").first.evaluate("it => { it.play().catch(() => {}); }")
    films.wait_for_function("() => document.querySelector('.reel video').networkState === 2")
    films.wait_for_timeout(4_000)
    assert waiting
    expect(films.locator(LOST)).to_have_count(0)
    for route in waiting:
        route.abort()
    expect(films.locator(LOST)).to_have_count(1)
