"""Many people's archives at once, written in SQL as visits would have left them.

Like number `k` is the `k`-th that anybody made: its time, its rank and its place on disk grow
with it, and whose it is is drawn. So a page of somebody's wall lies scattered over the table,
as it does where visits of many people have taken turns for years.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple

import psycopg2
from psycopg2.extensions import cursor as Cursor

from benchmarks import captions
from benchmarks.house import House

# Person 1 made every tenth like, person 2 so many, the rest is unequally everybody else's.
TENTH, FEW = 10, 500
MOST_PEOPLE = 10_000
TABLES = ("archive_like", "archive_entry", "archive_mediaitem", "archive_blob")


class Size(NamedTuple):
    """How many likes, and of how many people."""

    likes: int

    @property
    def people(self) -> int:
        return min(MOST_PEOPLE, max(10, self.likes // 100))

    @property
    def much(self) -> int:
        """The likes of person 1."""
        return self.likes // TENTH

    @property
    def captions(self) -> int:
        """Of so many different ones each has its caption."""
        return min(captions.POOL, self.likes)


def build(home: House, size: Size) -> None:
    """Everything, in one transaction: whoever interrupts it begins anew."""
    with closing(psycopg2.connect(home.database)) as connection, connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0; SET session_replication_role = replica")
        cursor.execute("SET work_mem = '256MB'; SET maintenance_work_mem = '1GB'")
        cursor.execute(f"TRUNCATE {', '.join(TABLES)}, accounts_user CASCADE")
        indexes = list(_indexes(cursor))
        for _, without, _ in indexes:
            cursor.execute(without)
        fill(cursor, size)
        for name, _, again in indexes:
            _step(cursor, name, again)
        connection.commit()
        connection.autocommit = True
        _step(cursor, "vacuum", "VACUUM ANALYZE")


def fill(cursor: Cursor, size: Size) -> None:
    """The rows, into tables without people."""
    _pool(cursor, size.captions)
    for name, sql in _STEPS.items():
        _step(cursor, name, sql.format(**_words(size)))


def _words(size: Size) -> dict[str, object]:
    return {
        "likes": size.likes,
        "people": size.people,
        "every": size.likes // FEW,
        "oldest": size.likes // 10,
        "pool": size.captions,
        "clustered": captions.CLUSTERED,
        "whose": _WHOSE.format(every=size.likes // FEW, people=size.people),
        "when": _WHEN.format(likes=size.likes),
    }


def _step(cursor: Cursor, name: str, sql: str) -> None:
    began = time.perf_counter()
    cursor.execute(sql)
    print(f"  {name}: {time.perf_counter() - began:.0f} s", flush=True)


def _pool(cursor: Cursor, size: int) -> None:
    cursor.execute(
        "CREATE TEMP TABLE pool (id serial, caption text, hashtags text[], document tsvector)"
    )
    rows = ("\t".join(fields).replace("\\", "\\\\") for fields in captions.pool(size))
    cursor.copy_expert("COPY pool (caption, hashtags, document) FROM STDIN", _File(rows))
    cursor.execute("ANALYZE pool")


class _File(io.TextIOBase):
    """Lines, as COPY reads them."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def read(self, size: int | None = -1, /) -> str:
        return "".join(f"{line}\n" for _, line in zip(range(500), self._lines, strict=False))


def _indexes(cursor: Cursor) -> Iterator[tuple[str, str, str]]:
    """The product's own indexes, how each is dropped and how it is made again.

    Not those of primary keys: others refer to them, and what comes in order costs them little.
    """
    cursor.execute(_INDEXES, [list(TABLES)])
    for table, name, made, constraint in cursor.fetchall():
        if constraint:
            alter = f"ALTER TABLE {table}"
            add = f"{alter} ADD CONSTRAINT {name} {constraint}"
            yield name, f"{alter} DROP CONSTRAINT {name}", add
        else:
            yield name, f"DROP INDEX {name}", made


_INDEXES = """
SELECT c.relname, quote_ident(i.relname), pg_get_indexdef(x.indexrelid),
       pg_get_constraintdef(k.oid)
  FROM pg_index x
  JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
  LEFT JOIN pg_constraint k ON k.conindid = x.indexrelid AND k.contype = 'u'
 WHERE c.relname = ANY(%s) AND NOT x.indisprimary
"""
_DRAWN = "((hashint8extended(k, {seed}) & 1048575) / 1048576.0)"
_WHOSE = (
    "CASE WHEN k % 10 = 0 THEN 1 WHEN k % {every} = 1 THEN 2 "
    f"ELSE 3 + floor(({{people}} - 2) * power({_DRAWN.format(seed=1)}, 2)) END"
)
_WHEN = "timestamptz '2012-05-01' + k * (interval '14 years' / {likes})"
_STEPS = {
    "people": """
INSERT INTO accounts_user (id, username, password, is_superuser, first_name, last_name, email,
                           is_staff, is_active, date_joined, theme, layout, keys, timezone)
SELECT n, 'p' || n, '', false, '', '', '', false, true, '2012-01-01', 'auto', 'wall', true, 'UTC'
  FROM generate_series(1, {people}) n;
INSERT INTO accounts_connection (id, user_id, provider, instance, upstream_id, username, full_name,
                                 standing, state, trouble, "grant")
SELECT n, n, 'instagram', '', n::text, 'p' || n, '', 'signed_in', 'connected', '', ''
  FROM generate_series(1, {people}) n""",
    "likes": """
INSERT INTO archive_like (id, user_id, provider, post_id, author_id, author, author_name, caption,
    link, place, hashtags, posted_at, attached, hearsay, heard_names, is_vague, liked_at,
    liked_after, liked_before, is_settled, is_exact, wall_feed_id, rank, kept_at, document)
SELECT k, {whose}, 'instagram', ((k * 2654435761) & 1099511627775)::text, by, 'author' || by,
       'An Author', p.caption || old, 'https://www.instagram.com/p/B' || k || '/', '', p.hashtags,
       {when} - interval '2 days', '[]', '{{}}', '{{}}', false, {when}, {when}, {when}, true, false,
       {whose}, k * 65536, {when},
       p.document || ('author' || by || ':30 an:31 author:32' || old)::tsvector
  FROM (SELECT k, floor(200000 * power((hashint8extended(k, 2) & 1048575) / 1048576.0, 3))::int
                  AS by,
               CASE WHEN k <= {oldest} AND (k / 10) % 2 = 0 THEN ' {clustered}' ELSE '' END AS old,
               1 + (hashint8extended(k, 3) & 2147483647) % {pool} AS said
          FROM generate_series(1, {likes}::bigint) k) made
  JOIN pool p ON p.id = said""",
    "entries": """
INSERT INTO archive_entry (id, feed_id, like_id, rank, placed_at, first_seen_at, last_seen_at,
                           placed_visit, last_visit)
SELECT k, {whose}, k, k * 65536, {when}, {when}, {when}, 1, 1
  FROM generate_series(1, {likes}::bigint) k""",
    "months": """
CREATE TEMP TABLE months AS
SELECT user_id, date_trunc('month', liked_at AT TIME ZONE 'UTC')::date AS month, count(*) AS likes,
       min(rank) AS bottom, max(rank) AS top
  FROM archive_like GROUP BY 1, 2;
INSERT INTO archive_monthcount (user_id, month, likes) SELECT user_id, month, likes FROM months;
INSERT INTO archive_feed (id, user_id, connection_id, kind, title, on_wall, entries_count, visits,
    covered_top, covered_bottom, shown_most, held_entries, completed_at, walked_whole_at)
SELECT n, n, n, 'liked', '', true, coalesce(sum(likes), 0), 1, max(top), min(bottom), 300, 0,
       now(), now()
  FROM generate_series(1, {people}) n LEFT JOIN months ON user_id = n GROUP BY n;
INSERT INTO harvester_schedule (feed_id, next_visit_at, reason, last_success_at, most_found, pace,
                                failures)
SELECT n, now() + interval '1 year', '', now(), 20, '{{}}', 0 FROM generate_series(1, {people}) n;
INSERT INTO harvester_crawl (feed_id, ceiling, number, state, began_at, finished_at, asked, whole,
    trouble, attempts, deaths, cursors_seen, idle_pages, restarts, looks_back, pages,
    new_entries, known_entries, rejected, wanted, unknown_keys, gaps, healed)
SELECT n, 0, 1, 'done', now(), now(), false, false, '', 0, 0, '[]', 0, 0, false, 1, 0, 3, 0, 0,
       '{{}}', 0, 0 FROM generate_series(1, {people}) n""",
    # Of the two who are looked at: one picture, three in every eighth, none in every fiftieth.
    "pictures": """
CREATE TEMP TABLE shown AS
SELECT k, {whose} AS whose, at, encode(sha256((k || ' ' || at)::bytea), 'hex') AS sha256,
       (ARRAY[640, 640, 800, 480])[1 + (k / 10) % 4] AS height
  FROM generate_series(1, {likes}::bigint) k,
       generate_series(0, CASE WHEN (k / 10) % 8 = 3 THEN 2 ELSE 0 END) at
 WHERE (k % 10 = 0 OR k % {every} = 1) AND (k / 10) % 50 <> 7;
INSERT INTO archive_blob (sha256, size_bytes, content_type, width, height, colour, previews,
                          stored_at)
SELECT sha256, 104000, 'image/jpeg', 640, height, '#' || left(sha256, 6), '[320]', now()
  FROM shown;
INSERT INTO archive_mediaitem (user_id, like_id, kind, position, source_url, width, height, alt,
    state, blob_id, attempts, deaths, trouble, refused_sha256, refused_times, is_copy)
SELECT whose, k, 'image', at, 'https://cdn.example/' || k || '.jpg', 640, height, '', 'stored',
       sha256, 0, 0, '', '', 0, false
  FROM shown""",
    "numbers": """
SELECT setval(pg_get_serial_sequence(t, 'id'), {likes} + 1)
  FROM unnest(ARRAY['archive_like', 'archive_entry', 'archive_feed', 'accounts_user',
                    'accounts_connection']) t""",
}
