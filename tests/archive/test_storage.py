"""Where bytes are: the same on a file system and in a real S3 storage."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from django.conf import settings as house
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from archive import media, serving
from archive.models import Blob, Feed, MediaItem
from harvester import plan, previews
from harvester.download import Download
from likelist.runenv import ROOT
from tests.conftest import visit
from tests.seaweed import S3, free_ports

pytestmark = pytest.mark.django_db
BYTES = bytes(range(256)) * 40


def blob_of(content: bytes) -> Blob:
    """Stored bytes with their row."""
    sha256 = hashlib.sha256(content).hexdigest()
    blob = Blob(sha256=sha256, size_bytes=len(content), content_type="image/png")
    default_storage.save(blob.key, ContentFile(content))
    blob.save()
    return blob


def served(blob: Blob, asked: str = "") -> tuple[int, bytes]:
    response = serving.respond(blob, None, asked)
    content = response.getvalue() if response.streaming else response.content
    response.close()
    return response.status_code, content


def test_a_house_keeps_what_its_people_like(anywhere, connect, instagram):
    plan.adopt(account := connect("tess", 6))
    visit(Feed.objects.get(connection=account))
    Download().run()
    previews.make()
    assert not MediaItem.objects.wanted().exists()
    for blob in Blob.objects.all():
        with default_storage.open(blob.key) as file:
            assert hashlib.sha256(file.read()).hexdigest() == blob.sha256
        assert all(default_storage.exists(blob.preview_key(width)) for width in blob.previews)


def test_published_twice_it_is_there_once(anywhere, tmp_path):
    path = tmp_path / "bytes"
    path.write_bytes(BYTES)
    for _ in range(2):
        media.publish(path, "blobs/ab/cd/abcd")
    _, files = default_storage.listdir("blobs/ab/cd")
    assert files == ["abcd"]


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("", 200, slice(None)),
        ("bytes=0-99", 206, slice(0, 100)),
        ("bytes=10000-", 206, slice(10000, None)),
        ("bytes=-5", 206, slice(-5, None)),
        ("bytes=-99999999", 200, slice(None)),
        ("bytes=5-99999999", 206, slice(5, None)),
        ("bytes=10240-", 416, slice(0, 0)),
        ("bytes=7-3", 416, slice(0, 0)),
        ("bytes=-0", 416, slice(0, 0)),
        ("bytes=-", 200, slice(None)),
        ("bytes=0-1,5-6", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
        ("bytes=" + "9" * 5000 + "-", 200, slice(None)),
    ],
)
def test_a_part_is_served_as_it_was_asked_for(anywhere, asked, status, part):
    assert served(blob_of(BYTES), asked) == (status, BYTES[part])


def test_a_part_says_what_it_is_part_of(anywhere):
    response = serving.respond(blob_of(BYTES), None, "bytes=100-199")
    assert response["Content-Range"] == "bytes 100-199/10240"
    assert response["Content-Length"] == "100"
    assert (response["Content-Type"], response["Accept-Ranges"]) == ("image/png", "bytes")
    response.close()


def test_a_storage_that_is_down_is_told_by_the_errors_we_know(settings, tmp_path):
    (port,) = free_ports(1)
    settings.STORAGES = {**house.STORAGES, "default": S3(f"http://127.0.0.1:{port}").backend}
    path = tmp_path / "bytes"
    path.write_bytes(BYTES)
    with pytest.raises(Exception) as caught:
        media.publish(path, "blobs/ab/cd/abcd")
    assert isinstance(caught.value, media.storage_errors())


def test_files_are_put_in_place_whole_or_not_at_all(shelves):
    class Breaking(ContentFile):
        def chunks(self, chunk_size=None):
            yield b"half of it"
            raise OSError("the source is gone")

    with pytest.raises(OSError, match="gone"):
        default_storage.save("blobs/ab/cd/abcd", Breaking(b"half of it and the rest"))
    assert not default_storage.exists("blobs/ab/cd/abcd")
    assert not [path for path in (shelves / "media").rglob("*") if path.is_file()]


def test_what_is_linked_is_nobody_elses_either(shelves, tmp_path):
    path = tmp_path / "preview"
    path.write_bytes(BYTES)
    path.chmod(0o644)
    media.publish(path, "blobs/ab/cd/abcd", is_settled=True)
    kept = Path(default_storage.path("blobs/ab/cd/abcd")).stat()
    assert (oct(kept.st_mode)[-3:], kept.st_nlink) == ("600", 2)


SAVES = """
import sys
from django.conf import settings
from django.core.files.base import ContentFile
settings.configure()
from archive.storage import Files
Files(location=sys.argv[1]).save("blobs/ab/cd/abcd", ContentFile(b"the bytes that belong there"))
"""


def test_a_process_killed_while_it_writes_leaves_under_the_name_what_was_there(shelves):
    def saving(**told: str) -> int:
        command = [sys.executable, "-c", SAVES, str(shelves / "media")]
        return subprocess.run(command, cwd=ROOT, env={**os.environ, **told}, check=False).returncode

    assert saving(CRASH_AT="media.half:1") == -signal.SIGKILL
    assert not default_storage.exists("blobs/ab/cd/abcd")
    assert saving() == 0
    path = Path(default_storage.path("blobs/ab/cd/abcd"))
    before = path.stat().st_ino
    assert saving(CRASH_AT="media.half:1") == -signal.SIGKILL
    assert (path.stat().st_ino, path.read_bytes()) == (before, b"the bytes that belong there")


def test_files_are_nobody_elses(shelves):
    blob = blob_of(BYTES)
    path = Path(default_storage.path(blob.key))
    assert oct(path.stat().st_mode)[-3:] == "600"
    assert all(oct(folder.stat().st_mode)[-3:] == "700" for folder in list(path.parents)[:3])


def test_browsers_that_reach_the_storage_are_sent_there_for_five_minutes(seaweed, settings):
    settings.S3 = seaweed.options
    settings.STORAGES = {**house.STORAGES, "default": seaweed.backend}
    settings.S3_PUBLIC_URL = seaweed.url
    serving._public_storage.cache_clear()
    response = serving.respond(blob_of(BYTES), None, "")
    serving._public_storage.cache_clear()
    address = response["Location"]
    assert response.status_code == 302
    assert parse_qs(urlsplit(address).query)["X-Amz-Expires"] == ["300"]
    # Nobody else is told of it, and no browser goes there when it is over.
    assert response["Cache-Control"] == "private, max-age=150"
    with urlopen(address) as answer:
        assert (answer.read(), answer.headers["Content-Type"]) == (BYTES, "image/png")
    with pytest.raises(HTTPError) as refused:
        urlopen(address.partition("?")[0])
    refused.value.close()
    assert refused.value.code == 403
