"""Handing out what is due: visits for many feeds at once, opened by one statement a batch.

A batch takes from both ends of what is due, SEEN of each: the longest overdue, and those that
could lose something next; of each person one after the other, never more than a few at once.
What must not be visited now (paused, not connected, closed for all, still under way) is put
off, so that it does not stand in the way of the others. A visit that is not over is the newest
of its feed: asked like that, the database need not guess how many are under way.
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
    SELECT id, feed_id, next_visit_at, loses_at FROM harvester_schedule
     WHERE next_visit_at <= statement_timestamp()
     ORDER BY next_visit_at LIMIT %(seen)s
), at_risk AS MATERIALIZED (
    SELECT id, feed_id, next_visit_at, loses_at FROM harvester_schedule
     WHERE next_visit_at <= statement_timestamp() AND loses_at IS NOT NULL
       AND (SELECT count(*) FROM overdue) = %(seen)s
     ORDER BY loses_at LIMIT %(seen)s
), due AS (
    SELECT s.id, s.feed_id, f.user_id, f.connection_id, f.kind, f.window, f.visits,
           f.walked_whole_at, f.entries_count,
           least(row_number() OVER (ORDER BY s.loses_at, s.next_visit_at),
                 row_number() OVER (ORDER BY s.next_visit_at)) AS place
      FROM (SELECT * FROM overdue UNION SELECT * FROM at_risk) AS s
      JOIN archive_feed f ON f.id = s.feed_id
), first AS (
    SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY place, id) AS turn
      FROM due ORDER BY turn, place, id LIMIT %(batch)s
), claimed AS MATERIALIZED (
    SELECT first.*, s.paused_at FROM first
      JOIN harvester_schedule s ON s.id = first.id
     WHERE s.next_visit_at <= statement_timestamp()
       FOR UPDATE OF s SKIP LOCKED
), busy AS MATERIALIZED (
    SELECT f.user_id, count(*) AS visits
      FROM harvester_crawl c JOIN archive_feed f ON f.id = c.feed_id
     WHERE c.state IN ('queued', 'running') GROUP BY f.user_id
), judged AS MATERIALIZED (
    SELECT claimed.id, claimed.feed_id, turn, place, walked_whole_at, entries_count,
           greatest(newest.number, claimed.visits) AS last_number,
           coalesce("window" IS NULL AND a.provider || ' ' || kind = ANY(%(endless)s), false)
               AS is_endless,
           claimed.turn + coalesce(busy.visits, 0) <= %(of_one)s AS has_turn,
           claimed.paused_at IS NULL AND a.state = 'connected' AND a.standing <> 'file'
               AND u.is_active
               AND NOT EXISTS (
                   SELECT FROM harvester_halt h WHERE h.provider = a.provider
                      AND h.instance = a.instance AND h.kind = claimed.kind)
               AND coalesce(newest.state NOT IN ('queued', 'running', 'waiting'), true) AS may
      FROM claimed LEFT JOIN busy USING (user_id)
      JOIN accounts_connection a ON a.id = claimed.connection_id
      JOIN accounts_user u ON u.id = claimed.user_id
      LEFT JOIN LATERAL (
          SELECT c.number, c.state FROM harvester_crawl c WHERE c.feed_id = claimed.feed_id
           ORDER BY c.number DESC LIMIT 1) AS newest ON true
), opened AS (
    INSERT INTO harvester_crawl (feed_id, number, ceiling, whole, {columns})
    SELECT j.feed_id, j.last_number + 1,
           coalesce(((SELECT e.rank FROM archive_entry e WHERE e.feed_id = j.feed_id
                       ORDER BY e.rank DESC LIMIT 1) >> {bits}) + 2, 1) << {bits},
           j.walked_whole_at IS NULL
               OR statement_timestamp() - j.walked_whole_at > %(whole_every)s * CASE
                   WHEN j.is_endless THEN greatest(1, j.entries_count / %(entries)s) ELSE 1 END
               OR EXISTS (SELECT FROM archive_entry e WHERE e.feed_id = j.feed_id
                             AND e.unseen_at IS NOT NULL AND e.missing_since IS NULL),
           {values}
      FROM judged j WHERE j.may AND j.has_turn ORDER BY j.turn, j.place, j.id
    ON CONFLICT DO NOTHING
    RETURNING feed_id
), put_off AS (
    UPDATE harvester_schedule s
       SET next_visit_at = statement_timestamp() + (0.75 + 0.25 * random()) * CASE
               WHEN opened.feed_id IS NOT NULL THEN %(longest)s
               WHEN judged.may THEN %(soon)s * interval '1 second'
               ELSE %(later)s * interval '1 second' END,
           last_visit_at = CASE WHEN opened.feed_id IS NULL THEN s.last_visit_at
                                ELSE statement_timestamp() END
      FROM judged LEFT JOIN opened USING (feed_id) WHERE s.id = judged.id
)
SELECT (SELECT count(*) FROM opened), (SELECT count(*) FROM claimed)
"""
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
