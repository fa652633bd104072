"""What this room's tests are given: each service of the registry, played by its stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from archive.models import Feed
from harvester import getting, plan
from tests.conformance.cast import CAST
from tests.conformance.standin import StandIn


@pytest.fixture(scope="session")
def cast() -> Iterator[dict[str, StandIn]]:
    """Every stand-in, running."""
    running = {key: kind() for key, kind in CAST.items()}
    yield running
    for one in running.values():
        one.close()


@pytest.fixture(params=sorted(CAST))
def service(request: pytest.FixtureRequest, cast: dict[str, StandIn], settings: Any) -> Any:
    """A service without likes and troubles, to which the house was led by its configuration."""
    played = cast[request.param]
    played.reset()
    hosts = settings.FETCH_ALLOW_PRIVATE_HOSTS | frozenset(played.hosts)
    settings.FETCH_ALLOW_PRIVATE_HOSTS = hosts
    settings.UPSTREAM = {
        **settings.UPSTREAM,
        **played.values(),
        "FETCH_ALLOW_PRIVATE_HOSTS": ",".join(sorted(hosts)),
    }
    getting.fetcher.cache_clear()
    yield played
    played.heal()
    getting.fetcher.cache_clear()


@pytest.fixture
def feed(db: None, service: StandIn) -> Feed:
    """The liked feed of somebody who has liked eighteen things, which nobody has read yet."""
    service.like(18)
    return feed_of(service, "tess")


def feed_of(service: StandIn, who: str) -> Feed:
    """Somebody's liked feed, made as the house makes it."""
    (feed,) = plan.adopt(service.connect(who))
    return Feed.objects.select_related("connection", "user").get(pk=feed.pk)
