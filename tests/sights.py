"""What `make shots` does to a page before it takes it: open, jump, step, ask for keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from accounts.models import User
from archive import authors
from archive.models import Like, MediaItem


def nothing(page: Page) -> None:
    """As it comes."""


def months(page: Page) -> None:
    page.locator(".dates > summary").click()


def over_the_wall(page: Page) -> None:
    """A like with a picture, opened over the second row."""
    page.locator("a.tile:has(img)").nth(8).click()
    page.locator("dialog.viewer[open]").wait_for()


def gap(page: Page) -> None:
    """What may be missing, and what is said of it."""
    page.locator("li.gap summary").first.click()
    page.locator("li.gap").first.evaluate("it => it.scrollIntoView({ block: 'center' })")


def keys(page: Page) -> None:
    page.keyboard.press("?")
    page.locator("dialog.sheet[open]").wait_for()


def away(page: Page) -> None:
    """The same page once more, while the storage of pictures does not answer."""
    page.route("**/media/**", lambda route: route.fulfill(status=503))
    page.goto(page.url)


@dataclass(frozen=True)
class Sight:
    """A page, what is done to it, and whether likes are lines on it."""

    path: str
    act: Callable[[Page], None] = nothing
    listed: bool = False


ALL = {
    "years": Sight("/likes/"),
    "album": Sight("/likes/{album}/"),
    "list": Sight("/likes/", listed=True),
    "months": Sight("/likes/", months),
    "jumped": Sight("/likes/?at={at}"),
    "dialog": Sight("/likes/", over_the_wall),
    "keys": Sight("/likes/", keys),
    "author": Sight("{author}"),
    "day": Sight("/on-this-day/?day={day}"),
    "away": Sight("/likes/", away),
}


def places(user: User) -> dict[str, object]:
    """What stands between the braces: the fullest author and day, a month in the middle."""
    likes = list(Like.objects.of(user).on_wall().newest_first().defer("document"))
    by_author = Counter(like.author_id for like in likes if like.author_id)
    most, _ = by_author.most_common(1)[0]
    days = Counter(f"{like.liked_at:%m-%d}" for like in likes if like.is_exact)
    albums = MediaItem.objects.of(user).filter(state="stored", position=2)
    return {
        "album": albums.values_list("like", flat=True).first(),
        "at": f"{likes[len(likes) // 2].liked_at:%Y-%m}",
        "author": authors.address(next(like for like in likes if like.author_id == most)),
        "day": next(iter(day for day, _ in days.most_common(1)), "05-14"),
    }
