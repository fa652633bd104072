"""A still, tiny simulator for every test that asks for one, and a way to read its pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from simulator.serve import Simulator

Get = Callable[..., requests.Response]


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(seed="tests") as running:
        yield running


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def get(sim: Simulator, http: requests.Session) -> Get:
    """Call the API as somebody: `get("/users/self", person="ben", count=3)`."""

    def call(path: str, person: str = "ada", **query: Any) -> requests.Response:
        said = {"access_token": sim.token(person), **query}
        return http.get(sim.api + path, params=said, timeout=20)

    return call


@pytest.fixture
def xrpc(sim: Simulator, http: requests.Session) -> Get:
    """Call its Bluesky: `xrpc("app.bsky.feed.getPosts", uris=…)`; `base` for another origin."""

    def call(name: str, base: str = "", **query: Any) -> requests.Response:
        return http.get(f"{base or sim.url}/xrpc/{name}", params=query, timeout=20)

    return call


@pytest.fixture
def walk(get: Get) -> Callable[..., list[dict[str, Any]]]:
    """All pages of the liked list, by their cursors."""

    def all_pages(person: str = "ada", **query: Any) -> list[dict[str, Any]]:
        pages, cursor = [], {}
        for _ in range(40):
            page = get("/users/self/media/liked", person, **query, **cursor).json()
            pages.append(page)
            if not page["pagination"]:
                return pages
            cursor = {"max_like_id": page["pagination"]["next_max_like_id"]}
        raise AssertionError("the list never ended")

    return all_pages


def ids(pages: list[dict[str, Any]]) -> list[str]:
    """The post ids of pages, in order, without their owners."""
    return [post["id"].partition("_")[0] for page in pages for post in page["data"]]
