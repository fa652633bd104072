"""A list in memory, the archive of it, and what may happen to both: for random histories."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from accounts import signin
from harvester import plan
from harvester.models import Crawl
from providers.registry import SERVICES
from providers.shapes import Grant, Profile
from tests.conftest import visit
from tests.harvester.listed import Listed, dying


class World:
    """Somebody's list and its archive. Every deed takes a count and a place, for its own use."""

    def __init__(self, listed: Listed) -> None:
        SERVICES["listed"] = listed
        connection = signin.connect(None, "listed", Grant("a-token"), Profile("7", "tess"))
        (self.feed,) = plan.adopt(connection)

    def visit(self, count: int, place: int) -> None:
        """A visit that comes to its end."""
        crawl, _ = visit(self.feed, pages=10_000)
        assert crawl.state == Crawl.State.DONE

    def dies(self, listed: Listed, pages: int) -> None:
        """A visit whose worker dies after so many pages; its lease runs out."""
        with dying(listed, pages):
            self.visit(0, 0)
        past = timezone.now() - timedelta(seconds=1)
        Crawl.objects.exclude(lease=None).update(leased_until=past, deaths=0)


_W = TypeVar("_W", bound=World)


@contextmanager
def a_world(make: Callable[[], _W]) -> Iterator[_W]:
    """A world of which nothing is left afterwards."""
    with transaction.atomic():
        yield make()
        transaction.set_rollback(True)
    del SERVICES["listed"]
