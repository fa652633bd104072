"""Every request is counted, has its turn, and is one that the protocol needs."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection as database

from accounts import tokens, turns, upstream
from accounts.models import Connection
from accounts.turns import TurnsOf
from harvester.models import Crawl
from providers.shapes import Account
from tests.conftest import visit


def counted(service) -> dict[str, int]:
    return {role: count for role, count in service.counts().items() if count}


def needed(service, pages, *, first) -> dict[str, int]:
    return {role: count for role, count in service.budget(pages, first=first).items() if count}


@pytest.mark.parametrize("likes", [0, 1, 4, 18])
def test_a_first_visit_costs_what_the_protocol_needs(service, feed, likes):
    service.likes["tess"] = service.likes["tess"][:likes]
    crawl, _ = visit(feed)
    assert crawl.state == Crawl.State.DONE
    assert counted(service) == needed(service, service.pages_of(likes), first=True)


def test_a_visit_that_finds_nothing_new_costs_one_page(feed, service):
    visit(feed)
    service.forget()
    visit(feed)
    assert counted(service) == needed(service, [service.size], first=False)


def test_a_visit_that_finds_a_little_new_costs_two_pages_at_the_most(feed, service):
    visit(feed)
    service.like(2)
    service.forget()
    visit(feed)
    assert len(service.asked_pages()) <= 2


class Told:
    """Turns that remember for whom they were, and how much had been asked by then."""

    def __init__(self, service) -> None:
        self.service = service
        self.given: list[tuple[str, int]] = []

    def wait(self, host: str) -> None:
        self.given.append((host, len(self.service.heard())))

    def told(self, host: str, left: int | None, seconds: float | None) -> None:
        assert host in self.service.hosts


def test_every_request_has_a_turn_of_its_own(feed, service):
    """One turn before each request, for the host that it goes to."""
    given = Told(service)
    connection = feed.connection
    grant = tokens.open_grant(connection) if connection.grant else None
    account = Account(connection.upstream_id, connection.username, grant)
    client = upstream.service(service.key).client(account, turns=given)
    page = client.page("liked", None)
    while page.next_cursor:
        page = client.page("liked", page.next_cursor)
    client.post(service.order()[0], "1000001")
    assert [before for _, before in given.given] == list(range(len(service.heard())))
    assert Counter(host for host, _ in given.given) == Counter(
        heard.host for heard in service.heard()
    )


@pytest.mark.django_db(transaction=True)
def test_two_workers_of_one_connection_share_its_turns(service, settings, monkeypatch):
    """They keep the distance that CRAWL_REQUEST_INTERVAL wants, by the database's clock."""
    service.like(4)
    connection = service.connect("tess")
    service.forget()
    settings.CRAWL_REQUEST_INTERVAL = timedelta(seconds=1000)
    slept: list[float] = []
    monkeypatch.setattr(turns, "time", SimpleNamespace(sleep=slept.append))

    def work(_: int) -> None:
        client = upstream.client(connection)
        for _ in range(3):
            client.page("liked", None)
        database.close()

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(work, range(2)))
    assert len(slept) == len(service.heard())
    assert [round(seconds / 1000) for seconds in sorted(slept)] == list(range(len(slept)))


def test_another_connection_has_turns_of_its_own(service, db, settings, monkeypatch):
    service.like(4)
    settings.CRAWL_REQUEST_INTERVAL = timedelta(seconds=1000)
    slept: list[float] = []
    monkeypatch.setattr(turns, "time", SimpleNamespace(sleep=slept.append))
    for who in ("tess", "bo"):
        TurnsOf(service.connect(who).pk).wait("somewhere:443")
    assert max(slept) < 500
    assert Connection.objects.count() == 2
