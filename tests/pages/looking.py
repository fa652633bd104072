"""How tests look at one like: opened over the wall, at its address, closed again."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from archive.models import Like

DIALOG = "dialog.viewer[open]"
ANYWHERE = re.compile(r"/likes/(\?.*)?$")


def wall() -> list[Like]:
    return list(Like.objects.on_wall().newest_first())


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
