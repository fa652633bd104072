"""What tests of pages are given: likes hung by hand, pictures, browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from accounts.models import Connection, User
from archive import rollup, words
from archive.models import Blob, Entry, Feed, Like, MediaItem
from harvester.download import Download
from tests.browser_plugin import browser_type_launch_args
from tests.conftest import visit

__all__ = ["browser_type_launch_args"]

Hang = Callable[..., Like]
NOON = datetime(2014, 5, 14, 12, tzinfo=UTC)
numbers = count(1)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def feed_of(user: User, *, kind: str = "liked", title: str = "", **of: str) -> Feed:
    """A list of a person, made at need: of Instagram, where they have signed in, unless told."""
    of = {"provider": "instagram", "standing": "signed_in", "username": user.username} | of
    connection, _ = Connection.objects.get_or_create(
        user=user, upstream_id=f"{user.username} {of['standing']}", **of
    )
    feed, _ = Feed.objects.get_or_create(
        user=user, connection=connection, kind=kind, title=title, on_wall=kind == "liked"
    )
    return feed


@pytest.fixture
def hang(alice: User) -> Hang:
    """Hangs a like on a wall: alice's, newest first as they are hung, unless told otherwise."""

    def hung(user: User = alice, feed: Feed | None = None, **facts: Any) -> Like:
        number, feed = next(numbers), feed or feed_of(user)
        known = {
            "liked_at": NOON + timedelta(milliseconds=number),
            "author": "ada",
            "caption": f"caption {number}",
            "is_settled": True,
        } | facts
        document = words.document(known["caption"], known["author"])
        like = Like.objects.create(
            user=user,
            provider=feed.connection.provider,
            post_id=str(number),
            wall_feed=feed,
            rank=number << 16,
            document=document,
            **known,
        )
        seen = {"first_seen_at": NOON, "last_seen_at": NOON, "placed_at": NOON}
        told = like.liked_at if like.is_exact else None
        Entry.objects.create(
            feed=feed,
            like=like,
            rank=like.rank,
            liked_at=told,
            placed_visit=1,
            last_visit=1,
            **seen,
        )
        rollup.move(user.pk, [], [like.liked_at])
        return like

    return hung


def hang_all(user: User, moments: list[datetime], feed: Feed | None = None) -> list[Like]:
    """Many likes at once, newest first, at their moments; what `hang` hangs later is above them."""
    feed = feed or feed_of(user)
    likes = Like.objects.bulk_create(
        Like(
            user=user,
            provider="instagram",
            post_id=f"many {number}",
            author="ada",
            caption=f"caption {number}",
            wall_feed=feed,
            rank=-(number + 1) << 16,
            liked_at=moment,
            is_settled=True,
        )
        for number, moment in enumerate(moments)
    )
    seen = {"first_seen_at": NOON, "last_seen_at": NOON, "placed_at": NOON}
    Entry.objects.bulk_create(
        Entry(feed=feed, like=like, rank=like.rank, placed_visit=1, last_visit=1, **seen)
        for like in likes
    )
    rollup.move(user.pk, [], moments)
    return likes


def home_of(user: User, live_server: LiveServer) -> tuple[str, dict[str, str]]:
    """The address of the house, and the session cookie of somebody in it."""
    client = Client()
    client.force_login(user)
    session = {"name": "session", "value": client.session.session_key or ""}
    return live_server.url, {**session, "url": live_server.url}


@pytest.fixture
def years(alice: User) -> list[Like]:
    """Five hundred likes of alice over twenty-six months, newest first."""
    return hang_all(alice, [NOON - timedelta(hours=36 * number) for number in range(500)])


def picture(like: Like, **facts: Any) -> MediaItem:
    """A picture of a like, kept unless told otherwise."""
    facts = {"kind": "image", "position": 0, "state": "stored"} | facts
    blob = None
    if facts["state"] == "stored":
        digest = sha256(f"{like.pk} {facts['position']} {facts['kind']}".encode()).hexdigest()
        blob = Blob.objects.create(
            sha256=digest,
            size_bytes=52_300,
            content_type="video/mp4" if facts["kind"] == "video" else "image/jpeg",
            width=800,
            height=1000,
            duration=74.0 if facts["kind"] == "video" else None,
            colour="#99ff33",
            previews=[320, 960],
        )
    return MediaItem.objects.create(user=like.user, like=like, blob=blob, **facts)


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    """A browser in which alice is signed in."""
    client.force_login(alice)
    return client


@pytest.fixture
def house(feed: Feed, live_server: LiveServer) -> tuple[str, dict[str, str]]:
    """The pages of a person with 50 likes and their pictures: address and session cookie."""
    visit(feed)
    assert not Download(user=feed.user, seconds=120, impatient=True).run()
    return home_of(feed.user, live_server)


@pytest.fixture
def opened(browser: Browser, house: tuple[str, dict[str, str]]) -> Iterator[Callable[..., Page]]:
    """Opens a window of the person who has the house; all are closed at the end.

    Without the worker of pages out of reach, unless told: tests count requests, and answer them.
    """
    contexts: list[BrowserContext] = []

    def open_(**how: Any) -> Page:
        how = {"service_workers": "block"} | how
        contexts.append(browser.new_context(reduced_motion="reduce", base_url=house[0], **how))
        contexts[-1].add_cookies([house[1]])  # type: ignore[list-item]
        return contexts[-1].new_page()

    yield open_
    for context in contexts:
        context.close()


def faults(page: Page) -> list[str]:
    """What axe finds on the page."""
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{page.url} {each['id']}" for each in found]
