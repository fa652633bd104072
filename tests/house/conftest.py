"""What the tests of the house are given: its people, each with a small archive of their own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest
from django.test import Client
from django.test.client import ClientHandler

from accounts.models import Connection, User
from archive import serving
from archive.models import Blob, Feed, Like
from harvester.models import Import
from tests.house import builders
from tests.house.variables import of_settings


@dataclass(frozen=True, slots=True)
class Home:
    """A person with one source, a few likes, and what their pages are about."""

    user: User
    connection: Connection
    feed: Feed
    like: Like
    blob: Blob
    brought: Import

    @property
    def media(self) -> str:
        """The address of a picture, as their own pages give it."""
        return serving.address(self.user.pk, self.blob.sha256, builders.WIDTHS[0])


def settle(user: User, *, likes: int = 3) -> Home:
    """Give `user` a source with likes, and the bytes of the newest one."""
    connection = builders.connect(user)
    feed = connection.feeds.get()
    newest, *_ = builders.like(feed, likes)
    blob = newest.media.get().blob
    assert blob is not None
    builders.put_bytes(blob, b"not quite")
    return Home(user, connection, feed, newest, blob, builders.bring(user))


@pytest.fixture
def owner(alice: User) -> Home:
    return settle(alice)


@pytest.fixture
def another(bob: User) -> Home:
    return settle(bob)


@pytest.fixture
def staff(db: None) -> Home:
    """The administrator, who has an archive like anybody else."""
    return settle(User.objects.create_superuser("root", password="a-good-password"))


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment in which nobody set anything but where the data are."""
    for name in of_settings():
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    monkeypatch.setenv("LIKELIST_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def browser(user: User | None = None, *, enforce_csrf_checks: bool = False) -> Client:
    """A browser in which `user` is signed in."""
    client = Client(enforce_csrf_checks=enforce_csrf_checks)
    client.handler = _handler(enforce_csrf_checks)
    if user is not None:
        client.force_login(user)
    return client


@lru_cache
def _handler(enforce_csrf_checks: bool) -> ClientHandler:
    """One way in for all browsers: the middleware looks at every static file when it begins."""
    return ClientHandler(enforce_csrf_checks)
