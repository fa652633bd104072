"""What the library's rows can know about themselves, asked with one query a rule.

Each query returns the ids of rows that break its rule; read within a `snapshot`, so that a
page that is just being kept is there as a whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from archive.finding import SHOWN, Finding


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, the query for what breaks it, and what to do then."""

    name: str
    rule: str
    broken: str
    remedy: str


OURS = "This is a fault of ours: please report it, with these ids."

RULES = (
    Rule(
        "owners",
        "everything under a person is theirs",
        """
        SELECT 'feed ' || f.id FROM archive_feed f
          JOIN accounts_connection c ON c.id = f.connection_id WHERE c.user_id <> f.user_id
        UNION ALL
        SELECT 'entry ' || e.id FROM archive_entry e
          JOIN archive_feed f ON f.id = e.feed_id
          JOIN archive_like l ON l.id = e.like_id WHERE f.user_id <> l.user_id
        UNION ALL
        SELECT 'like ' || l.id FROM archive_like l
          JOIN archive_feed f ON f.id = l.wall_feed_id WHERE f.user_id <> l.user_id
        UNION ALL
        SELECT 'medium ' || m.id FROM archive_mediaitem m
          JOIN archive_like l ON l.id = m.like_id WHERE m.user_id <> l.user_id
        """,
        "Stop the house and restore a backup: somebody's rows hang under somebody else.",
    ),
    Rule(
        "ranks",
        "ranks are unique in every feed",
        "SELECT min(id) FROM archive_entry GROUP BY feed_id, rank HAVING count(*) > 1",
        OURS,
    ),
    Rule(
        "places",
        "every like hangs on the wall where its entry stands",
        """
        SELECT l.id FROM archive_like l
          LEFT JOIN archive_entry e ON e.like_id = l.id AND e.feed_id = l.wall_feed_id
         WHERE l.wall_feed_id IS NOT NULL AND e.rank IS DISTINCT FROM l.rank
        UNION
        SELECT l.id FROM archive_like l
          JOIN archive_entry e ON e.like_id = l.id
          JOIN archive_feed f ON f.id = e.feed_id AND f.on_wall
         WHERE l.wall_feed_id IS NULL
        """,
        OURS,
    ),
    Rule(
        "liked_at",
        "liked-at follows the order of every feed, where it was not said",
        """
        SELECT id FROM (
            SELECT id, liked_at,
                   lag(liked_at) OVER (PARTITION BY wall_feed_id ORDER BY rank) AS below
              FROM archive_like WHERE wall_feed_id IS NOT NULL AND is_settled AND NOT is_exact
        ) settled WHERE liked_at < below
        """,
        OURS,
    ),
    Rule(
        "liked_at_said",
        "what is called exact was said by a liked feed",
        """
        SELECT l.id FROM archive_like l
         WHERE l.is_exact AND NOT EXISTS (
            SELECT FROM archive_entry e JOIN archive_feed f ON f.id = e.feed_id AND f.on_wall
             WHERE e.like_id = l.id AND e.liked_at = l.liked_at)
        """,
        OURS,
    ),
    Rule(
        "liked_at_range",
        "liked-at lies between what is known for sure",
        """
        SELECT id FROM archive_like
         WHERE is_settled AND (liked_at < liked_after OR liked_at > liked_before)
        """,
        OURS,
    ),
    Rule(
        "entries",
        "the entries of every feed are counted right",
        """
        SELECT f.id FROM archive_feed f
          LEFT JOIN (SELECT feed_id, count(*) AS kept FROM archive_entry GROUP BY 1) e
            ON e.feed_id = f.id
         WHERE f.entries_count <> coalesce(kept, 0)
        """,
        OURS,
    ),
)


def rows() -> Iterator[Finding]:
    """The rules of the library's rows, one after the other."""
    for rule in RULES:
        count, examples = ask(rule.broken)
        yield Finding(rule.name, rule.rule, rule.remedy, count, examples)


def ask(broken: str, asked: Mapping[str, Any] | None = None) -> tuple[int, list[Any]]:
    """How many rows a query returns, and the first few of them; `asked` is what it leaves open."""
    counted = f"""
        WITH broken (id) AS ({broken})
        SELECT (SELECT count(*) FROM broken), ARRAY(SELECT id FROM broken ORDER BY id LIMIT {SHOWN})
    """  # noqa: S608  # the queries are written in this house
    with connection.cursor() as cursor:
        cursor.execute(counted, asked)
        count, examples = cursor.fetchone()
    return count, examples
