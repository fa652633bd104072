"""A network to read from, and a service that knows where it is."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from providers.bluesky import Bluesky
from providers.bluesky.client import BlueskyClient
from providers.bluesky.names import Names
from providers.pinned import Guard
from providers.shapes import Account
from tests.providers.bluesky.standin import ADA, ALICE, Network
from tests.providers.certificates import certificate
from tests.providers.servers import House


@dataclass
class Heed:
    """Turns that wait for nothing and remember everything."""

    waited: list[str] = field(default_factory=list)
    heard: list[tuple[str, int | None, float | None]] = field(default_factory=list)

    def wait(self, host: str) -> None:
        self.waited.append(host)

    def told(self, host: str, left: int | None, seconds: float | None) -> None:
        self.heard.append((host, left, seconds))


@dataclass
class Site:
    """The web server of ada.example, with a certificate of an authority of our own."""

    house: House
    ca_file: str

    def resolve(self, host: str, port: int, **kinds: Any) -> list[Any]:
        """Only loopback literals and ada.example are known."""
        if host == "ada.example":
            host, port = "127.0.0.1", self.house.port
        return socket.getaddrinfo(host, port, flags=socket.AI_NUMERICHOST, **kinds)


@pytest.fixture(scope="session")
def _network() -> Iterator[Network]:
    made = Network()
    yield made
    made.close()


@pytest.fixture(scope="session")
def _site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    ca_file, tls, _ = certificate(tmp_path_factory.mktemp("tls"), "ada.example")
    house = House(tls)
    yield Site(house, ca_file)
    house.close()


@pytest.fixture
def network(_network: Network) -> Network:
    """Alice, who likes, and Ada, who writes, both at home."""
    _network.clear()
    _network.settle(ALICE, "alice.test")
    _network.settle(ADA, "ada.example")
    return _network


@pytest.fixture
def site(_site: Site) -> Site:
    _site.house.answers.clear()
    _site.house.heard.clear()
    return _site


@pytest.fixture
def guard(network: Network, site: Site) -> Guard:
    hosts = {place.host for place in network.places}
    return Guard(frozenset({*hosts, "ada.example:443"}), site.resolve)


@pytest.fixture
def bluesky(network: Network, site: Site, guard: Guard) -> Bluesky:
    return Bluesky(
        appview_url=network.appview.url,
        plc_url=network.plc.url,
        cdn_url=network.cdn.url,
        guard=guard,
        names=Names(network.names.resolver),
        ca_file=site.ca_file,
    )


@pytest.fixture
def turns() -> Heed:
    return Heed()


@pytest.fixture
def client(bluesky: Bluesky, turns: Heed) -> BlueskyClient:
    return bluesky.client(Account(ALICE, "alice.test"), turns=turns)
