"""`verify_archive` looks at everything, names what is broken, and raises no false alarm."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from django.utils import timezone

from archive import verify_bytes, verify_storage
from archive.heal import heal
from archive.models import Blob, Feed, MediaItem
from harvester import previews
from harvester.download import Download
from harvester.models import Crawl
from tests.archive import kept
from tests.archive.kept import own_storage  # noqa: F401  # used by every test here
from tests.archive.test_sweep import DAY, grow_old, stray, unreferenced
from tests.conftest import visit

pytestmark = pytest.mark.django_db
LONG_AGO = Now() - timedelta(hours=2)


@pytest.fixture
def archive(alice) -> Feed:
    """A few likes, and everything as it should be."""
    kept.keep(feed := kept.feed_of(alice), 3)
    return feed


def told(*options: str) -> tuple[int, str]:
    """With which status the command ends, and what it says."""
    out = StringIO()
    try:
        call_command("verify_archive", *options, stdout=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def failing() -> dict[str, list]:
    """The checks that fail, with their examples, as machines are told."""
    checks = json.loads(told("--json")[1])["checks"]
    return {check["name"]: check["examples"] for check in checks if not check["ok"]}


def damaged() -> dict[str, list]:
    return {f.name: list(f.examples) for f in verify_bytes.whole(lambda read: None) if not f.ok}


def left_over() -> tuple[dict[str, list], list[str]]:
    found, notes = verify_storage.left_over(timezone.now())
    return {f.name: list(f.examples) for f in found if not f.ok}, notes


def overwrite(blob: Blob, content: bytes) -> None:
    Path(default_storage.path(blob.key)).write_bytes(content)


@pytest.mark.django_db(transaction=True)
def test_a_harvested_archive_is_right(feed):
    visit(feed)
    Download(seconds=60).run()
    previews.make()
    status, words = told()
    assert status == 0, words
    assert "✗" not in words
    assert words.endswith("All is right.\n")


@pytest.mark.django_db(transaction=True)
def test_a_fault_is_told_to_people_with_what_to_do_and_to_machines(archive):
    Feed.objects.update(entries_count=99)
    status, words = told()
    assert status == 1
    assert "✗ the entries of every feed are counted right: not so 1 times" in words
    assert f"\n  {archive.pk}\n  → " in words
    status, words = told("--json")
    machine = json.loads(words)
    assert status == 1
    assert machine["ok"] is False
    assert {"name": "entries", "ok": False, "count": 1, "examples": [archive.pk]} in machine[
        "checks"
    ]


@pytest.mark.django_db(transaction=True)
def test_what_dead_workers_hold_is_a_fault_when_nobody_takes_it_up(archive):
    held = {"lease": uuid.uuid4(), "leased_until": LONG_AGO, "state": "running"}
    crawl = Crawl.objects.create(feed=archive, number=1, ceiling=1, **held)
    item = kept.wanted(archive.entries.first().like, 1)
    MediaItem.objects.filter(pk=item.pk).update(claimed_until=LONG_AGO)
    assert failing() == {"leases": [crawl.pk], "claims": [item.pk]}


@pytest.mark.django_db(transaction=True)
def test_what_is_under_way_or_has_to_wait_is_no_fault(archive):
    soon = Now() + timedelta(minutes=1)
    crawl = Crawl.objects.create(
        feed=archive, number=1, ceiling=1, lease=uuid.uuid4(), leased_until=soon, state="running"
    )
    kept.wanted(archive.entries.first().like, 1)
    report = json.loads(told("--json")[1])
    assert report["ok"]
    assert report["notes"][:2] == [
        "1 visits are running.",
        "1 pictures and videos are being fetched.",
    ]
    Crawl.objects.filter(pk=crawl.pk).update(leased_until=LONG_AGO)
    type(archive.connection).objects.update(not_before=Now() + timedelta(hours=5))
    assert failing() == {}


@pytest.mark.django_db(transaction=True)
def test_a_grant_that_does_not_open_is_named_and_not_shown(archive, settings):
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    sealed = archive.connection.grant
    assert failing() == {"grants": [archive.connection_id]}
    words = told()[1]
    assert sealed not in words
    assert kept.CANARY not in words


@pytest.mark.django_db(transaction=True)
def test_a_storage_that_cannot_be_read_is_one_sentence(archive):
    media = Path(default_storage.path(""))
    (media / "previews").rename(media / "elsewhere")
    (media / "previews").write_text("not a folder")
    with pytest.raises(CommandError, match=r"^The storage cannot be read .*\.$"):
        told()


@pytest.mark.parametrize("change", [b"", b"cut", b"longer", b"flipped"])
def test_bytes_that_have_changed_are_found(archive, change):
    blob = Blob.objects.order_by("pk")[1]
    whole = Path(default_storage.path(blob.key)).read_bytes()
    changes = {b"cut": whole[:-1], b"longer": whole + b"!", b"flipped": whole[:-1] + b"!"}
    overwrite(blob, changes.get(change, change))
    assert damaged() == {"bytes": [blob.pk]}


def test_bytes_that_are_gone_are_found(archive):
    blob = Blob.objects.order_by("pk")[1]
    default_storage.delete(blob.key)
    assert damaged() == {"bytes": [blob.pk]}


def test_a_preview_that_is_gone_is_found(archive):
    blob = Blob.objects.order_by("pk")[1]
    default_storage.delete(blob.preview_key(320))
    assert damaged() == {"previews": [blob.pk]}


def test_every_page_of_bytes_is_read(archive, monkeypatch):
    monkeypatch.setattr(verify_bytes, "PAGE", 2)
    for blob in Blob.objects.all():
        overwrite(blob, b"changed")
    assert len(damaged()["bytes"]) == 3


def test_bytes_nobody_refers_to_may_be_on_their_way_out(archive):
    default_storage.delete(unreferenced().key)
    assert damaged() == {}


def test_what_the_sweep_should_have_taken_is_a_fault_and_what_it_will_take_is_a_note(archive):
    stray(b"fresh", age=DAY)
    unreferenced(b"marked", since=timezone.now() - DAY)
    assert left_over() == ({}, ["2 stored files have no like; the sweep removes them after a day."])
    old = stray(b"old", age=DAY + timedelta(hours=3))
    late = unreferenced(b"marked before", since=timezone.now() - DAY - timedelta(hours=3))
    assert left_over()[0] == {"unreferenced": [old.pk, late.pk]}


def test_temporary_files_are_a_fault_when_they_are_old(archive):
    settings.TEMPORARY.mkdir()
    (settings.TEMPORARY / "half").write_bytes(b"half")
    assert left_over() == (
        {},
        ["1 temporary files are there, as while something is being fetched."],
    )
    grow_old(settings.TEMPORARY / "half", timedelta(hours=4))
    assert left_over()[0] == {"temporary": ["half"]}


def test_names_that_are_not_ours_are_noted(archive):
    default_storage.save("blobs/readme.txt", ContentFile(b"not ours"))
    assert left_over() == ({}, ["1 objects in storage have names that are not ours; they stay."])


def test_damaged_bytes_are_wanted_again_and_then_whole_again(archive):
    item = MediaItem.objects.select_related("blob", "like").first()
    content = Path(default_storage.path(item.blob.key)).read_bytes()
    overwrite(item.blob, b"flipped")
    assert heal(item.blob) == 1
    item.refresh_from_db()
    assert (item.state, item.blob) == ("wanted", None)
    MediaItem.objects.filter(pk=item.pk).update(claim=uuid.uuid4())
    item.refresh_from_db()
    assert kept.arrive(item, content) == 1
    assert damaged() == {}


def test_bytes_that_are_whole_are_never_given_up(archive):
    blob = Blob.objects.first()
    assert heal(blob) == 0
    assert blob.media.get().state == "stored"
