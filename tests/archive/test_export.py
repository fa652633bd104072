"""An export is a person's wall: all of it, in its order, as it was at one moment."""

from __future__ import annotations

import contextlib
import json
import threading
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from archive import export
from archive.management.commands.export import whole_or_none
from archive.models import Entry, Like, MediaItem
from tests.archive import kept
from tests.archive.kept import own_storage  # noqa: F401  # used by every test here

pytestmark = pytest.mark.django_db(transaction=True)


def exported(*options: str, name: str = "alice") -> list[dict]:
    out = StringIO()
    call_command("export", name, "--format", "jsonl", *options, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_the_wall_comes_out_whole_in_its_order(alice):
    kept.keep(kept.feed_of(alice), 7)
    wall = Like.objects.of(alice).on_wall().newest_first()
    assert [line["id"] for line in exported()] == list(wall.values_list("pk", flat=True))


def test_a_line_says_what_is_promised(alice):
    feed = kept.feed_of(alice)
    (like,) = kept.keep(feed, 1)
    blob = like.media.get().blob
    assert exported() == [
        {
            "id": like.pk,
            "provider": "instagram",
            "post_id": like.post_id,
            "author": "ada",
            "caption": kept.CAPTION,
            "link": "https://instagram.example/p/x/",
            "posted_at": "2024-05-19T12:00:00Z",
            "liked_at": "2024-05-20T12:00:00Z",
            "liked_after": "2024-05-20T12:00:00Z",
            "liked_before": "2024-05-20T12:00:00Z",
            "sources": [{"feed": feed.pk, "kind": "liked", "rank": like.rank}],
            "media": [
                {
                    "kind": "image",
                    "position": 0,
                    "sha256": blob.sha256,
                    "size": blob.size_bytes,
                    "content_type": "image/png",
                    "state": "stored",
                }
            ],
        }
    ]


def test_the_feed_that_hung_it_up_comes_first(alice):
    own = kept.feed_of(alice, kind="own", on_wall=False)
    other = kept.feed_of(alice, kind="faves")
    liked = kept.feed_of(alice)
    (like,) = kept.keep(liked, 1)
    Entry.objects.bulk_create([kept.entry(own, like, 5), kept.entry(other, like, 6)])
    sources = exported()[0]["sources"]
    assert [source["kind"] for source in sources] == ["liked", "faves", "own"]
    assert [source["rank"] for source in sources] == [like.rank, 6, 5]


def test_media_come_in_order_and_say_when_they_are_not_here(alice):
    (like,) = kept.keep(kept.feed_of(alice), 1, pictures=2)
    kept.wanted(like, 2)
    video = MediaItem(
        user=alice, like=like, kind="video", position=0, source_url="https://x.example"
    )
    video.state = "gone"
    video.save()
    media = exported()[0]["media"]
    assert [(m["position"], m["kind"], m["state"]) for m in media] == [
        (0, "image", "stored"),
        (0, "video", "gone"),
        (1, "image", "stored"),
        (2, "image", "wanted"),
    ]
    assert [m["sha256"] is None for m in media] == [False, True, False, True]
    assert media[1]["size"] is None
    assert media[1]["content_type"] is None


def test_what_only_other_feeds_brought_comes_after_the_wall_when_asked(alice):
    posts = kept.keep(kept.feed_of(alice, kind="own", on_wall=False), 2)
    likes = kept.keep(kept.feed_of(alice), 2)
    wall = [like.pk for like in likes]
    assert [line["id"] for line in exported()] == wall
    as_kept = sorted(post.pk for post in posts)
    assert [line["id"] for line in exported("--all")] == wall + as_kept


def test_nothing_of_anybody_else_is_in_it(alice, bob):
    kept.keep(kept.feed_of(alice), 2)
    kept.keep(kept.feed_of(bob), 2)
    owners = Like.objects.filter(pk__in=[line["id"] for line in exported("--all")])
    assert {like.user_id for like in owners} == {alice.pk}


def test_a_like_is_one_line_for_every_reader(alice):
    (like,) = kept.keep(kept.feed_of(alice), 1)
    Like.objects.filter(pk=like.pk).update(caption="one\u2028two\x85three\n東京の夜 🌇")
    assert exported()[0]["caption"] == "one\u2028two\x85three\n東京の夜 🌇"


def test_what_is_harvested_meanwhile_is_not_in_it(alice, monkeypatch):
    monkeypatch.setattr(export, "CHUNK", 3)
    feed = kept.feed_of(alice)
    before = kept.keep(feed, 7)
    lines = export.records(alice)
    first = next(lines)

    def harvest() -> None:
        kept.keep(feed, 5)
        MediaItem.objects.update(state="gone", blob=None)
        connection.close()

    thread = threading.Thread(target=harvest)
    thread.start()
    thread.join()
    rest = list(lines)
    assert [line["id"] for line in (first, *rest)] == [like.pk for like in before]
    assert {m["state"] for line in rest for m in line["media"]} == {"stored"}


def test_a_long_wall_needs_few_queries(alice, django_assert_max_num_queries):
    kept.keep(kept.feed_of(alice), 1_100, pictures=0)
    # The snapshot, the ids, and three for every 500 likes.
    with django_assert_max_num_queries(5 + 3 * 3):
        assert sum(1 for _ in export.lines(alice)) == 1_100


def test_a_file_is_private_and_whole(alice, tmp_path):
    kept.keep(kept.feed_of(alice), 3)
    path = tmp_path / "likes.jsonl"
    call_command("export", "alice", "--output", str(path), stderr=StringIO())
    assert path.stat().st_mode & 0o777 == 0o600
    assert [json.loads(line) for line in path.read_text().splitlines()] == exported()
    assert list(tmp_path.glob(".*")) == []


def test_an_export_that_breaks_off_leaves_the_old_file(tmp_path):
    path = tmp_path / "likes.jsonl"
    path.write_text("old")
    with contextlib.suppress(KeyboardInterrupt), whole_or_none(path) as file:
        file.write("half")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("place", ["missing/likes.jsonl", "."])
def test_a_place_that_cannot_be_written_is_one_sentence(alice, tmp_path, place):
    with pytest.raises(CommandError, match=r"^\S+: .*\.$"):
        call_command("export", "alice", "--output", str(tmp_path / place))


def test_an_unknown_person_is_one_sentence():
    with pytest.raises(CommandError, match=r"^Nobody here is called 'carol'\.$"):
        exported(name="carol")


def test_a_star_goes_along_and_a_line_without_one_is_as_ever(alice):
    likes = kept.keep(kept.feed_of(alice), 2, pictures=0)
    Like.objects.filter(pk=likes[1].pk).update(is_favourite=True)
    assert [line.get("favourite") for line in exported()] == [None, True]
