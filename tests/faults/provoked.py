"""What a storm brings about on purpose, because chance alone would bring it too seldom."""

from __future__ import annotations

import signal
from collections.abc import Callable

from simulator.serve import Simulator
from tests.faults import tide, weather
from tests.faults.calm import PERSON
from tests.faults.raging import Storm

# Six pages, of which the visit that is broken off keeps three. Whatever comes on top later, one
# page is known as a whole, and below it something is missing until somebody walks on.
CUT_OFF, KEPT = 170, 3
# Six pages: some are left when the sleeper wakes up.
SLEPT = 180
# Enough to have pictures to fetch.
FILED = 20
# Calls that the last hour of a storm still allows, and visits that would like to make some.
LEFT, ASKING = 2, 5
# Who signs in is asked for once, before there is anything to count with.
COUNTED = ("liked", "post")
CALLS = "SELECT coalesce(sum(n), 0) FROM accounts_connection c, unnest(c.calls) n WHERE {whose}"
ENDED = "SELECT EXISTS (SELECT FROM harvester_crawl WHERE id > {newest} AND state = '{state}')"
ON_ITS_WAY = "SELECT EXISTS (SELECT FROM harvester_crawl WHERE id > {newest} AND pages > 0)"
USED_UP = "EXISTS (SELECT FROM harvester_crawl WHERE trouble = 'budget_used')"


def is_cut_off(storm: Storm) -> None:
    """A visit that the service ends half way; nothing new comes before the next."""
    storm.instagram.like(PERSON, CUT_OFF)
    storm.instagram.fail("not_found", match="liked", skip=KEPT)
    storm.ordered += 1
    newest = storm.newest()
    storm.time_passes(PERSON)
    storm.house.is_so(ENDED.format(newest=newest, state="failed"), 30.0)


def dies_with_a_page_in_hand(storm: Storm) -> None:
    """Somebody dies in the midst of a walk, after a page has come and before it is kept."""
    storm.instagram.like(PERSON, SLEPT)
    begun = ON_ITS_WAY.format(newest=storm.newest())
    storm.time_passes(PERSON)
    storm.house.is_so(begun, 30.0)
    storm.kill_at("page.fetched")


def is_slept_through(storm: Storm) -> None:
    """A walk over several pages, whose worker sleeps until another one walks on."""
    storm.instagram.like(PERSON, SLEPT)
    storm.instagram.latency(weather.DRAG)
    storm.time_passes(PERSON)
    storm.break_down(weather.ASLEEP)


def is_written_half(storm: Storm) -> None:
    """Somebody dies while a file is written; where that is nobody of ours, after its bytes came."""
    storm.instagram.like(PERSON, FILED)
    storm.time_passes(PERSON)
    storm.kill_at("media.verified" if storm.s3 else "media.half")


def slides(storm: Storm) -> None:
    """Likes that nobody saw in time: there has to be a gap, and it has to stay."""
    storm.slid += tide.slides(storm.instagram)


def slides_above_a_known_one(storm: Storm) -> None:
    """The same with one known like at the end of what is shown."""
    storm.slid += tide.slides_above_a_known_one(storm.instagram)


def is_liked_again(storm: Storm) -> None:
    """Un-liked and liked again: each takes a new place."""
    likes = storm.instagram.truth(PERSON)["likes"]
    for like in storm.dice.sample(likes, k=5):
        storm.instagram.relike(PERSON, post_id=like["post_id"])


# Each comes once in every storm, at the beginning of a round.
ACTS: tuple[Callable[[Storm], None], ...] = (
    is_cut_off,
    dies_with_a_page_in_hand,
    slides,
    is_slept_through,
    is_written_half,
    is_liked_again,
    slides_above_a_known_one,
)


def calls_beyond_the_hour(storm: Storm) -> int:
    """Let an hour be nearly used up, and ask for visits: how many calls are made beyond it."""
    house, theirs = storm.house, f"c.username LIKE '{PERSON}%'"
    house.told["CRAWL_REQUESTS_PER_HOUR"] = str(house.one(CALLS.format(whose=theirs)) + LEFT)
    for name in ("worker", "beat"):
        house.signal(house.service(name), signal.SIGKILL)
    before = calls(storm.instagram)
    for _ in range(ASKING):
        newest = storm.newest()
        storm.time_passes(PERSON)
        house.is_so(f"{ENDED.format(newest=newest, state='done')} OR {USED_UP}", 30.0)
    return max(0, calls(storm.instagram) - before - LEFT)


def calls_not_counted(storm: Storm) -> int:
    """How many calls the service saw that stand in nobody's count."""
    return max(0, calls(storm.instagram) - int(storm.house.one(CALLS.format(whose="true"))))


def calls(instagram: Simulator) -> int:
    """All that a connection may only make so many of in an hour."""
    counts = instagram.counts()
    return sum(counts.get(name, 0) for name in COUNTED)
