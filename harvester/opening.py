"""Handing out what is due: visits for many feeds at once, opened by one statement a batch.

A batch takes from both ends of what is due, SEEN of each: the longest overdue, and those that
could lose something next; of each person one after the other, never more than a few at once.
What must not be visited now (paused, not connected, closed for all, still under way) is put
off, so that it does not stand in the way of the others.

Each feed costs as few pages as may be, as the tables are larger than the memory: what is seldom
true (deactivated, not connected, closed, under way) is asked of small partial indexes, and a
schedule that was read is found again by its place (ctid). Who changes it in between is passed by.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connection, transaction

from accounts import upstream
from archive.models.feed import BLOCK
from harvester.models import Crawl
from harvester.plan import ENTRIES_A_WALK, WHOLE_WALK_EVERY
from providers.crashpoints import crashpoint

BATCH, SEEN = 1_000, 600
# Visits of one person that are under way at once: their commits wait for each other anyway.
OF_ONE = 8
# What must not be visited is looked at again so much later; who has had their turn, this much.
LATER, SOON = 600, 60

_OPEN = """
WITH overdue AS MATERIALIZED (
    SELECT ctid AS at, feed_id, next_visit_at, loses_at FROM harvester_schedule
     WHERE next_visit_at <= statement_timestamp()
     ORDER BY next_visit_at LIMIT %(seen)s
), at_risk AS MATERIALIZED (
    SELECT ctid AS at, feed_id, next_visit_at, loses_at FROM harvester_schedule
     WHERE next_visit_at <= statement_timestamp() AND loses_at IS NOT NULL
       AND (SELECT count(*) FROM overdue) = %(seen)s
     ORDER BY loses_at LIMIT %(seen)s
), due AS (
    SELECT s.at, s.feed_id, f.user_id, f.connection_id, f.kind, f.window, f.visits,
           f.walked_whole_at, f.held_at, f.held_accepted_at, f.entries_count,
           least(row_number() OVER (ORDER BY s.loses_at, s.next_visit_at),
                 row_number() OVER (ORDER BY s.next_visit_at)) AS place
      FROM (SELECT * FROM overdue UNION SELECT * FROM at_risk) AS s
      JOIN archive_feed f ON f.id = s.feed_id
), first AS (
    SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY place, feed_id) AS turn
      FROM due ORDER BY turn, place, feed_id LIMIT %(batch)s
), claimed AS MATERIALIZED (
    SELECT first.*, s.paused_at FROM first
      JOIN harvester_schedule s ON s.ctid = first.at
     -- Written as a difference, of which the database has no statistics: few due schedules in
     -- the table are many in a batch, and joins of "one row" go through all others each time.
     WHERE s.next_visit_at - statement_timestamp() <= interval '0'
       FOR UPDATE OF s SKIP LOCKED
), busy AS MATERIALIZED (
    SELECT f.user_id, count(*) AS visits
      FROM harvester_crawl c JOIN archive_feed f ON f.id = c.feed_id
     WHERE c.state IN ('queued', 'running') GROUP BY f.user_id
), judged AS MATERIALIZED (
    SELECT claimed.*, claimed.turn + coalesce(busy.visits, 0) <= %(of_one)s AS has_turn,
           paused_at IS NULL
               AND NOT EXISTS (
                   SELECT FROM accounts_user u
                    WHERE u.id = claimed.user_id AND NOT u.is_active)
               AND NOT EXISTS (
                   SELECT FROM accounts_connection a
                    WHERE a.id = claimed.connection_id
                      AND (a.state <> 'connected' OR a.standing = 'file'))
               AND NOT EXISTS (
                   SELECT FROM harvester_halt h
                    WHERE h.kind = claimed.kind AND (h.provider, h.instance) = (
                       SELECT a.provider, a.instance FROM accounts_connection a
                        WHERE a.id = claimed.connection_id))
               -- OFFSET: one by one. How many are under way the database would have to guess.
               AND NOT EXISTS (
                   SELECT FROM harvester_crawl c
                    WHERE c.feed_id = claimed.feed_id
                      AND c.state IN ('queued', 'running', 'waiting') OFFSET 0) AS may
      FROM claimed LEFT JOIN busy USING (user_id)
), opened AS (
    INSERT INTO harvester_crawl (feed_id, number, ceiling, whole, {columns})
    SELECT j.feed_id,
           1 + greatest(j.visits, (
               SELECT c.number FROM harvester_crawl c WHERE c.feed_id = j.feed_id
                ORDER BY c.number DESC LIMIT 1)),
           coalesce(((SELECT e.rank FROM archive_entry e WHERE e.feed_id = j.feed_id
                       ORDER BY e.rank DESC LIMIT 1) >> {bits}) + 2, 1) << {bits},
           j.walked_whole_at IS NULL
               OR statement_timestamp() - j.walked_whole_at > %(whole_every)s AND (
                   NOT {endless}
                   OR statement_timestamp() - j.walked_whole_at
                      > %(whole_every)s * greatest(1, j.entries_count / %(entries)s))
               OR EXISTS (SELECT FROM archive_entry e WHERE e.feed_id = j.feed_id
                             AND e.unseen_at IS NOT NULL AND e.missing_since IS NULL)
                  AND NOT {endless}
               OR j.held_at IS NOT NULL AND (j.held_accepted_at IS NOT NULL OR NOT {endless}),
           {values}
      FROM judged j WHERE j.may AND j.has_turn ORDER BY j.turn, j.place, j.feed_id
    ON CONFLICT DO NOTHING
    RETURNING feed_id
), told AS (
    SELECT at, may, feed_id IN (SELECT feed_id FROM opened) AS is_opened FROM judged
), put_off AS (
    UPDATE harvester_schedule s
       SET next_visit_at = statement_timestamp() + (0.75 + 0.25 * random()) * CASE
               WHEN is_opened THEN %(longest)s
               WHEN may THEN %(soon)s * interval '1 second'
               ELSE %(later)s * interval '1 second' END,
           last_visit_at = CASE WHEN is_opened THEN statement_timestamp()
                                ELSE s.last_visit_at END
      FROM told WHERE s.ctid = told.at
)
SELECT (SELECT count(*) FROM opened), (SELECT count(*) FROM claimed)
"""
# Asked only for feeds of which something depends on it.
_ENDLESS = """(j."window" IS NULL AND (
    SELECT a.provider FROM accounts_connection a WHERE a.id = j.connection_id
) || ' ' || j.kind = ANY(%(endless)s))"""
_GIVEN = {"id", "feed", "number", "ceiling", "whole"}


def open_due(most: int) -> int:
    """Open visits for up to about `most` feeds that are due; how many that were.

    Safe to run twice at once: each feed is claimed by one, whoever comes second passes it by.
    """
    opened = 0
    # Not another question for the last few.
    while most - opened > most // 10:
        new, claimed = _batch(min(BATCH, most - opened))
        if new:
            crashpoint("visits.opened")
        opened += new
        if not claimed:
            break
    return opened


def _batch(size: int) -> tuple[int, int]:
    """Claim so many due feeds and open what may be: how many were opened, how many claimed."""
    rest = _defaults()
    values = {
        "batch": size,
        "seen": SEEN,
        "of_one": OF_ONE,
        "endless": _endless(),
        "whole_every": WHOLE_WALK_EVERY,
        "entries": float(ENTRIES_A_WALK),
        "longest": settings.VISIT_INTERVAL_MAX,
        "soon": SOON,
        "later": LATER,
        **rest,
    }
    sql = _OPEN.format(
        columns=", ".join(rest),
        values=", ".join(f"%({column})s" for column in rest),
        bits=BLOCK.bit_length() - 1,
        endless=_ENDLESS,
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        opened, claimed = cursor.fetchone() or (0, 0)
    return opened, claimed


def _defaults() -> dict[str, Any]:
    """What a new visit says in every other column, as the model has it."""
    return {
        field.column: field.get_db_prep_save(field.get_default(), connection)
        for field in Crawl._meta.concrete_fields
        if field.name not in _GIVEN and not field.null and not field.has_db_default()  # type: ignore[attr-defined]  # unknown to the stubs
    }


def _endless() -> list[str]:
    """The lists of which their service shows everything, with its name."""
    return [
        f"{service.key} {kind.key}"
        for service in upstream.services()
        for kind in service.kinds.values()
        if kind.window is None
    ]
