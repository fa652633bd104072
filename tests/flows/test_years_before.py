"""The demo story: the newest 300 by a visit, five years by an export, and likes by a handle."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.flows.test_first_day import LONG, Screen

pytestmark = pytest.mark.browser


@pytest.fixture
def screen(browser: Browser, house):
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    page = Screen(context.new_page(), house)
    yield page
    context.close()


def test_an_export_brings_the_years_before_in_three_clicks(screen, house, tmp_path):
    screen.go("/accounts/signin/instagram/")
    screen.consent("ben")
    page = screen.page
    expect(page.get_by_role("heading", name="Your likes are safe here")).to_be_visible(timeout=LONG)
    zips = [tmp_path / f"part{number}.zip" for number in range(2)]
    for path, content in zip(zips, house.instagram.export("ben", parts=2), strict=True):
        path.write_bytes(content)
    screen.press("Bring in the older ones")
    page.set_input_files("input[type=file]", [str(path) for path in zips])
    screen.press("Import")
    expect(page.locator("p.pill.ok", has_text="omplete")).to_have_count(2, timeout=LONG)
    kept = house.export("ben_on_foot")
    assert len(kept) == 450
    assert all(like["liked_at"] == like["liked_after"] == like["liked_before"] for like in kept)
    assert not screen.complaints


def test_a_handle_is_typed_and_the_likes_are_there(screen, house):
    house.instagram.bluesky.set_likes("nora", 30)
    screen.go("/")
    page = screen.page
    page.fill("input[name=handle]", "@nora.test")
    screen.press("See my likes")
    expect(page.locator("ul.wall li").first).to_be_visible(timeout=LONG)
    expect(page.get_by_role("heading", name="Your likes are safe here")).to_be_visible(timeout=LONG)
    assert len(house.export("nora.test")) == 30
    assert not screen.complaints
