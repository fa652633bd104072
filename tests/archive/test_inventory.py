"""What is in storage is read the same from files and from a bucket, and never half."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from archive import inventory, sweep, verify_bytes
from archive.models import Blob
from archive.sweep import SweepRefused
from tests.archive import kept
from tests.archive.kept import own_storage  # noqa: F401  # used by every test here
from tests.seaweed import S3

pytestmark = pytest.mark.django_db
KEYS = [f"blobs/{place}" for place in ("0a/1", "7f/ff/2", "7f/ff/3", "80/4", "ff/5")]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(params=["files", "bucket"])
def stored(request) -> str:
    """Both kinds of storage."""
    if request.param == "bucket":
        request.getfixturevalue("in_bucket")
    return request.param


def listed(after: str = "") -> list[str]:
    return [found.key for found in inventory.objects("blobs", after=after)]


def test_everything_is_listed_by_key_from_anywhere_on(stored):
    for key in reversed(KEYS):
        default_storage.save(key, ContentFile(b"12345"))
    default_storage.save("previews/0a/1", ContentFile(b"1"))
    assert listed() == KEYS
    assert listed("blobs/7e~") == KEYS[1:]
    assert listed("blobs/7f~") == KEYS[3:]
    assert listed(KEYS[1]) == KEYS[2:]
    assert listed("blobs/ff~") == []
    found = next(inventory.objects("blobs"))
    assert found.size_bytes == 5
    assert abs(found.written_at - timezone.now()) < timedelta(minutes=5)


def test_nothing_stored_is_nothing_listed(stored):
    assert listed() == []


def test_bytes_are_read_as_they_are_and_missing_ones_are_missing(stored):
    blob = kept.put(b"some bytes " * 200_000)
    assert inventory.digest(blob.key) == (blob.sha256, blob.size_bytes)
    with pytest.raises(FileNotFoundError):
        inventory.digest("blobs/no/ne")


def test_what_nobody_refers_to_goes_from_both(stored, alice):
    kept.keep(kept.feed_of(alice), 2)
    lost, unwanted, now = kept.put(b"no row"), kept.put(b"no like"), timezone.now()
    Blob.objects.filter(pk=lost.pk).delete()
    swept = sweep.run(now + 2 * HOUR)
    assert (swept.adopted, swept.marked) == (1, 1)
    assert sweep.run(now + 2 * HOUR + DAY).removed == 2
    assert not any(default_storage.exists(blob.key) for blob in (lost, unwanted))
    assert all(finding.ok for finding in verify_bytes.whole(lambda read: None))
    assert len(listed()) == 2


PAGE = """<?xml version="1.0"?><ListBucketResult><IsTruncated>true</IsTruncated><NextMarker>{0}
</NextMarker><Contents><Key>{0}</Key><Size>9</Size><LastModified>2020-01-01T00:00:00.000Z
</LastModified></Contents></ListBucketResult>""".replace("\n", "")


class Torn(BaseHTTPRequestHandler):
    """A bucket whose listings break off after their first page."""

    removed: list[str]

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.end_headers()

    def do_DELETE(self) -> None:
        self.removed.append(self.path)
        self.do_HEAD()

    def do_GET(self) -> None:
        is_first = "marker=&" in f"{self.path}&" or "marker" not in self.path
        page = PAGE.format(f"blobs/aa/aa/{'a' * 64}").encode() if is_first else b""
        self.send_response(200 if page else 403)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Quietly."""


@pytest.fixture
def torn(settings) -> Iterator[type[Torn]]:
    """The storage of this test is such a bucket."""
    handler = type("Handler", (Torn,), {"removed": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        s3 = S3(f"http://127.0.0.1:{server.server_port}", "torn")
        settings.STORAGES = {**settings.STORAGES, "default": s3.backend}
        yield handler
        server.shutdown()
        thread.join()


def test_a_listing_that_breaks_off_removes_nothing(torn):
    due = timezone.now() - 9 * DAY
    Blob.objects.create(sha256="b" * 64, size_bytes=9, unreferenced_since=due)
    with pytest.raises(SweepRefused):
        sweep.run(timezone.now())
    assert torn.removed == []
    assert [blob.sha256 for blob in Blob.objects.all()] == ["b" * 64]
