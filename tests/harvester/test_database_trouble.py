"""The database breaks off: a transaction, a session, all of them. Nothing is lost or doubled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

import psycopg2
import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db import connection as database
from django.utils import timezone

from accounts import clash
from archive.models import Feed, Like
from harvester import lease, levers, plan, tasks
from harvester.models import Crawl
from harvester.walk import Slice, walk
from likelist.engines.processes import until
from tests.conftest import visit
from tests.shelves import check_laws, kept

pytestmark = pytest.mark.django_db(transaction=True)
WAITS = "SELECT 1 FROM pg_locks WHERE NOT granted"
COLUMNS = ", ".join(
    f'"{field.column}"'
    for field in Crawl._meta.concrete_fields
    if field.name not in {"id", "number", "state", "finished_at"}
)
OPENED_IN_A_BATCH = f"""
INSERT INTO harvester_crawl (number, state, {COLUMNS})
SELECT number + 1, 'queued', {COLUMNS} FROM harvester_crawl ON CONFLICT DO NOTHING"""


def truth(instagram) -> list[str]:
    return [like["post_id"] for like in instagram.truth("tess")["likes"]]


def elsewhere(statement: str) -> list[tuple[object, ...]]:
    """What a session of its own answers."""
    with closing(psycopg2.connect(**database.get_connection_params())) as other:
        other.autocommit = True
        with other.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []


def my_session() -> int:
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    return int(pid)


def walk_until(crawl: Crawl, after_page: Callable[..., None]) -> None:
    held = lease.take(crawl.pk)
    assert held
    walk(held, upto=Slice(), after_page=after_page)


def lease_runs_out() -> None:
    Crawl.objects.update(leased_until=timezone.now() - timedelta(seconds=1))


def test_a_session_that_is_ended_in_a_visit_costs_time_and_nothing_else(feed, instagram):
    crawl = plan.open_crawl(feed)
    mine = my_session()

    def end_it(crawl: Crawl, stored: object) -> None:
        elsewhere(f"SELECT pg_terminate_backend({mine})")

    with pytest.raises((OperationalError, InterfaceError)):
        walk_until(crawl, end_it)
    database.close()
    assert lease.take(crawl.pk) is None
    lease_runs_out()
    instagram.forget_requests()
    done, _ = visit(feed)
    assert (done.pk, done.state, done.deaths) == (crawl.pk, Crawl.State.DONE, 0)
    assert len(instagram.requests("liked")) == 1
    assert kept(feed) == truth(instagram)
    check_laws(feed)


def test_one_that_is_ended_while_a_page_is_kept_keeps_none_of_it(feed, instagram, monkeypatch):
    crawl = plan.open_crawl(feed)
    save = Crawl.save

    def ended(self: Crawl, **said: object) -> None:
        save(self, **said)
        elsewhere(f"SELECT pg_terminate_backend({my_session()})")

    monkeypatch.setattr(Crawl, "save", ended)
    with pytest.raises((OperationalError, InterfaceError, DatabaseError)):
        walk_until(crawl, lambda crawl, stored: None)
    monkeypatch.undo()
    database.close()
    assert not Like.objects.exists()
    lease_runs_out()
    done, _ = visit(feed)
    assert (done.state, done.new_entries, done.pages) == (Crawl.State.DONE, 50, 2)
    assert kept(feed) == truth(instagram)


THEIRS = "SELECT 1 FROM accounts_connection WHERE id = {} FOR UPDATE"


class Opponent:
    """Another transaction that locks a row of ours and then wants one that we hold."""

    def __init__(self, first: str, second: str) -> None:
        self._first, self._second = first, second
        self.locked, self.go = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._fight)

    def _fight(self) -> None:
        with closing(psycopg2.connect(**database.get_connection_params())) as other:
            with other.cursor() as cursor:
                # We are the ones who are broken off: it waits for longer.
                cursor.execute("SET deadlock_timeout = '30s'; SET lock_timeout = 0")
                cursor.execute(self._first)
                self.locked.set()
                self.go.wait(20)
                cursor.execute(self._second)
            other.rollback()


def test_a_deadlock_while_a_page_is_kept_is_tried_again_and_the_page_read_once(
    feed, instagram, monkeypatch
):
    crawl = plan.open_crawl(feed)
    fight = Opponent(
        THEIRS.format(feed.connection_id),
        f"SELECT 1 FROM harvester_crawl WHERE id = {crawl.pk} FOR UPDATE",
    )
    save = Crawl.save
    tried: list[int] = []

    def slowly(self: Crawl, **said: object) -> None:
        """Between our lock of the visit and its commit we want what the other one has."""
        tried.append(self.pages)
        if len(tried) == 1:
            fight.thread.start()
            fight.locked.wait(20)
            fight.go.set()
            with database.cursor() as cursor:
                cursor.execute("SET LOCAL deadlock_timeout = '200ms'")
                _until_it_waits()
                cursor.execute(THEIRS.format(feed.connection_id))
        save(self, **said)

    monkeypatch.setattr(Crawl, "save", slowly)
    instagram.forget_requests()
    walk_until(crawl, lambda crawl, stored: None)
    fight.thread.join(20)
    assert len(tried) == 3
    assert len(instagram.requests("liked")) == 2
    done = Crawl.objects.get()
    assert (done.state, done.pages, done.new_entries) == (Crawl.State.DONE, 2, 50)
    assert kept(feed) == truth(instagram)
    check_laws(feed)


def _until_it_waits() -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    for _ in range(200):
        if elsewhere(waiting) != [(0,)]:
            return
        threading.Event().wait(0.05)


def deadlock() -> None:
    with database.cursor() as cursor:
        cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'clash' USING ERRCODE = '40P01'; END $$")


def unserializable() -> None:
    with database.cursor() as cursor:
        cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'clash' USING ERRCODE = '40001'; END $$")


def too_long() -> None:
    with transaction.atomic(), database.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 10")
        cursor.execute("SELECT pg_sleep(5)")


@pytest.mark.parametrize(
    ("meets", "times"),
    [(deadlock, 3), (unserializable, 3), (too_long, 1)],
    ids=["deadlock", "unserializable", "too_long"],
)
def test_what_clashes_is_tried_three_times_and_other_trouble_once(monkeypatch, meets, times):
    monkeypatch.setattr(clash, "PAUSE", 0.0)
    tried: list[int] = []

    def work() -> None:
        tried.append(1)
        meets()

    with pytest.raises(OperationalError):
        clash.retried(work)()
    assert len(tried) == times


def test_inside_of_another_transaction_it_is_not_tried_again():
    tried: list[int] = []

    def work() -> None:
        tried.append(1)
        deadlock()

    with pytest.raises(OperationalError), transaction.atomic():
        clash.retried(work)()
    assert len(tried) == 1


def test_a_doorbell_that_comes_again_while_it_is_answered_changes_nothing(feed, instagram):
    """A broker hands out again what takes longer than it has patience for."""
    crawl = plan.open_crawl(feed)
    instagram.forget_requests()

    def again(crawl: Crawl, stored: object) -> None:
        for _ in range(3):
            tasks.crawl(crawl.pk)

    walk_until(crawl, again)
    tasks.crawl(crawl.pk)
    assert len(instagram.requests("liked")) == 2
    done = Crawl.objects.get()
    assert (done.state, done.pages, done.deaths) == (Crawl.State.DONE, 2, 0)
    assert Feed.objects.get().entries_count == 50


def test_a_visit_opened_alone_and_by_a_batch_at_once_is_one_and_no_deadlock(feed):
    visit(feed)
    opened: list[int] = []

    def by_hand() -> None:
        opened.append(plan.open_crawl(feed).pk)
        database.close()

    with closing(psycopg2.connect(**database.get_connection_params())) as batch:
        with batch.cursor() as cursor:
            cursor.execute("SELECT FROM harvester_schedule FOR UPDATE")
            thread = threading.Thread(target=by_hand)
            thread.start()
            assert until(lambda: bool(elsewhere(WAITS)), 10.0)
            cursor.execute(OPENED_IN_A_BATCH)
        batch.commit()
    thread.join()
    assert opened == [Crawl.objects.live().get().pk]


def test_who_ends_a_visit_waits_for_whoever_places_likes_of_the_same_person(feed, instagram):
    crawl, _ = visit(feed, pages=1)
    person = f"SELECT 1 FROM accounts_user WHERE id = {feed.user_id} FOR NO KEY UPDATE"
    with closing(psycopg2.connect(**database.get_connection_params())) as other:
        other.cursor().execute(person)
        with transaction.atomic(), database.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
            with pytest.raises(OperationalError, match="lock timeout"):
                levers.stop(crawl)
    levers.stop(crawl)
    assert not Crawl.objects.live().exists()
