"""Houses for whole stories: on the engines of the test run, with databases of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest

from simulator.serve import Simulator
from tests.browser_plugin import browser_type_launch_args
from tests.faults.house import House, folder
from tests.faults.visitor import Visitor

__all__ = ["browser_type_launch_args"]

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
MIGRATED = f"story_{os.getpid()}"
# Doorbells of stories; the tests' own have the lower numbers.
BELLS = 8

NewHouse = Callable[..., House]


@pytest.fixture(scope="session")
def _address() -> Iterator[str]:
    """The address of a migrated database to take copies of."""
    address = _named(os.environ["DATABASE_URL"], MIGRATED)
    _at_the_server(f"CREATE DATABASE {MIGRATED}")
    with folder() as data, Simulator() as nobody:
        House(data, nobody, {"DATABASE_URL": address, "REDIS_URL": _bell()}).prepare()
    yield address
    _at_the_server(f"DROP DATABASE {MIGRATED} WITH (FORCE)")


@pytest.fixture(scope="session")
def new_house(_address: str) -> Iterator[NewHouse]:
    """Makes a house that nothing runs in yet, with an Instagram whose world stands still."""
    with folder() as home, ExitStack() as stack:
        numbers = count()

        def make(**told: str) -> House:
            name = f"{MIGRATED}_{next(numbers)}"
            _at_the_server(f"CREATE DATABASE {name} TEMPLATE {MIGRATED}")
            stack.callback(_at_the_server, f"DROP DATABASE {name} WITH (FORCE)")
            sim = stack.enter_context(Simulator(seed="a story"))
            engines = {"DATABASE_URL": _named(_address, name), "REDIS_URL": _bell()}
            house = House(home / name, sim, {**engines, **told})
            house.data.mkdir()
            stack.callback(house.close)
            return house

        yield make


@pytest.fixture(scope="session")
def house(new_house: NewHouse) -> House:
    """A house in which everything runs, and in which a visit comes when it is called for."""
    open_house = new_house(VISIT_INTERVAL_MIN="3600", VISIT_INTERVAL_MAX="3600")
    open_house.start(open_house.web(), open_house.worker(), open_house.beat())
    return open_house


@pytest.fixture
def visitor(house: House) -> Iterator[Visitor]:
    somebody = Visitor(house)
    yield somebody
    somebody.close()
    house.instagram.heal()


def _bell() -> str:
    base = os.environ["REDIS_URL"].rpartition("=")[0]
    return f"{base}={BELLS + int(WORKER)}"


def _named(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _at_the_server(statement: str) -> None:
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()
