"""Importing from the shell: in place, told line by line, and safe to kill at any row."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from accounts.models import User
from archive.models import Like, MediaItem
from harvester import tick
from harvester.imports import job
from harvester.imports.reading import Upto
from harvester.models import Crawl, Import, ImportRow
from likelist.runenv import ROOT
from tests.harvester.imports import brought
from tests.harvester.imports.test_pictures import like, name

pytestmark = pytest.mark.django_db


def run(capsys, *words: object) -> tuple[int, str]:
    """Exit status and what was said."""
    status = 0
    try:
        call_command(*map(str, words))
    except SystemExit as ended:
        status = int(ended.code or 0)
    return status, capsys.readouterr().out


def test_a_person_is_created_and_the_file_stays(export, capsys):
    status, said = run(capsys, "import_export", "ada", export)
    ada = User.objects.get(username="ada")
    assert status == 0
    assert "1,200 rows" in said
    assert "new: 1,200" in said
    assert not ada.has_usable_password()
    assert Like.objects.of(ada).count() == 1_200
    assert export.exists()
    row = Import.objects.get()
    assert (row.user, row.key, row.state, row.name) == (ada, "", "done", export.name)


def test_what_came_as_a_file_is_not_visited(export, connect, alice, capsys):
    connect("tess", 3, user=alice)
    run(capsys, "import_export", "alice", export)
    status, said = run(capsys, "crawl", "--user", "alice", "--no-media")
    assert status == 0
    assert said.count("complete") == 1
    assert not Crawl.objects.live().exists()


def test_nobody_is_created_when_no_file_can_be_read(tmp_path, capsys, db):
    (tmp_path / "bad.zip").write_bytes(b"PK\3\4 and no more")
    before = brought.rows()
    for files in ([tmp_path / "bad.zip"], [tmp_path / "nowhere.zip"]):
        status, said = run(capsys, "import_export", "ada", *files)
        assert status == 1
        assert said.strip().endswith(".")
    assert brought.rows() == before


def test_one_bad_file_does_not_keep_the_others_out(export, tmp_path, alice, capsys):
    (tmp_path / "bad.zip").write_bytes(b"PK\3\4 and no more")
    status, said = run(capsys, "import_export", "alice", tmp_path / "bad.zip", export)
    assert status == 1
    assert "new: 1,200" in said
    assert sorted(Import.objects.values_list("state", flat=True)) == ["done", "failed"]


def test_a_folder_and_a_single_list_are_read(tmp_path, alice, capsys):
    unpacked = tmp_path / "unpacked" / "likes"
    unpacked.mkdir(parents=True)
    said = brought.json.dumps({"likes_media_likes": [brought.entry(n) for n in range(5)]})
    (unpacked / "liked_posts.json").write_text(said)
    assert run(capsys, "import_export", "alice", tmp_path / "unpacked")[0] == 0
    status, told = run(capsys, "import_export", "alice", unpacked / "liked_posts.json")
    assert status == 0
    assert "already here: 5" in told


def test_the_report_has_every_row_of_every_file(tmp_path, alice, capsys):
    files = [tmp_path / "one.zip", tmp_path / "two.zip"]
    for at, file in enumerate(files):
        file.write_bytes(brought.export(3, begin=at))
    report = tmp_path / "rows.csv"
    assert run(capsys, "import_export", "alice", *files, "--report", report)[0] == 0
    with report.open(newline="") as sheet:
        table = list(csv.reader(sheet))
    assert [(row[0], row[2]) for row in table[1:]] == [
        ("one.zip", "new"), ("one.zip", "new"), ("one.zip", "new"),
        ("two.zip", "new"), ("two.zip", "here"), ("two.zip", "here"),
    ]  # fmt: skip


def test_a_deactivated_person_is_refused(export, alice):
    User.objects.update(is_active=False)
    with pytest.raises(CommandError, match="deactivated"):
        call_command("import_export", "alice", str(export))
    assert not Import.objects.exists()


def test_a_name_that_cannot_be_one_is_refused(export, db):
    with pytest.raises(CommandError, match="cannot be a username"):
        call_command("import_export", "a b", str(export))


def test_pictures_of_a_folder_go_to_their_likes(tmp_path, alice, capsys):
    like(alice, 1, 2)
    for at, path in enumerate((name(1), name(3), "instagram/ada/odd.png")):
        (tmp_path / "left" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "left" / path).write_bytes(brought.picture(at))
    (tmp_path / "left" / name(2)).symlink_to(tmp_path / "left" / name(1))
    status, said = run(capsys, "import_files", "alice", tmp_path / "left")
    assert status == 0
    assert "stored: 1" in said
    assert "cannot be resolved: 2" in said
    assert MediaItem.objects.get().like.post_id == brought.post_id(1)
    assert (tmp_path / "left" / name(1)).exists()
    assert Import.objects.get().kind == "folder"


def test_a_folder_for_nobody_or_nowhere_is_refused(tmp_path, alice):
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("import_files", "ada", str(tmp_path))
    with pytest.raises(CommandError, match="no folder"):
        call_command("import_files", "alice", str(tmp_path / "none"))


def begun(export: Path) -> subprocess.Popen[bytes]:
    """The command in a process of its own, on the tests' database."""
    code = (
        "import sys, time, django; django.setup()\n"
        "from django.conf import settings\n"
        "settings.DATABASES['default']['NAME'] = sys.argv[1]\n"
        "from django.core.management import call_command\n"
        "from harvester.imports import reading\n"
        "from harvester.management import importing\n"
        "reading.CHUNK = 100\n"
        # What comes behind the first rows comes too late.
        "slow = reading.Upto(after=lambda done: time.sleep(60))\n"
        "importing.Upto = lambda after: slow\n"
        "call_command('import_export', 'ada', sys.argv[2])\n"
    )
    words = [sys.executable, "-c", code, connection.settings_dict["NAME"], str(export)]
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "likelist.settings"}
    return subprocess.Popen(words, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)


@pytest.mark.django_db(transaction=True)
def test_killed_between_rows_it_is_told_so_and_run_again_ends_the_same(export, capsys):
    process = begun(export)
    while not ImportRow.objects.exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    cut = Import.objects.get()
    assert 0 < cut.done < 1_200
    assert cut.done == cut.rows.count() == Like.objects.count()
    Import.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert tick.look().imports == [cut.pk]
    assert job.run(cut.pk, Upto()) is False
    cut.refresh_from_db()
    assert (cut.state, cut.trouble) == ("failed", "broken_off")
    status, _ = run(capsys, "import_export", "ada", export)
    again = Import.objects.latest("pk")
    assert (status, again.here, again.new) == (0, cut.done, 1_200 - cut.done)
    assert Like.objects.count() == 1_200


def test_broken_off_by_hand_it_says_so(export, monkeypatch, alice):
    def stop(done: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("harvester.management.importing.Upto", lambda after: Upto(after=stop))
    with pytest.raises(KeyboardInterrupt):
        call_command("import_export", "alice", str(export))
    row = Import.objects.get()
    assert (row.state, row.trouble, row.done) == ("failed", "broken_off", 1_000)
