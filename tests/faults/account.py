"""What a storm was and what came of it, as figures that can be written down."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable
from math import ceil
from typing import Any

from tests.faults import calm, damage, provoked, secrets, tide
from tests.faults.damage import Damage
from tests.faults.planned import PAGE, Plan
from tests.faults.raging import Storm, storm
from tests.faults.upstream import struck

# What was left out of a list has to be walked below so far before a visit may stop.
LOOKS_BELOW = 3
THEIRS = """
  JOIN archive_feed f ON f.id = {table}.feed_id
  JOIN accounts_connection c ON c.id = f.connection_id AND c.username LIKE '{person}%'
"""
HOLES = f"""
SELECT g.upper, g.lower FROM archive_gap g {THEIRS}
 WHERE g.state IN ('open', 'lost') AND g.lower IS NOT NULL
"""
VISITS = f"""
SELECT v.whole, v.pages, v.new_entries, v.state, v.looks_back
  FROM harvester_crawl v {THEIRS} ORDER BY v.number
"""
NAME = """
SELECT u.username FROM accounts_user u
  JOIN accounts_connection c ON c.user_id = u.id AND c.username LIKE '{person}%'
"""
Visit = tuple[bool, int, int, str, bool]


def of(plan: Plan) -> tuple[dict[str, Any], str]:
    """Let a storm rage, wait until all is quiet, and count; the house's logs beside."""
    began = time.monotonic()
    with storm(plan) as raging:
        raging.rage(provoked.ACTS)
        raging.tell(f"{raging.killed} kills")
        quiet = raging.is_quiet()
        raging.tell("quiet")
        row = {
            **_what_it_was(raging),
            **_what_it_cost(raging),
            **_what_came_of_it(raging, is_whole=quiet is not None),
            "quiet": quiet,
            "over_budget": 0 if quiet is None else provoked.calls_beyond_the_hour(raging),
            "seconds": round(time.monotonic() - began),
        }
        raging.tell("counted")
        return row, raging.house.words()


def _what_it_was(raging: Storm) -> dict[str, Any]:
    return {
        "seed": raging.plan.seed,
        "storage": "S3" if raging.s3 else "disk",
        "first_likes": raging.plan.likes,
        "rounds": raging.rounds,
        "kills": dict(raging.kills),
        "points": dict(raging.points),
        "faults": dict(raging.faults),
        "spoilt": struck(raging.instagram, raging.ordered),
        "days": raging.days,
        "slid": raging.slid,
    }


def _what_it_cost(raging: Storm) -> dict[str, Any]:
    asked, house = raging.instagram.counts(), raging.house
    visits = {person: _visits(raging, person) for person in calm.PEOPLE}
    return {
        "pages": asked.get("liked", 0),
        "least_pages": sum(
            least_pages(visits[person], _shown(raging, person)) for person in visits
        ),
        "files": asked.get("media", 0),
        "least_files": house.one("SELECT count(*) FROM archive_mediaitem"),
        "storage_failed": house.words().count("storage failed"),
        "uncounted": provoked.calls_not_counted(raging),
        "troubles": dict(Counter(re.findall(r"met trouble crawl=\d+ code=(\w+)", house.words()))),
        "visits": visits,
    }


def _what_came_of_it(raging: Storm, *, is_whole: bool) -> dict[str, Any]:
    """Nothing is missing yet while it is still being fetched: then there are no such figures."""
    instagram, house = raging.instagram, raging.house
    found = [_damage(raging, person) for person in calm.PEOPLE] if is_whole else []
    secret = [instagram.token(person).rpartition(".")[2] for person in calm.PEOPLE]
    return {
        "likes": sum(len(instagram.truth(person)["likes"]) for person in calm.PEOPLE),
        **(sum(found[1:], found[0]).figures if found else {}),
        "half_files": len(raging.half),
        "stuck": raging.stuck,
        "complaints": [one["name"] for one in house.complaints()],
        "leaks": secrets.found(house, [*secret, instagram.client_secret]),
    }


def _damage(raging: Storm, person: str) -> Damage:
    house = raging.house
    truth = raging.instagram.truth(person, hashes=True)
    kept = house.export(house.one(NAME.format(person=person)))
    holes = [(upper, lower) for upper, lower in house.sql(HOLES.format(table="g", person=person))]
    return damage.assess(truth, kept, holes, slid=raging.slid if person == tide.PERSON else 0)


def _visits(raging: Storm, person: str) -> list[Visit]:
    rows = raging.house.sql(VISITS.format(table="v", person=person))
    return [(whole, pages, new, state, back) for whole, pages, new, state, back in rows]


def _shown(raging: Storm, person: str) -> int:
    """Over how many pages the service shows somebody's list at the most."""
    shown = tide.WINDOW if person == tide.PERSON else raging.plan.window
    return ceil(shown / PAGE)


def least_pages(visits: Iterable[Visit], shown: int) -> int:
    """How many pages somebody's visits had to ask for, at the most as many as they kept.

    A visit may stop at a page without anything new; where something was left out, some pages
    below. What a visit that was broken off has kept has to be walked again by the next.
    """
    pages, walked = 0, 0
    for whole, kept, new, state, looks_back in visits:
        if state != "done":
            pages, walked = pages + kept, walked + new
            continue
        down = ceil((new + walked) / PAGE) + 1 + LOOKS_BELOW
        pages, walked = pages + min(kept, (shown if whole else down) + looks_back), 0
    return pages
