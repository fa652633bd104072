"""When a house is at rest, and what ends its rest: as its database says it."""

from __future__ import annotations

from contextlib import suppress

import psycopg2

from likelist.engines.processes import until
from tests.faults import tide
from tests.faults.house import PATIENCE, House

PERSON = "storm"
PEOPLE = (PERSON, tide.PERSON)
TIME_PASSES = """
UPDATE harvester_schedule s SET next_visit_at = now()
  FROM archive_feed f JOIN accounts_connection c ON c.id = f.connection_id
 WHERE f.id = s.feed_id AND c.username LIKE '{person}%'
"""
# By chance the same visit or file was struck alone: it is left in peace until tomorrow.
A_DAY_PASSES = (
    "UPDATE harvester_schedule SET next_visit_at = now() WHERE failures > 0",
    "UPDATE archive_mediaitem SET not_before = now()"
    " WHERE state = 'wanted' AND trouble = 'kills_workers'",
)
SETTLED = f"""
SELECT count(*) = {len(PEOPLE)} AND bool_and(state = 'done')
  FROM (SELECT DISTINCT ON (feed_id) state FROM harvester_crawl ORDER BY feed_id, number DESC) v
"""
NEWEST = "SELECT coalesce(max(id), 0) FROM harvester_crawl"
BEGUN = "SELECT EXISTS (SELECT FROM harvester_crawl WHERE id > {newest} AND state <> 'queued')"
WALKING = "SELECT EXISTS (SELECT FROM harvester_crawl WHERE state = 'running')"
VISITED = f"""
SELECT ({SETTLED})
   AND (SELECT count(DISTINCT feed_id) = {len(PEOPLE)} FROM harvester_crawl WHERE id > {{newest}})
"""
# And nobody works any more.
ALL_QUIET = f"""
SELECT ({VISITED}) AND NOT EXISTS (SELECT FROM archive_mediaitem WHERE state = 'wanted')
   AND NOT EXISTS (SELECT FROM harvester_crawl WHERE lease IS NOT NULL)
"""
# Who walks, and whether somebody else does by now.
WALKER = "SELECT coalesce(max(lease::text), '') FROM harvester_crawl WHERE state = 'running'"
TAKEN_OVER = (
    "SELECT EXISTS (SELECT FROM harvester_crawl WHERE state = 'running' AND lease::text <> '{by}')"
)


def comes_to_be_so(house: House, statement: str) -> bool:
    """Whether the database comes to answer yes; what is left for tomorrow is done today.

    Again and again: who was struck last is counted only when somebody else takes over.
    """

    def one_more_day() -> bool:
        # Who was killed last may be the keeper: then the database comes back first.
        with suppress(psycopg2.Error):
            for passing in A_DAY_PASSES:
                house.sql(passing)
        return house.is_so(statement, 5.0)

    return until(one_more_day, PATIENCE)
