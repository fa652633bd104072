"""A house to talk to, and ways to talk to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.decoder import Decoder
from providers.fetch import Fetcher
from providers.http import Wire
from providers.instagram import Instagram
from providers.instagram.client import InstagramClient
from providers.pinned import Guard
from providers.registry import SERVICES
from providers.shapes import Account, Grant
from providers.turns import AtOnce
from tests.providers.servers import House, house

CANARY = "7001.abcdef0.CANARY0123456789CANARY"


@pytest.fixture(scope="session")
def _house() -> Iterator[House]:
    with house() as server:
        yield server


@pytest.fixture
def api(_house: House) -> House:
    """A server with nothing prepared and nothing heard."""
    _house.answers.clear()
    _house.heard.clear()
    return _house


@pytest.fixture
def wire(api: House) -> Wire:
    return Wire(Guard(frozenset({api.host})))


@pytest.fixture
def instagram(api: House) -> Instagram:
    service = SERVICES["instagram"].from_values(
        {
            "INSTAGRAM_CLIENT_ID": "demo",
            "INSTAGRAM_CLIENT_SECRET": "CANARY-client-secret",
            "INSTAGRAM_OAUTH_URL": api.url,
            "INSTAGRAM_API_URL": f"{api.url}/v1",
            "FETCH_ALLOW_PRIVATE_HOSTS": api.host,
        }
    )
    assert isinstance(service, Instagram)
    return service


@pytest.fixture
def client(instagram: Instagram) -> InstagramClient:
    return instagram.client(Account(grant=Grant(CANARY)), turns=AtOnce())


@pytest.fixture
def fetcher(api: House) -> Fetcher:
    return Fetcher(frozenset({api.host}))


@pytest.fixture(scope="session")
def decoder() -> Iterator[Decoder]:
    made = Decoder()
    yield made
    made.close()


@pytest.fixture
def into(tmp_path: Path) -> Path:
    directory = tmp_path / "into"
    directory.mkdir()
    return directory
