"""Killed between any two pages, a visit goes on where it stopped: as if nothing had been."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from archive.models import Feed
from harvester import plan
from harvester.models import Crawl
from tests.conformance.conftest import feed_of
from tests.conformance.standin import StandIn
from tests.conformance.visits import let_time_pass
from tests.conftest import visit
from tests.shelves import check_laws, check_settled, kept

pytestmark = pytest.mark.django_db(transaction=True)


WALKER = "import django; django.setup(); from tests.conformance import walker; walker.main()"


class Walkers:
    """Workers, one for each visit; the stand-in kills them at a request of its choice."""

    def __init__(self, service: StandIn) -> None:
        self.service = service
        url = urlsplit(os.environ["DATABASE_URL"])
        mine = url._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
        self._process = subprocess.Popen(
            [sys.executable, "-c", WALKER],
            env={**os.environ, **settings.UPSTREAM, "DATABASE_URL": mine},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def walk(self, feed: Feed, *, until: int) -> int:
        """Let a worker make the visit; it dies asking for page `until`. How it ended."""
        child: queue.SimpleQueue[int] = queue.SimpleQueue()

        def heard() -> None:
            if len(self.service.asked_pages()) == until:
                os.kill(child.get(), signal.SIGKILL)

        for place in self.service.places.values():
            place.on_request = heard
        try:
            self._say(plan.open_crawl(feed).pk)
            child.put(int(self._line()))
            return int(self._line())
        finally:
            for place in self.service.places.values():
                place.on_request = lambda: None

    def _say(self, crawl_id: int) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{crawl_id}\n")
        self._process.stdin.flush()

    def _line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline()

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture
def walkers(service: StandIn) -> Iterator[Walkers]:
    walkers = Walkers(service)
    yield walkers
    walkers.close()


def test_wherever_it_is_killed_the_next_one_finishes(walkers, service):
    service.size = 3
    service.like(14)
    never_killed = feed_of(service, "tess")
    assert walkers.walk(never_killed, until=99) == 0
    pages = len(service.pages_of(14))
    assert len(service.asked_pages()) == pages >= 5
    for until in range(1, pages + 1):
        check_one_death(walkers, service, until, never_killed)


def check_one_death(walkers: Walkers, service: StandIn, until: int, whole: Feed) -> None:
    who = f"killed-at-{until}"
    service.likes[who] = list(service.likes["tess"])
    feed = feed_of(service, who)
    service.forget()
    assert walkers.walk(feed, until=until) == -signal.SIGKILL, who
    assert kept(feed) == service.order()[: 3 * (until - 1)], who
    let_time_pass()
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.deaths) == (Crawl.State.DONE, 0), who
    assert crawl.pages == len(service.pages_of(14))
    assert len(service.asked_pages()) <= len(service.pages_of(14)) + 1, who
    assert told(feed) == told(whole), who
    check_laws(feed)
    check_settled(feed)


def told(feed: Feed) -> list[tuple[Any, ...]]:
    """What is kept of a feed's likes, and where it stands."""
    fields = ("like__post_id", "rank", "liked_at", "like__caption", "like__media__source_url")
    return list(feed.entries.in_upstream_order().values_list(*fields))
