"""A worker that is killed over an upload costs time and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.utils import timezone

from archive import inventory
from archive.models import Entry, Like
from harvester.imports import job, lease
from harvester.imports.lease import own
from harvester.imports.reading import Upto
from harvester.lease import LostLease
from harvester.models import Import, ImportRow
from likelist.runenv import ROOT
from tests.harvester.imports import brought

pytestmark = pytest.mark.django_db(transaction=True)
WORKER = """
import sys, time, django; django.setup()
from pathlib import Path
from django.conf import settings
name, shelves, number = sys.argv[1:]
settings.DATABASES['default']['NAME'] = name
settings.TEMPORARY = Path(shelves, 'tmp')
settings.STORAGES['default'] = {
    'BACKEND': 'archive.storage.Files', 'OPTIONS': {'location': Path(shelves, 'media')}
}
from harvester.imports import job, reading
reading.CHUNK = 100
# What comes behind the first rows comes too late.
job.run(int(number), reading.Upto(after=lambda done: time.sleep(60)))
"""


def worker(shelves: Path, row: Import) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-c", WORKER, connection.settings_dict["NAME"], shelves, row.pk]
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "likelist.settings"}
    return subprocess.Popen([str(word) for word in words], cwd=ROOT, env=environ)


def told(row: Import) -> list[tuple[object, ...]]:
    rows = ImportRow.objects.filter(file=row).order_by("number")
    return list(rows.values_list("number", "outcome", "feed", "label", "reason", "like__post_id"))


def test_killed_between_two_chunks_the_next_one_ends_with_the_same_rows(upload, bob, shelves):
    whole = upload(brought.export(1_200), user=bob)
    job.run(whole.pk, Upto())
    row = upload(brought.export(1_200))
    process = worker(shelves, row)
    while not ImportRow.objects.filter(file=row).exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    row.refresh_from_db()
    kept = Like.objects.of(row.user).count()
    assert 0 < row.done == row.rows.count() == kept < 1_200
    assert job.run(row.pk, Upto()) is False
    assert [found.key for found in inventory.objects("uploads")] == [row.key]
    Import.objects.filter(pk=row.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    assert job.run(row.pk, Upto()) is False
    row.refresh_from_db()
    whole.refresh_from_db()
    assert told(row) == told(whole)
    assert (row.state, row.new, row.total) == ("done", whole.new, whole.total)
    order = [
        list(Entry.objects.of(user).in_upstream_order().values_list("like__post_id", flat=True))
        for user in (row.user, bob)
    ]
    assert order[0] == order[1]
    assert list(inventory.objects("uploads")) == []


def test_of_five_workers_at_once_one_reads(upload):
    row = upload(brought.export(300))
    start = Barrier(5)

    def work(number: int) -> bool:
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            return job.run(row.pk, Upto())
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        assert not any(pool.map(work, range(5)))
    row.refresh_from_db()
    assert (row.state, row.new, row.rows.count()) == ("done", 300, 300)


def test_of_a_persons_files_five_workers_at_once_read_one(upload):
    rows = [upload(brought.export(3, begin=3 * n)) for n in range(5)]
    start = Barrier(5)

    def work(number: int) -> bool:
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            return lease.take(rows[number].pk) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(work, range(5))) == 1


def test_what_one_file_explains_changes_nobody_elses_report(alice, bob):
    mine = Import.objects.create(user=alice, name="a", key="of alice")
    theirs = Import.objects.create(user=bob, name="b", key="of bob", new=1)
    for file in (mine, theirs):
        ImportRow.objects.create(file=file, number=1, outcome=ImportRow.Kind.NEW)
    Import.objects.filter(pk=mine.pk).update(new=1)
    own(mine).explained("a newer file names it")
    told = {row.file_id: row.outcome for row in ImportRow.objects.all()}
    assert told == {mine.pk: ImportRow.Kind.HERE, theirs.pk: ImportRow.Kind.NEW}
    assert dict(Import.objects.values_list("pk", "new")) == {mine.pk: 0, theirs.pk: 1}


def test_nothing_is_written_for_who_was_deactivated_meanwhile(alice):
    held = own(Import.objects.create(user=alice, name="a", key="of alice"))
    alice.is_active = False
    alice.save()
    with transaction.atomic(), pytest.raises(LostLease):
        held.lock()


def test_who_dies_over_what_a_file_explains_leaves_it_to_the_next(alice):
    mine = Import.objects.create(user=alice, name="a", key="of alice", new=1)
    ImportRow.objects.create(file=mine, number=1, outcome=ImportRow.Kind.NEW)
    with connection.execute_wrapper(dies_over_counts), pytest.raises(SystemExit):
        own(mine).explained("a newer file names it")
    assert ImportRow.objects.get().outcome == ImportRow.Kind.NEW
    own(mine).explained("a newer file names it")
    mine.refresh_from_db()
    assert (ImportRow.objects.get().outcome, mine.new, mine.here) == (ImportRow.Kind.HERE, 0, 1)


def dies_over_counts(run, sql, params, many, context):
    """A worker that is asked to end right before it writes how many there are."""
    if sql.startswith('UPDATE "harvester_import" SET "new"'):
        sys.exit(0)
    return run(sql, params, many, context)


def test_a_sleeper_explains_nothing_any_more(alice):
    mine = Import.objects.create(user=alice, name="a", key="of alice", new=1)
    ImportRow.objects.create(file=mine, number=1, outcome=ImportRow.Kind.NEW)
    sleeper = own(mine)
    own(mine)
    with pytest.raises(LostLease):
        sleeper.explained("a newer file names it")
    assert ImportRow.objects.get().outcome == ImportRow.Kind.NEW
