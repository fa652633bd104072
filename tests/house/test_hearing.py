"""A worker that does not hear the doorbell any more makes room for one that does."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import pytest
from celery.signals import task_received
from celery.worker import state

from harvester import tasks
from likelist.celery import app
from likelist.hearing import LOOKS, Hearing

# What of a worker is looked at; that nobody consumes is what being deaf is.
WORKER = SimpleNamespace(app=app)


@pytest.fixture
def hearing(monkeypatch):
    """Ears, and a bell that nobody answers."""
    monkeypatch.setattr(state, "should_terminate", None)
    app.amqp.queues.select(["crawl", "media"])
    ears = Hearing(WORKER)
    task_received.connect(ears._hear)
    yield ears
    with app.connection_for_write() as connection:
        for name in ("crawl", "media"):
            connection.default_channel.queue_purge(name)
    app.amqp.queues.deselect([])
    app.amqp.queues._consume_from = None


def look(hearing: Hearing, times: int = LOOKS) -> bool:
    """Whether it has given up after so many looks."""
    for _ in range(times):
        hearing.look(WORKER)
    return bool(state.should_terminate)


def test_who_hears_nothing_while_it_rings_ends(hearing):
    tasks.crawl.delay(1)
    assert not look(hearing, LOOKS - 1)
    assert look(hearing, 1)


def test_every_worker_has_ears():
    assert "likelist.hearing.Hearing" in app.steps["worker"]


def test_silence_is_no_deafness(hearing):
    assert not look(hearing, 2 * LOOKS)


def test_who_hears_something_or_has_something_to_do_stays(hearing, monkeypatch):
    tasks.crawl.delay(1)
    for _ in range(2 * LOOKS):
        task_received.send(sender=None)
        assert not look(hearing, 1)
    monkeypatch.setattr(state, "active_requests", {"a visit"})
    assert not look(hearing, 2 * LOOKS)


def test_while_nobody_can_say_whether_it_rings_nobody_ends(hearing):
    tasks.crawl.delay(1)
    nowhere = partial(app.connection_for_read, "redis+socket:///nowhere.sock")
    gone = SimpleNamespace(app=SimpleNamespace(connection_for_read=nowhere, amqp=app.amqp))
    for _ in range(2 * LOOKS):
        hearing.look(gone)
    assert not state.should_terminate
