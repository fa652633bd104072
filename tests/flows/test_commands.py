"""A house without workers, kept by commands alone: connect, crawl, export, verify."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable

import psutil
import pytest

from simulator.serve import Simulator
from tests.faults.house import House, until
from tests.faults.truth import check_equal
from tests.flows.conftest import NewHouse

CRAWL = ("crawl", "--user", "una")


@pytest.fixture(scope="module")
def quiet(new_house: NewHouse) -> House:
    """A house in which nothing runs, and una, who is connected by a token."""
    house = new_house()
    house.instagram.set_likes("una", 150)
    token = house.instagram.token("una")
    said = house.command("connect", "una", "--provider", "instagram", "--token", "-", typed=token)
    assert "connected to una" in said
    return house


@pytest.fixture
def instagram(quiet: House) -> Simulator:
    quiet.instagram.heal()
    quiet.instagram.forget_requests()
    return quiet.instagram


def test_a_killed_crawl_is_run_again_and_completes(quiet: House, instagram: Simulator) -> None:
    instagram.fail("missing_media", skip=5)
    instagram.fail("slow", match="liked", skip=2, seconds=30)
    killed = quiet.begin(*CRAWL)
    assert quiet.is_so("SELECT max(pages) = 2 FROM harvester_crawl")
    assert quiet.is_so("SELECT count(*) > 9 FROM archive_mediaitem WHERE state = 'stored'")
    killed.kill()
    killed.wait()
    instagram.forget_requests()
    assert "complete" in quiet.command(*CRAWL)
    # It went on at the page that was never answered: three of five were left.
    assert instagram.counts()["liked"] == 3
    kept = quiet.export("una")
    lost = [one for like in kept for one in like["media"] if one["state"] != "stored"]
    assert len(lost) == 1
    assert quiet.complaints() == []
    quiet.sql("UPDATE archive_mediaitem SET gone_at = NULL")
    assert "complete" in quiet.command(*CRAWL)
    check_equal(instagram, "una", quiet.export("una"), least=150)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("rate_limit", "slow down"), ("dead_token", "Reconnect"), ("retired", "closed this list")],
)
def test_a_crawl_that_cannot_go_on_says_why(
    quiet: House, instagram: Simulator, fault: str, reason: str
) -> None:
    instagram.fail(fault, match="liked", times=None)
    assert reason in quiet.command(*CRAWL, code=1)
    assert instagram.counts()["liked"] == 1
    instagram.heal()
    quiet.sql("UPDATE accounts_connection SET not_before = NULL, state = 'connected'")
    assert "complete" in quiet.command(*CRAWL)


Underway = Callable[[str], tuple[subprocess.Popen[bytes], psutil.Process]]


@pytest.fixture
def underway(quiet: House, instagram: Simulator) -> Underway:
    """Begin the crawl of somebody new: it waits for its last page. And who fetches beside it."""

    def begin(who: str) -> tuple[subprocess.Popen[bytes], psutil.Process]:
        instagram.set_likes(who, 60)
        token = instagram.token(who)
        quiet.command("connect", who, "--provider", "instagram", "--token", "-", typed=token)
        instagram.fail("slow", match="liked", skip=1, seconds=4)
        crawl = quiet.begin("crawl", "--user", who)
        assert quiet.is_so(ITEMS.format("> 9", who, "state = 'stored'"))
        children = psutil.Process(crawl.pid).children()
        return crawl, next(one for one in children if "manage.py" in " ".join(one.cmdline()))

    return begin


ITEMS = """SELECT count(*) {} FROM archive_mediaitem AS item JOIN accounts_user AS person
           ON person.id = item.user_id WHERE person.username = '{}' AND {}"""


def test_what_fetches_beside_a_crawl_ends_with_it(underway: Underway) -> None:
    crawl, fetching = underway("vera")
    crawl.kill()
    crawl.wait()
    assert until(lambda: not fetching.is_running(), 10, pause=0.1)


def test_a_crawl_beside_which_the_fetching_dies_fetches_what_is_left(
    quiet: House, underway: Underway
) -> None:
    crawl, fetching = underway("wilma")
    fetching.kill()
    assert crawl.wait() == 0
    assert {one["state"] for like in quiet.export("wilma") for one in like["media"]} == {"stored"}


def test_an_interrupted_crawl_hands_back_what_it_claimed(
    quiet: House, instagram: Simulator, underway: Underway
) -> None:
    instagram.fail("slow", match="media", skip=12, times=None, seconds=3)
    crawl, fetching = underway("xenia")
    assert quiet.is_so(ITEMS.format("> 0", "xenia", "claim IS NOT NULL"))
    crawl.send_signal(signal.SIGINT)
    assert crawl.wait() != 0
    assert until(lambda: not fetching.is_running(), 10, pause=0.1)
    assert quiet.is_so(ITEMS.format("= 0", "xenia", "claim IS NOT NULL"))
