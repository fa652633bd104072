"""An upload is read once, whole, by one worker; afterwards it is gone from storage."""

from __future__ import annotations

import json
import logging
import uuid
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import Connection
from archive import inventory
from archive.models import Entry, Like
from harvester import tasks, tick
from harvester.imports import job, lease, loose, reading
from harvester.imports.reading import Upto
from harvester.models import Chore, Import, ImportRow
from tests.harvester.imports import brought

pytestmark = pytest.mark.django_db


def read(row: Import, seconds: float = 1_000.0) -> Import:
    goes = 0
    while job.run(row.pk, Upto(seconds)):
        goes += 1
        assert goes < 20, "it does not end"
    row.refresh_from_db()
    return row


def told(row: Import) -> list[tuple[object, ...]]:
    found = ImportRow.objects.filter(file=row).order_by("number")
    return list(found.values_list("number", "outcome", "feed", "label", "reason", "like__post_id"))


def stored() -> list[str]:
    return [found.key for found in inventory.objects("uploads")]


def test_every_row_is_kept_and_told(upload, alice):
    row = read(upload(brought.export(1_200)))
    assert (row.state, row.total, row.new, row.unresolved) == ("done", 1_200, 1_200, 0)
    assert Like.objects.of(alice).on_wall().count() == 1_200
    assert [number for number, *_ in told(row)] == list(range(1, 1_201))
    assert told(row)[0][1:3] == ("new", "liked")
    assert told(row)[0][-1] == brought.post_id(1_199)


def test_the_upload_is_gone_afterwards(upload):
    row = read(upload(brought.export(3)))
    assert (row.key, stored()) == ("", [])


def test_who_lost_the_lease_after_the_last_row_leaves_the_end_to_its_holder(upload, alice):
    row, before = upload(brought.export(9)), []

    def order() -> list[str]:
        places = Entry.objects.of(alice).in_upstream_order()
        return list(places.values_list("like__post_id", flat=True))

    def lose(_: int) -> None:
        before.extend(order())
        Import.objects.filter(pk=row.pk).update(lease=uuid.uuid4())

    job.run(row.pk, Upto(after=lose))
    assert order() == before
    Import.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert read(row).state == "done"
    assert order() == [brought.post_id(number) for number in reversed(range(9))] != before


def test_a_row_without_an_address_is_not_new_beside_the_one_that_has_it(upload):
    named = {
        "title": "ada_pix",
        "string_list_data": [
            {"href": "https://www.instagram.com/p/DS8nkgTk0hN/", "timestamp": 1767225600}
        ],
    }
    row = read(
        upload(
            brought.zipped(
                {
                    "likes.json": '{"media_likes": [["2026-01-01T00:00:00", "ada_pix"]]}',
                    "likes/liked_posts.json": json.dumps({"likes_media_likes": [named]}),
                }
            )
        )
    )
    assert (row.new, row.here, Like.objects.count()) == (1, 1, 1)


def test_the_same_file_again_is_here_already(upload):
    read(upload(brought.export(30)))
    row = read(upload(brought.export(30)))
    assert (row.state, row.here, row.new) == ("done", 30, 0)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: content.replace(b"PK\1\2", b"PK\1\3"),
        lambda content: b"GIF89a" + content,
        lambda content: b"",
        lambda content: brought.pictures({"holiday.txt": b"sun"}),
    ],
    ids=["cut", "broken", "no zip", "empty", "another"],
)
def test_a_damaged_file_changes_nothing_and_says_so(upload, alice, damage):
    row = upload(damage(brought.export(50)))
    before = brought.rows()
    read(row)
    assert row.state == "failed"
    assert row.words.endswith(".")
    assert brought.rows() == before
    assert (row.key, stored()) == ("", [])


def test_of_two_deliveries_one_reads(upload):
    row = upload(brought.export(10))
    held = lease.take(row.pk)
    before = brought.rows()
    assert job.run(row.pk, Upto()) is False
    assert brought.rows() == before
    assert held is not None
    assert stored() == [row.key]


def test_a_reader_that_lost_its_lease_writes_nothing(upload, alice):
    row = upload(brought.export(1_200))
    others = []

    def lose(done: int) -> None:
        Import.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
        others.append(lease.take(row.pk))

    assert job.run(row.pk, Upto(after=lose)) is False
    row.refresh_from_db()
    assert len(others) == 1
    assert (row.done, row.state, ImportRow.objects.count()) == (1_000, "running", 1_000)
    assert Like.objects.of(alice).count() == 1_000
    assert stored() == [row.key]


def test_in_slices_it_ends_with_the_same_rows(upload, bob, monkeypatch):
    whole = read(upload(brought.export(11)))
    monkeypatch.setattr(reading, "CHUNK", 2)
    sliced = read(upload(brought.export(11), user=bob), seconds=0.0)
    assert told(sliced) == told(whole)
    assert (sliced.new, sliced.done) == (whole.new, whole.done)


def test_an_upload_that_kills_its_readers_ends_after_three(upload):
    row = upload(brought.export(3))
    for _ in range(3):
        assert lease.take(row.pk)
        Import.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    read(row)
    assert (row.state, row.trouble, stored()) == ("failed", "kills_workers", [])
    assert row.words


def test_a_chunk_that_was_kept_forgives_deaths(upload, monkeypatch):
    monkeypatch.setattr(reading, "CHUNK", 2)
    row = upload(brought.export(10))
    for _ in range(4):
        assert lease.take(row.pk)
        Import.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
        job.run(row.pk, Upto(0.0))
        row.refresh_from_db()
        assert row.deaths == 0
    assert read(row).state == "done"


def test_a_deactivated_person_gets_nothing_more(upload, alice):
    row = upload(brought.export(3))
    type(alice).objects.update(is_active=False)
    assert read(row).state == "queued"
    assert not Like.objects.exists()


def test_storage_that_is_away_is_waited_for(upload, settings, tmp_path):
    row = upload(brought.export(3))
    (tmp_path / "media").rename(tmp_path / "elsewhere")
    (tmp_path / "media").write_text("no folder")
    read(row)
    assert (row.state, row.trouble, row.deaths) == ("queued", "storage", 0)
    assert row.not_before > timezone.now()
    (tmp_path / "media").unlink()
    (tmp_path / "elsewhere").rename(tmp_path / "media")
    Import.objects.update(not_before=timezone.now())
    assert read(row).state == "done"


def test_an_upload_that_is_lost_is_told(upload):
    row = upload(brought.export(3))
    default_storage.delete(row.key)
    assert read(row).trouble == "upload_lost"


def test_what_waits_is_rung_for_once(upload):
    Chore.objects.update(next_at=timezone.now() + timedelta(days=1))
    row = upload(brought.export(3))
    assert tick.look().imports == [row.pk]
    assert tick.look().imports == []
    Import.objects.update(rung_at=timezone.now() - timedelta(minutes=1))
    assert tick.look().imports == [row.pk]
    read(row)
    assert tick.look().imports == []


def test_a_bell_reads(upload):
    row = upload(brought.export(3))
    tasks.read_import(row.pk)
    tasks.read_import(row.pk)
    tasks.read_import(0)
    row.refresh_from_db()
    assert (row.state, row.new) == ("done", 3)


def test_a_file_of_another_account_is_kept_with_a_warning(upload, alice):
    Connection.objects.create(user=alice, provider="instagram", upstream_id="1", username="tess")
    name = "instagram-ada.pix-2024-05-06-abc.zip"
    row = read(upload(brought.export(3), name=name))
    assert row.state == "done"
    assert "@ada.pix" in row.advice
    assert "@tess" in row.advice


def test_nothing_of_a_file_is_written_to_the_log(upload, caplog):
    caplog.set_level(logging.DEBUG)
    read(upload(brought.export(3), name="secret-name.zip"))
    read(upload(brought.export(3)[:90], name="secret-name.zip"))
    assert "secret-name" not in caplog.text
    assert "author." not in caplog.text
    assert brought.code(1) not in caplog.text


def test_an_upload_without_an_import_is_swept_after_an_hour(upload, tmp_path):
    needed, forgotten = upload(brought.export(3)), upload(brought.export(4))
    forgotten.delete()
    now = timezone.now()
    assert loose.sweep(now) == 0
    assert loose.finding(now).count == 0
    assert loose.finding(now + timedelta(days=1)).count == 1
    assert loose.sweep(now + timedelta(hours=2)) == 1
    assert stored() == [needed.key]


def test_an_upload_whose_reader_died_before_removing_it_is_swept(upload):
    row = upload(brought.export(3))
    Import.objects.update(state="done", finished_at=timezone.now())
    assert loose.sweep(timezone.now() + timedelta(hours=2)) == 1
    row.refresh_from_db()
    assert (row.key, stored()) == ("", [])


def test_what_runs_into_the_time_limit_of_a_worker_is_over(upload):
    def stop(done: int) -> None:
        raise SoftTimeLimitExceeded

    row = upload(brought.export(1_200))
    assert job.run(row.pk, Upto(after=stop), cut_off=SoftTimeLimitExceeded) is False
    row.refresh_from_db()
    assert (row.state, row.trouble, row.done) == ("failed", "too_long", 1_000)
    assert row.words == lease.WORDS["too_long"]
    assert (row.key, row.deaths, stored()) == ("", 0, [])


def test_of_one_person_one_import_is_read_at_a_time(upload, bob):
    first, second, other = (
        upload(brought.export(n), user=who) for n, who in enumerate((None, None, bob), 3)
    )
    held = lease.take(first.pk)
    assert held is not None
    assert lease.take(second.pk) is None
    assert lease.take(other.pk) is not None
    held.release()
    assert lease.take(second.pk) is not None
    assert lease.take(first.pk) is None


def test_an_import_whose_worker_died_keeps_no_other_waiting(upload):
    first, second = upload(brought.export(3)), upload(brought.export(4))
    assert lease.take(first.pk)
    Import.objects.filter(pk=first.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    assert lease.take(second.pk) is not None


def test_only_the_first_in_line_of_each_person_is_rung_for(upload, bob):
    Chore.objects.update(next_at=timezone.now() + timedelta(days=1))
    first, second, other = (
        upload(brought.export(n), user=who) for n, who in enumerate((None, None, bob), 3)
    )
    assert sorted(tick.look().imports) == sorted([first.pk, other.pk])
    assert tick.look().imports == []
    read(first)
    assert tick.look().imports == [second.pk]
