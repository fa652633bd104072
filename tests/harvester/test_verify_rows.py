"""Every rule of the rows is looked at: break one, and its check says where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import F

from archive import verify, verify_months, verify_schema
from archive.models import Entry, Feed, Like, MediaItem, MonthCount
from harvester.models import Crawl
from tests.archive import kept
from tests.archive.kept import own_storage  # noqa: F401  # used by every test here

pytestmark = pytest.mark.django_db


@pytest.fixture
def archive(alice, bob) -> Feed:
    """Two people's likes, and everything as it should be."""
    kept.keep(kept.feed_of(bob), 2)
    kept.keep(feed := kept.feed_of(alice), 4)
    return feed


def failing() -> dict[str, tuple[int, list]]:
    """The checks that fail: how often and where."""
    models = [m for label in ("accounts", "archive", "harvester") for m in models_of(label)]
    found = [*verify_schema.schema(models), *verify.rows(), verify_months.finding()]
    return {f.name: (f.count, list(f.examples)) for f in found if not f.ok}


def models_of(label: str) -> Iterator[type]:
    return apps.get_app_config(label).get_models()


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is done inside is as if it had never been."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        # A table with checks still to be made cannot be altered.
        for statement in ("SET CONSTRAINTS ALL IMMEDIATE", *statements):
            cursor.execute(statement)


def swap_times(one: Like, other: Like) -> None:
    for like, time in ((one, other.liked_at), (other, one.liked_at)):
        Like.objects.filter(pk=like.pk).update(liked_at=time, liked_after=None, liked_before=None)


def rows_of(feed: Feed) -> list[Like]:
    return list(Like.objects.filter(wall_feed=feed).newest_first())


def test_all_is_right_where_all_is_right(archive):
    assert failing() == {}


BREAKS: dict[str, Callable[[Feed], object]] = {
    "owners": lambda feed: MediaItem.objects.filter(user=feed.user).update(
        user=Like.objects.exclude(user=feed.user)[0].user
    ),
    "places": lambda feed: Entry.objects.filter(like=rows_of(feed)[-1]).update(rank=F("rank") - 1),
    "liked_at": lambda feed: swap_times(*rows_of(feed)[1:3]),
    "liked_at_range": lambda feed: Like.objects.filter(pk=rows_of(feed)[0].pk).update(
        liked_before=F("liked_at") - timedelta(days=1), liked_after=None
    ),
    "months": lambda feed: MonthCount.objects.filter(user=feed.user).update(likes=F("likes") + 1),
    "entries": lambda feed: Feed.objects.filter(pk=feed.pk).update(entries_count=3),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_rule_is_found_by_its_name_and_no_other(archive, name):
    BREAKS[name](archive)
    found = failing()
    assert list(found) == [name]
    assert found[name][0] > 0
    assert found[name][1]


def test_a_like_that_a_liked_feed_brought_hangs_on_the_wall(archive):
    like = rows_of(archive)[0]
    Like.objects.filter(pk=like.pk).update(wall_feed=None)
    assert failing()["places"] == (1, [like.pk])


def test_likes_that_are_not_settled_may_stand_as_they_came(archive):
    swap_times(*rows_of(archive)[1:3])
    Like.objects.filter(wall_feed=archive).update(is_settled=False)
    assert failing() == {}


def test_doubles_are_found_though_the_constraint_that_forbids_them_is_gone(archive):
    sql(
        "ALTER TABLE archive_entry DROP CONSTRAINT one_entry_per_feed_and_rank",
        "ALTER TABLE archive_entry DROP CONSTRAINT one_entry_per_feed_and_like",
    )
    like = rows_of(archive)[0]
    kept.entry(archive, like).save()
    Feed.objects.filter(pk=archive.pk).update(entries_count=F("entries_count") + 1)
    found = failing()
    assert set(found) == {"doubles", "ranks", "constraints"}
    assert found["doubles"][0] == 2
    assert found["constraints"][0] == 2


def test_what_is_unique_only_sometimes_is_looked_at_so(archive):
    sql("DROP INDEX one_live_crawl_per_feed")
    for number in (1, 2):
        Crawl.objects.create(feed=archive, number=number, ceiling=number)
    assert failing()["doubles"][0] == 1


def test_a_row_that_refers_to_nothing_is_found(archive):
    sql("SET session_replication_role = replica")
    MediaItem.objects.filter(user=archive.user).update(blob="0" * 64)
    sql("SET session_replication_role = origin")
    count, (example,) = failing()["references"]
    assert count == 4
    assert example.startswith("archive_mediaitem ")
    assert example.endswith(" blob_id")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "ALTER TABLE archive_feed DROP CONSTRAINT a_covered_stretch_has_two_ends",
            "a_covered_stretch_has_two_ends is missing",
        ),
        ("DROP INDEX like_wall", "like_wall is missing"),
        (
            "UPDATE pg_constraint SET convalidated = false WHERE conname = 'a_lease_has_an_end'",
            "a_lease_has_an_end was never validated",
        ),
        (
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'like_words'::regclass",
            "like_words is not valid",
        ),
    ],
)
def test_a_constraint_that_promises_nothing_is_named(archive, statement, said):
    with undone():
        sql(statement)
        assert failing() == {"constraints": (1, [said])}


def test_what_breaks_a_check_that_was_never_validated_is_counted(archive):
    with undone():
        name = "stored_means_there_are_bytes"
        (check,) = (c for c in MediaItem._meta.constraints if c.name == name)
        with connection.schema_editor() as editor:
            made = str(check.create_sql(MediaItem, editor))
        sql(f"ALTER TABLE archive_mediaitem DROP CONSTRAINT {name}")
        MediaItem.objects.filter(user=archive.user).update(blob=None)
        sql(f"{made} NOT VALID")
        assert failing()["constraints"] == (5, [f"{name} was never validated", name])
