"""A real S3 storage that refuses, is busy, says no, or does the work and loses its answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from archive.models import Blob, Feed, Like, MediaItem
from harvester import plan
from tests.conftest import visit
from tests.harvester.test_download import check_whole, download, temporary_files
from tests.seaweed import S3

pytestmark = pytest.mark.django_db
SAYS = {
    "busy": b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "forbidden": b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "closed": b"",
}


class Between:
    """A way to the storage that can be spoilt: `mode` is "open", "eats", or a key of SAYS."""

    def __init__(self, to: str) -> None:
        parts = urlsplit(to)
        self._to = (str(parts.hostname), int(parts.port or 80))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.mode = "open"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        with closing(client), suppress(OSError), socket.create_connection(self._to) as server:
            said = threading.Thread(target=self._answers, args=(client, server), daemon=True)
            said.start()
            self._asks(client, server)
            said.join(10)

    def _asks(self, client: socket.socket, server: socket.socket) -> None:
        while part := client.recv(65536):
            if self.mode in SAYS and part.startswith((b"PUT", b"HEAD", b"GET", b"POST")):
                client.sendall(SAYS[self.mode])
                break
            server.sendall(part)
        server.shutdown(socket.SHUT_WR)

    def _answers(self, client: socket.socket, server: socket.socket) -> None:
        """What the storage says, unless it is eaten: then it has been done all the same."""
        with suppress(OSError):
            while part := server.recv(65536):
                if self.mode == "eats" and not part.startswith(b"HTTP/1.1 100"):
                    client.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(part)


@pytest.fixture
def between(shelves, seaweed, settings) -> Iterator[Between]:
    """The way to an empty bucket, which is the storage of this test."""
    settings.BACKOFF_CAP = timedelta(hours=1)
    s3 = seaweed.another_bucket()
    way = Between(s3.url)
    settings.STORAGES = {**settings.STORAGES, "default": S3(way.url, s3.bucket).backend}
    yield way
    way.close()


@pytest.fixture
def read(between, connect, instagram) -> Feed:
    """Six likes that were read; none of their media has come yet."""
    plan.adopt(account := connect("tess", 6))
    feed = Feed.objects.get(connection=account)
    visit(feed)
    return feed


def check_waits() -> None:
    """Every medium is wanted as before, by nobody's fault; nothing refers to anything."""
    items = list(MediaItem.objects.all())
    assert {(item.state, item.trouble, item.attempts) for item in items} == {
        ("wanted", "storage", 0)
    }
    assert all(item.not_before > timezone.now() and item.claim is None for item in items)
    assert not Blob.objects.exists()
    assert not temporary_files()
    assert Like.objects.count() == 6


def stored_names() -> set[str]:
    """What is in the bucket."""
    names: set[str] = set()
    folders = ["blobs"]
    while folders:
        folder = folders.pop()
        below, files = default_storage.listdir(folder)
        folders += [f"{folder}/{name}" for name in below if name]
        names |= {f"{folder}/{name}" for name in files if name}
    return names


@pytest.mark.parametrize("mode", SAYS)
def test_while_the_storage_is_gone_pictures_wait_and_likes_are_kept(read, between, mode):
    between.mode = mode
    download()
    check_waits()
    between.mode = "open"
    download()
    assert not MediaItem.objects.wanted().exists()
    check_whole()


def test_what_landed_without_an_answer_is_there_once_when_it_is_tried_again(read, between):
    between.mode = "eats"
    download()
    check_waits()
    between.mode = "open"
    landed = stored_names()
    assert landed
    download()
    assert not MediaItem.objects.wanted().exists()
    assert stored_names() == {blob.key for blob in Blob.objects.all()} >= landed
    check_whole()
