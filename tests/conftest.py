"""What tests are given: an Instagram of their own, people, feeds, builders."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from pytest_django import DjangoDbBlocker

from accounts import signin, upstream
from accounts.models import Connection, User
from archive.models import Feed
from harvester import lease, plan
from harvester.models import Crawl
from harvester.walk import Next, Slice, walk
from providers.shapes import Account, Grant
from providers.turns import AtOnce
from simulator.serve import Simulator
from tests import machine
from tests.seaweed import S3, serving

# Playwright keeps an event loop in its thread; Django's checks for one are not about that.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


# How fast a machine is says nothing about a rule.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    # Empty: WhiteNoise looks through it for every client.
    settings.STATIC_ROOT = settings.DATA / "static"
    settings.STATIC_ROOT.mkdir()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database of the tests; at the end nobody holds it any more, whatever thread is left."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def instagram() -> Iterator[Simulator]:
    """A stand-in Instagram without faults, whose world stands still."""
    sim = machine.instagram
    sim.heal()
    sim.forget_requests()
    yield sim
    sim.heal()
    sim.latency(0)


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice", password="a-good-password")


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob", password="a-good-password")


Connect = Callable[..., Connection]


@pytest.fixture
def connect(db: None, instagram: Simulator) -> Connect:
    """Connects a person of the simulator: with so many likes, for a user or a newcomer."""

    def connected(person: str = "tess", likes: int = 0, user: User | None = None) -> Connection:
        instagram.set_likes(person, likes)
        grant = Grant(access_token=instagram.token(person))
        client = upstream.service("instagram").client(Account(grant=grant), turns=AtOnce())
        return signin.connect(user, "instagram", grant, client.profile())

    return connected


@pytest.fixture
def feed(connect: Connect) -> Feed:
    """The liked feed of alice's account, which has 50 likes nobody has read yet."""
    plan.adopt(connection := connect("tess", 50))
    return Feed.objects.select_related("connection", "user").get(
        connection=connection, kind="liked"
    )


def visit(feed: Feed, *, pages: int = 50, **asked: bool) -> tuple[Crawl, Next]:
    """Visit a feed as a worker does, for one slice of `pages`; the visit afterwards."""
    feed = Feed.objects.get(pk=feed.pk)
    crawl = plan.open_crawl(feed, **asked)
    held = lease.take(crawl.pk)
    assert held is not None, "somebody else holds the visit, or it has to wait"
    after = walk(held, upto=Slice(pages=pages), after_page=lambda crawl, stored: None)
    crawl.refresh_from_db()
    return crawl, after


@pytest.fixture
def shelves(settings: Any, tmp_path: Path) -> Path:
    """An object storage and a place for temporary files that only this test has."""
    settings.TEMPORARY = tmp_path / "tmp"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "archive.storage.Files",
            "OPTIONS": {"location": tmp_path / "media"},
        },
    }
    return tmp_path


@pytest.fixture(scope="session")
def seaweed() -> Iterator[S3]:
    """A real S3 server, started when the first test asks for it."""
    with serving() as s3:
        yield s3


@pytest.fixture
def in_bucket(seaweed: S3, settings: Any) -> S3:
    """The storage of this test is an empty bucket."""
    s3 = seaweed.another_bucket()
    settings.STORAGES = {**settings.STORAGES, "default": s3.backend}
    return s3


@pytest.fixture(params=["files", "s3"])
def anywhere(request: pytest.FixtureRequest, shelves: Path) -> str:
    """The storages that a house may have, one after the other, each of them empty."""
    if request.param == "s3":
        request.getfixturevalue("in_bucket")
    return str(request.param)
