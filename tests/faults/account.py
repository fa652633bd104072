"""What a storm was and what came of it, as figures that can be written down."""

from __future__ import annotations

import time
from math import ceil
from typing import Any

from tests.faults import damage, secrets
from tests.faults.house import note
from tests.faults.raging import PAGE, PERSON, Plan, Storm, storm
from tests.faults.upstream import struck

# A visit is over when it has met so many known likes.
SEAM = 3
# What nobody lost lies between two entries that we have.
FALSE_GAPS = (
    "SELECT count(*) FROM archive_gap WHERE state IN ('open', 'lost') AND lower IS NOT NULL"
)
VISITS = """
SELECT v.whole, v.pages, v.new_entries, v.state, v.looks_back
  FROM harvester_crawl v ORDER BY v.number
"""


def of(plan: Plan) -> tuple[dict[str, Any], str]:
    """Let a storm rage, wait until all is quiet, and count; the house's logs beside."""
    began = time.monotonic()
    with storm(plan) as raging:
        raging.rage()
        note(f"seed {plan.seed}: {raging.killed} kills in {time.monotonic() - began:.0f} s")
        quiet = raging.is_quiet()
        row = {
            **_what_it_was(raging),
            **_what_it_cost(raging),
            **_what_came_of_it(raging, is_whole=quiet is not None),
            "quiet": quiet,
            "seconds": round(time.monotonic() - began),
        }
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
    }


def _what_it_cost(raging: Storm) -> dict[str, Any]:
    asked, house = raging.instagram.counts(), raging.house
    return {
        "pages": asked.get("liked", 0),
        "least_pages": _least_pages(raging),
        "files": asked.get("media", 0),
        "least_files": house.one("SELECT count(*) FROM archive_mediaitem"),
        "storage_failed": house.words().count("storage failed"),
        "visits": [list(row) for row in house.sql(VISITS)],
    }


def _what_came_of_it(raging: Storm, *, is_whole: bool) -> dict[str, Any]:
    """Nothing is missing yet while it is still being fetched: then there are no such figures."""
    instagram, house = raging.instagram, raging.house
    truth = instagram.truth(PERSON, hashes=True)
    kept = house.export(house.one("SELECT username FROM accounts_user")) if is_whole else []
    secret = [instagram.token(PERSON).rpartition(".")[2], instagram.client_secret]
    return {
        "likes": len(truth["likes"]),
        **(damage.assess(truth, kept).figures if is_whole else {}),
        "false_gaps": house.one(FALSE_GAPS),
        "complaints": [one["name"] for one in house.complaints()],
        "leaks": secrets.found(house, secret),
    }


def _least_pages(raging: Storm) -> int:
    """How many pages the visits that there were had to ask for."""
    shown = ceil(raging.plan.likes / PAGE)
    return sum(
        shown + looks_back if whole else ceil((new + SEAM) / PAGE)
        for whole, _, new, state, looks_back in raging.house.sql(VISITS)
        if state == "done"
    )
