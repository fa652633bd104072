"""One part of a house at a time dies, sleeps or is missing: what must hold meanwhile and after."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from likelist import engines
from likelist.engines.places import places
from likelist.engines.processes import until
from likelist.runner.services import Service
from simulator.serve import Simulator
from tests.faults.house import PATIENCE, House, folder, kill
from tests.faults.truth import check_equal
from tests.faults.visitor import Visitor
from tests.faults.weather import full

pytestmark = pytest.mark.faults

ONLY_WHEN_CALLED = {"VISIT_INTERVAL_MIN": "3600", "VISIT_INTERVAL_MAX": "3600"}
THEIRS = """
  FROM harvester_crawl v JOIN archive_feed f ON f.id = v.feed_id
  JOIN accounts_connection c ON c.id = f.connection_id WHERE c.username LIKE '{person}%'
"""
SETTLED = """
SELECT (SELECT bool_and(is_settled) AND count(*) >= {likes} FROM archive_like l
          JOIN accounts_connection c ON c.user_id = l.user_id WHERE c.username LIKE '{person}%')
   AND NOT EXISTS (SELECT FROM archive_mediaitem WHERE state = 'wanted')
"""
LATEST_PAGES = "SELECT (array_agg(v.pages ORDER BY v.number DESC))[1] = {pages}" + THEIRS
TIME_PASSES = "UPDATE harvester_schedule SET next_visit_at = now()"
# A visit on its way says at its end when the next one is, whatever was said meanwhile.
AT_REST = """
SELECT NOT EXISTS (SELECT FROM harvester_crawl WHERE state IN ('queued', 'running', 'waiting'))
"""
COUNTED = ("pages", "new_entries", "known_entries", "wanted")


class Story:
    """What happens to one person in the house."""

    def __init__(self, house: House, person: str, likes: int) -> None:
        self.house, self.person = house, person
        house.instagram.set_likes(person, likes)
        self.visitor = Visitor(house)

    def begins(self) -> None:
        self.visitor.sign_in(self.person)

    def has_read(self, pages: int) -> bool:
        """Whether the latest visit has come to have read so many pages."""
        return self.house.is_so(LATEST_PAGES.format(person=self.person, pages=pages))

    def ends_well(self, likes: int) -> bool:
        """Everything is here, in order, whole, and the archive says so itself."""
        assert self.house.is_so(SETTLED.format(person=self.person, likes=likes))
        username = self.house.one(
            "SELECT u.username FROM accounts_user u JOIN accounts_connection c ON c.user_id = u.id"
            f" WHERE c.username LIKE '{self.person}%'"
        )
        check_equal(self.house.instagram, self.person, self.house.export(username), least=likes)
        return self.house.complaints() == []

    def check_now(self) -> str:
        """Where the button leads that asks for a visit."""
        mine = f"FROM accounts_connection WHERE username LIKE '{self.person}%'"
        return f"/sources/{self.house.one('SELECT id ' + mine)}/check/"

    def figure(self, what: str) -> int:
        return int(self.house.one(f"SELECT {what}" + THEIRS.format(person=self.person)))


@pytest.fixture(scope="module")
def furnished() -> Iterator[House]:
    """A house with web and beat on engines of its own; workers come with the tests."""
    with folder() as data, Simulator(seed="deaths") as instagram:
        hold = engines.Hold(data, {})
        house = House(data, instagram, {**hold.take(), **ONLY_WHEN_CALLED})
        try:
            house.prepare()
            house.start(house.web(), house.beat())
            yield house
        finally:
            house.close()
            hold.release()


@pytest.fixture
def house(furnished: House) -> Iterator[House]:
    """The same with one worker, which is not there yet or has ended well."""
    furnished.instagram.forget_requests()
    yield furnished
    furnished.instagram.heal()
    furnished.end(*workers(furnished))


def workers(house: House) -> list[Service]:
    return [service for service in house.services if service.name == "worker"]


def hire(house: House, name: str = "worker") -> Service:
    worker = house.worker(name)
    house.start(worker)
    return worker


def test_a_crash_after_page_one_of_three_new_ones_leaves_no_hole(house: House) -> None:
    story = Story(house, "ines", 120)
    hire(house)
    story.begins()
    assert story.ends_well(120)
    house.instagram.like("ines", 80)
    house.instagram.fail("slow", match="liked", skip=1, seconds=30)
    house.sql(TIME_PASSES)
    assert story.has_read(1)
    house.end(*workers(house))
    hire(house)
    assert story.ends_well(200)


def test_a_worker_that_slept_through_its_lease_writes_nothing(house: House) -> None:
    story = Story(house, "sam", 150)
    sleeper = hire(house, "sleeper")
    house.instagram.fail("slow", match="liked", skip=2, seconds=8)
    story.begins()
    assert story.has_read(2)
    house.signal(sleeper, signal.SIGSTOP)
    hire(house, "other")
    assert story.ends_well(150)
    before = [story.figure(f"sum({counted})") for counted in COUNTED]
    house.signal(sleeper, signal.SIGCONT)
    assert until(lambda: _is_idle(sleeper), 60), sleeper.words()
    # The walk finds it out when it commits, the heartbeat when it renews: whichever is first.
    refused = ("visit is not ours any more", "lease lost crawl")
    assert any(said in sleeper.words() for said in refused), sleeper.words()
    assert [story.figure(f"sum({counted})") for counted in COUNTED] == before
    assert story.ends_well(150)


def _is_idle(worker: Service) -> bool:
    """Whether every visit that it took up is over, in one way or another."""
    begun = re.findall(r"tasks\.crawl\[(\S+)\] received", worker.words())
    over = re.findall(r"tasks\.crawl\[(\S+)\] (?:succeeded|raised)", worker.words())
    return bool(begun) and set(begun) == set(over)


def test_two_beats_fifty_doorbells_and_three_workers_make_one_visit(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = Story(house, "otto", 300)
    # Nobody dies here: a slow machine must not let a lease run out.
    monkeypatch.setitem(house.told, "CRAWL_LEASE", "30")
    for name in ("one", "two", "three"):
        hire(house, name)
    second = house.beat()
    house.start(second)
    house.instagram.latency(0.05)
    story.begins()
    visit = story.figure("max(v.id)")
    rings = f"from harvester import tasks\nfor _ in range(50): tasks.crawl.delay({visit})"
    house.command("shell", "-v", "0", "-c", rings)
    assert story.ends_well(300)
    house.instagram.latency(0)
    house.end(second)
    assert story.figure("count(*)") == 1
    assert house.instagram.counts()["liked"] == 10
    assert "deadlock" not in house.words()


def test_without_a_doorbell_the_pages_answer_and_the_visit_goes_on_later(house: House) -> None:
    story = Story(house, "vera", 150)
    hire(house)
    house.instagram.fail("slow", match="liked", skip=2, seconds=8)
    story.begins()
    assert story.has_read(2)
    keeper = house.keeper()
    assert keeper
    # Nobody is there to start it again.
    os.kill(keeper, signal.SIGSTOP)
    kill(house.engine("valkey"))
    newcomer = Story(house, "vito", 40)
    newcomer.begins()
    for path in ("/likes/", "/welcome/", "/sources/", "/healthz/ready"):
        assert newcomer.visitor.get(path).status_code == 200
    checked = newcomer.visitor.post(newcomer.check_now(), page="/sources/")
    assert "Checking now" in checked.text
    os.kill(keeper, signal.SIGCONT)
    assert newcomer.ends_well(40)
    assert story.ends_well(150)


def test_a_doorbell_that_is_killed_and_back_at_once_leaves_nobody_deaf(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = Story(house, "viola", 40)
    monkeypatch.setitem(house.told, "WORKER_PULSE", str(tmp_path / "pulse"))
    hire(house)
    story.begins()
    assert story.ends_well(40)
    # Who listens on a channel may wait there for ever for a word that was said to who was killed.
    with redis.Redis(unix_socket_path=str(places(house.data).sockets() / "valkey.sock")) as valkey:
        assert valkey.client_list(_type="pubsub") == []
    for _ in range(3):
        assert house.is_so(AT_REST)
        newest = house.one("SELECT max(id) FROM harvester_crawl")
        house.sql(TIME_PASSES)
        assert house.is_so(f"SELECT count(*) > 0 FROM harvester_crawl WHERE id > {newest}")
        assert until(lambda: house.engine("valkey") > 0, PATIENCE)
        kill(house.engine("valkey"))
    assert house.is_so(AT_REST)
    assert story.figure("count(*) FILTER (WHERE v.state = 'done')") == 4
    assert time.time() - (tmp_path / "pulse").stat().st_mtime < 120


def test_a_database_that_breaks_off_comes_back_and_the_visit_goes_on(house: House) -> None:
    story = Story(house, "petra", 150)
    hire(house)
    house.instagram.fail("slow", match="liked", skip=2, seconds=8)
    story.begins()
    assert story.has_read(2)
    broken = house.engine("postgres")
    os.kill(broken, signal.SIGQUIT)
    assert until(lambda: house.engine("postgres") not in {0, broken}, PATIENCE)
    assert story.ends_well(150)
    assert story.visitor.get("/likes/").status_code == 200


@pytest.mark.parametrize("room", ["media", "tmp"])
def test_a_disk_that_takes_no_pictures_costs_no_like_and_no_picture(
    house: House, room: str
) -> None:
    story = Story(house, f"dirk{room}", 40)
    hire(house)
    with full(house.data / room):
        story.begins()
        told = "SELECT count(*) > 0 FROM archive_mediaitem WHERE state = 'wanted' AND trouble = "
        assert house.is_so(f"{told} 'storage'")
        assert house.is_so("SELECT bool_and(v.state = 'done')" + THEIRS.format(person="dirk"))
        assert story.visitor.get("/likes/").status_code == 200
    assert story.ends_well(40)
