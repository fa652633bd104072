"""The sweep removes what nobody refers to: a day later, looked at again, and never on doubt."""

from __future__ import annotations

import hashlib
import os
import random
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from archive import media, sweep
from archive.models import Blob, Like, MediaItem
from archive.sweep import SweepRefused
from tests.archive import kept
from tests.archive.kept import own_storage  # noqa: F401  # used by every test here

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def is_there(blob: Blob) -> bool:
    return default_storage.exists(blob.key)


def root() -> Path:
    """Where this test's storage is."""
    return Path(default_storage.path(""))


def unreferenced(content: bytes = b"nobody's", *, since: datetime | None = None) -> Blob:
    """Bytes without a like, marked since then."""
    blob = kept.put(content)
    Blob.objects.filter(pk=blob.pk).update(unreferenced_since=since)
    return blob


def stray(content: bytes, *, age: timedelta, place: str = "blobs") -> Blob:
    """An object that no row knows."""
    blob = Blob(sha256=hashlib.sha256(content).hexdigest())
    key = blob.key if place == "blobs" else blob.preview_key(320)
    default_storage.save(key, ContentFile(content))
    grow_old(Path(default_storage.path(key)), age)
    return blob


def grow_old(path: Path, age: timedelta) -> None:
    then = (timezone.now() - age).timestamp()
    os.utime(path, (then, then))


@pytest.fixture
def like(alice) -> Like:
    """A like with a stored picture, so that the storage is seen to be the right one."""
    (like,) = kept.keep(kept.feed_of(alice), 1)
    return like


def test_what_nobody_refers_to_goes_a_day_after_it_was_found(like):
    blob, now = unreferenced(), timezone.now()
    assert sweep.run(now).marked == 1
    assert sweep.run(now + DAY - timedelta(seconds=1)).removed == 0
    assert is_there(blob)
    swept = sweep.run(now + DAY)
    assert (swept.removed, swept.removed_bytes) == (1, blob.size_bytes)
    assert not Blob.objects.filter(pk=blob.pk).exists()
    assert not is_there(blob)
    assert not default_storage.exists(blob.preview_key(320))


def test_what_somebody_refers_to_stays_for_ever(like):
    blob = like.media.get().blob
    for days in range(4):
        assert sweep.run(timezone.now() + days * DAY).marked == 0
    assert is_there(blob)
    assert default_storage.exists(blob.preview_key(320))


def test_what_is_referred_to_again_is_marked_no_more(like):
    blob = like.media.get().blob
    Blob.objects.filter(pk=blob.pk).update(unreferenced_since=timezone.now() - 9 * DAY)
    swept = sweep.run(timezone.now())
    assert (swept.cleared, swept.removed) == (1, 0)
    assert is_there(blob)


def test_what_was_referred_to_since_the_look_is_not_removed(like):
    blob = like.media.get().blob
    Blob.objects.filter(pk=blob.pk).update(unreferenced_since=timezone.now() - 9 * DAY)
    assert sweep.remove(blob.pk, timezone.now()) is None
    assert is_there(blob)


def test_who_is_about_to_refer_to_it_starts_the_day_anew(like):
    blob = unreferenced(since=timezone.now() - 9 * DAY)
    media.known({blob.pk})
    assert sweep.run(timezone.now()).removed == 0
    assert is_there(blob)


def test_previews_that_a_dead_sweep_may_have_taken_are_promised_no_more(like):
    blob = unreferenced(since=timezone.now() - 9 * DAY)
    media.known({blob.pk})
    assert Blob.objects.get(pk=blob.pk).previews is None


def test_a_sweep_that_died_before_its_commit_leaves_nobody_with_a_hole(like, alice):
    blob = unreferenced(b"wanted again", since=timezone.now() - 9 * DAY)
    default_storage.delete(blob.key)
    item = kept.wanted(like, 1)
    assert kept.arrive(item, b"wanted again") == 1
    assert is_there(blob)
    assert Blob.objects.get(pk=blob.pk).unreferenced_since is None


def test_an_object_without_a_row_is_found_and_goes_a_day_later(like):
    lost = stray(b"lost", age=2 * DAY)
    now = timezone.now()
    assert sweep.run(now).adopted == 1
    assert is_there(lost)
    assert sweep.run(now + DAY).removed == 1
    assert not is_there(lost)


def test_a_preview_without_a_row_goes_the_same_way(like):
    lost = stray(b"lost", age=2 * DAY, place="previews")
    now = timezone.now()
    sweep.run(now)
    sweep.run(now + DAY)
    assert not default_storage.exists(lost.preview_key(320))


def test_an_object_that_was_written_just_now_is_left_alone(like):
    fresh = stray(b"just published", age=timedelta(minutes=59))
    assert sweep.run(timezone.now()).adopted == 0
    assert not Blob.objects.filter(pk=fresh.pk).exists()


def test_nor_does_an_old_preview_make_it_old(like):
    stray(b"just published", age=2 * DAY, place="previews")
    stray(b"just published", age=timedelta(minutes=59))
    assert sweep.run(timezone.now()).adopted == 0


def test_bytes_that_were_adopted_and_are_wanted_again_are_whole_and_seen(like):
    lost = stray(b"found again", age=2 * DAY)
    sweep.run(timezone.now())
    default_storage.delete(lost.key)
    kept.arrive(kept.wanted(like, 1), b"found again")
    row = Blob.objects.get(pk=lost.pk)
    assert (row.width, row.content_type, row.previews) == (4, "image/png", None)
    assert is_there(row)


def test_names_that_are_not_ours_stay(like):
    for key in ("blobs/readme.txt", "blobs/ab/cd/abcd", "previews/other.webp"):
        default_storage.save(key, ContentFile(b"not ours"))
        grow_old(Path(default_storage.path(key)), 9 * DAY)
    sweep.run(timezone.now())
    sweep.run(timezone.now() + 2 * DAY)
    assert default_storage.exists("blobs/readme.txt")
    assert default_storage.exists("blobs/ab/cd/abcd")
    assert default_storage.exists("previews/other.webp")


def test_temporary_files_of_dead_workers_go_and_others_stay(like):
    folders = [settings.TEMPORARY, root() / ".tmp"]
    for folder in folders:
        (folder / "a-folder").mkdir(parents=True)
        for path in (folder / "dead", folder / "alive", folder / "a-folder" / "original"):
            path.write_bytes(b"half")
        for path in (folder / "dead", folder / "a-folder" / "original", folder / "a-folder"):
            grow_old(path, timedelta(hours=2))
    assert sweep.run(timezone.now()).temporary == 4
    assert [[path.name for path in folder.iterdir()] for folder in folders] == [["alive"]] * 2


def test_a_folder_in_which_somebody_writes_still_stays(like):
    folder = settings.TEMPORARY / "import-busy"
    folder.mkdir(parents=True)
    (folder / "upload").write_bytes(b"half")
    grow_old(folder, timedelta(hours=2))
    assert sweep.run(timezone.now()).temporary == 0
    assert (folder / "upload").exists()


def test_a_storage_that_holds_nothing_of_ours_is_not_swept(like):
    blob = unreferenced(since=timezone.now() - 9 * DAY)
    elsewhere = root().rename(root().with_name("unmounted"))
    with pytest.raises(SweepRefused):
        sweep.run(timezone.now())
    elsewhere.rename(root())
    assert Blob.objects.filter(pk=blob.pk).exists()
    assert is_there(blob)


def test_a_storage_full_of_strangers_is_not_swept(like):
    strangers = [stray(b"of another house %d" % n, age=9 * DAY) for n in range(60)]
    with pytest.raises(SweepRefused):
        sweep.run(timezone.now())
    assert not Blob.objects.filter(pk__in=[blob.pk for blob in strangers]).exists()


def test_a_listing_that_fails_removes_nothing(like):
    blob = unreferenced(since=timezone.now() - 9 * DAY)
    (root() / "previews").rename(root() / "elsewhere")
    (root() / "previews").write_text("not a folder")
    (settings.TEMPORARY).mkdir()
    grow_old(settings.TEMPORARY, 9 * DAY)
    with pytest.raises(SweepRefused):
        sweep.run(timezone.now())
    assert is_there(blob)


def test_a_long_list_is_gone_through_in_several_runs(like, monkeypatch):
    monkeypatch.setattr(sweep, "MOST_LISTED", 4)
    lost = {stray(b"lost %d" % n, age=2 * DAY).pk for n in range(12)}
    runs = 0
    while lost - set(Blob.objects.values_list("pk", flat=True)):
        assert sweep.run(timezone.now() + runs * sweep.EVERY).left
        runs += 1
        assert runs < 256
    assert runs > 1


@pytest.mark.django_db(transaction=True)
def test_of_a_sweep_and_a_download_of_the_same_bytes_none_leaves_a_hole(alice):
    (like,) = kept.keep(kept.feed_of(alice), 1)
    content, rng = b"the last reference is gone", random.Random(40)
    blob = unreferenced(content)
    for round_ in range(25):
        MediaItem.objects.filter(position__gt=0).delete()
        Blob.objects.filter(pk=blob.pk).update(unreferenced_since=timezone.now() - 2 * DAY)
        item = kept.wanted(like, 1)
        pause = rng.random() / 50
        at_once(
            lambda: sweep.run(timezone.now()),
            lambda item=item, pause=pause: later(pause, kept.arrive, item, content),
        )
        item.refresh_from_db()
        assert item.state == MediaItem.State.STORED, round_
        assert is_there(blob), round_


@pytest.mark.django_db(transaction=True)
def test_a_reference_that_is_not_committed_yet_keeps_its_bytes(alice):
    (like,) = kept.keep(kept.feed_of(alice), 1)
    blob = unreferenced(since=timezone.now() - 2 * DAY)
    item = kept.wanted(like, 1)
    with transaction.atomic():
        media.known({blob.pk})
        MediaItem.objects.filter(pk=item.pk).update(state="stored", blob=blob)
        at_once(lambda: sweep.run(timezone.now()))
    assert is_there(blob)
    assert Blob.objects.filter(pk=blob.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_do_what_one_does(alice):
    kept.keep(kept.feed_of(alice), 1)
    blobs = [unreferenced(b"%d" % n, since=timezone.now() - 2 * DAY) for n in range(20)]
    at_once(lambda: sweep.run(timezone.now()), lambda: sweep.run(timezone.now()))
    assert not any(is_there(blob) for blob in blobs)
    assert Blob.objects.count() == 1


def at_once(*deeds: Callable[[], object]) -> None:
    """Do these in threads of their own; what one raises is raised here."""
    troubles: list[BaseException] = []
    gate = threading.Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> None:
        gate.wait()
        try:
            deed()
        except BaseException as exc:  # raised again below
            troubles.append(exc)
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if troubles:
        raise troubles[0]


def later(seconds: float, deed: Callable[..., object], *told: object) -> None:
    """Do something after a moment."""
    threading.Event().wait(seconds)
    deed(*told)
