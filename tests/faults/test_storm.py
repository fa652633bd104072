"""Thirty kill -9, a SIGTERM and a FLUSHALL in first visits: nothing lost, doubled, displaced."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import redis

from likelist.engines.places import places
from likelist.engines.processes import until
from simulator.serve import Simulator
from tests.faults import calm, secrets
from tests.faults.house import PATIENCE, folder, note
from tests.faults.opened import Opened
from tests.faults.truth import check_equal
from tests.faults.upstream import least_media, spoil, struck
from tests.faults.visitor import Visitor

pytestmark = pytest.mark.faults

WINDOW, PAGES = 300, 10
PEOPLE = {"ada": "ada.looks", "ben": "ben_on_foot", "cleo": "cleo"}
# What dies in one life of the house, which somebody joins at its beginning.
LIFE = (
    *("worker", "worker", "pool child", "pool child", "pool child"),
    *("decoder", "beat", "web", "web child", "keeper"),
)
# How many pages, and how many files, are under way at the most when somebody dies.
PAGES_AT_ONCE, FILES_AT_ONCE = 2, 8
ALL_SETTLED = f"""
SELECT count(*) = {len(PEOPLE)} AND bool_and(completed_at IS NOT NULL)
   AND NOT EXISTS (SELECT FROM archive_mediaitem WHERE state = 'wanted')
   AND NOT EXISTS (SELECT FROM harvester_crawl WHERE lease IS NOT NULL) FROM archive_feed
"""
LEFT = {
    "feeds": "SELECT id, completed_at FROM archive_feed WHERE completed_at IS NULL",
    "schedules": "SELECT feed_id, failures, next_visit_at - now() FROM harvester_schedule",
    "visits": "SELECT id, state, trouble, deaths, not_before - now(), leased_until - now()"
    " FROM harvester_crawl WHERE lease IS NOT NULL OR state <> 'done'",
    "media": "SELECT id, trouble, deaths, attempts, not_before - now(), claimed_until - now()"
    " FROM archive_mediaitem WHERE state = 'wanted' LIMIT 20",
}
SLOW = {"CRAWL_REQUEST_INTERVAL": "1", "VISIT_INTERVAL_MIN": "3600", "VISIT_INTERVAL_MAX": "3600"}


@dataclass
class Storm:
    """A house that had a hard time, and what it was made of."""

    house: Opened
    stranger: secrets.Stranger
    dice: random.Random
    ordered: int = 0
    kills: list[str] = field(default_factory=list)

    def rage(self) -> None:
        self._upset()
        for number, person in enumerate(PEOPLE):
            self.house.open()
            Visitor(self.house).sign_in(person)
            for name in self.dice.sample(LIFE, k=len(LIFE)):
                self._kill(name)
            if number == 0:
                self._kill("runner")
            elif number == 1:
                assert self.house.ask_to_close() == 0
                assert self.house.is_empty(15)
        time.sleep(self.dice.uniform(0.1, 1.0))
        self._forget_everything_rung()

    def left(self) -> str:
        """What is not settled, for whoever has to find out why."""
        return "\n".join(f"{table}: {self.house.sql(left)}" for table, left in LEFT.items())

    def _upset(self) -> None:
        instagram = self.house.instagram
        instagram.set_likes("cleo", WINDOW + 30)
        instagram.latency(0.05)
        self.ordered = spoil(instagram, self.dice, pages=40, media=1200)
        for skip in (3, 13, 23):
            instagram.fail("foreign_next_url", skip=skip, cursor=False, host=self.stranger.host)
            self.ordered += 1

    def _kill(self, name: str) -> None:
        time.sleep(self.dice.uniform(0.1, 1.0))
        self.house.kill(name)
        self.kills.append(name)

    def _forget_everything_rung(self) -> None:
        # The last to die may have been the keeper: then the bell has to come back first.
        assert until(self._is_flushed, PATIENCE, pause=0.1)

    def _is_flushed(self) -> bool:
        socket = places(self.house.data).sockets() / "valkey.sock"
        try:
            with redis.Redis(unix_socket_path=str(socket)) as bell:
                return bool(bell.flushall())
        except redis.RedisError:
            return False


@pytest.fixture(scope="module")
def dice() -> random.Random:
    seed = os.environ.get("FAULT_SEED") or str(time.time_ns())
    note(f"FAULT_SEED={seed} repeats these kills")
    return random.Random(seed)


@pytest.fixture(scope="module")
def storm(dice: random.Random) -> Iterator[Storm]:
    with folder() as data, Simulator(seed="storm") as instagram, secrets.stranger() as foreign:
        house = Opened(data, instagram, SLOW)
        try:
            storm = Storm(house, foreign, dice)
            storm.rage()
            began = time.monotonic()
            assert calm.comes_to_be_so(house, ALL_SETTLED), storm.left()
            note(f"{len(storm.kills)} kills; quiet after {time.monotonic() - began:.1f} s")
            yield storm
        finally:
            house.kill("runner")


def test_thirty_kills_lose_double_and_displace_nothing(storm: Storm) -> None:
    assert len(storm.kills) >= 30
    for person, user in PEOPLE.items():
        username = storm.house.one(
            "SELECT u.username FROM accounts_user u JOIN accounts_connection c ON c.user_id = u.id"
            f" WHERE c.username LIKE '{user}%'"
        )
        kept = storm.house.export(username)
        check_equal(storm.house.instagram, person, kept, least=WINDOW)
    assert storm.house.complaints() == []


def test_a_death_costs_the_service_what_was_under_way_at_the_most(storm: Storm) -> None:
    instagram, kills = storm.house.instagram, len(storm.kills)
    asked, faults = instagram.counts(), struck(instagram, storm.ordered)
    visits = storm.house.one("SELECT count(*) FROM harvester_crawl")
    pages, files = PAGES * visits, least_media(instagram, *PEOPLE)
    note(f"{asked['liked']} pages for {pages}, {asked['media']} files for {files}, faults {faults}")
    assert asked["liked"] <= pages + faults + kills * PAGES_AT_ONCE
    assert asked["media"] <= files + faults + kills * FILES_AT_ONCE


def test_no_secret_got_anywhere(storm: Storm) -> None:
    instagram = storm.house.instagram
    tokens = [instagram.token(person).rpartition(".")[2] for person in PEOPLE]
    assert secrets.found(storm.house, [*tokens, instagram.client_secret]) == []
    words = storm.house.words()
    assert not [name for name in ("access_token=", "?code=", "&state=") if name in words]
    assert storm.stranger.calls == 0


def test_the_search_for_secrets_would_find_one(storm: Storm) -> None:
    grant = storm.house.one('SELECT "grant" FROM accounts_connection')
    places = secrets.found(storm.house, [grant])
    assert "the database" in places
    assert len(places) > 1
