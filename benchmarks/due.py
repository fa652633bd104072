"""A million schedules on the embedded PostgreSQL: how fast due feeds are handed out.

Half a million people with two feeds each; one has 5,000. One connection in fifty waits for its
person, one feed in fifty is paused. First after six hours without beat, when all of it is due;
then on a usual day; then when nothing is. Beside the clock the time that the database computed:
where others use the cores too, only that says something.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

# First of all: it starts the engines and tells Django's settings about them.
from tests import machine  # isort: split

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "likelist.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models.functions import Now  # noqa: E402

from harvester import opening, tick  # noqa: E402
from harvester.models import Crawl  # noqa: E402

PEOPLE, MANY, HANDED_OUT = 500_000, 5_000, 60_000


class Spent(NamedTuple):
    """Seconds for one batch."""

    clock: float
    computed: float


# Without a look at each key that they refer to.
_BEFORE = ("SET session_replication_role = replica", "SET synchronous_commit = off")
ROWS = (
    """
    INSERT INTO accounts_user (id, username, password, is_superuser, first_name, last_name, email,
                               is_staff, is_active, date_joined, theme, layout, keys, timezone)
    SELECT n, 'p' || n, '', false, '', '', '', false, true, now(), 'auto', 'wall', true, 'UTC'
      FROM generate_series(1, {people}) n""",
    """
    INSERT INTO accounts_connection (id, user_id, provider, instance, upstream_id, username,
                                     full_name, standing, state, trouble, "grant")
    SELECT n, CASE WHEN n % ({people} / {many} * 2) = 0 THEN 1 ELSE n END, 'instagram', '', n::text,
           'p' || n, '', 'signed_in', CASE WHEN n % 50 = 7 THEN 'needs_you' ELSE 'connected' END,
           '', ''
      FROM generate_series(1, {people}) n""",
    """
    INSERT INTO archive_feed (id, user_id, connection_id, kind, title, on_wall, entries_count,
                              visits, shown_most, held_entries, walked_whole_at)
    SELECT 2 * a.id + k, a.user_id, a.id, CASE k WHEN 0 THEN 'liked' ELSE 'own' END, '', k = 0, 300,
           9, 300, 0, now() - random() * interval '8 days'
      FROM accounts_connection a, generate_series(0, 1) k""",
    """
    INSERT INTO harvester_schedule (feed_id, next_visit_at, reason, paused_at, last_success_at,
                                    loses_at, most_found, pace, failures)
    SELECT id, now() - random() * interval '6 hours', '',
           CASE WHEN random() < 0.02 THEN now() END, now() - interval '12 hours',
           CASE kind WHEN 'liked' THEN now() + random() * interval '10 days' END, 20,
           '{{"900": 2, "86400": 20}}', 0
      FROM archive_feed""",
    """
    INSERT INTO harvester_crawl (feed_id, ceiling, number, state, finished_at, asked, whole,
        trouble, attempts, deaths, cursors_seen, idle_pages, restarts, looks_back, pages,
        new_entries, known_entries, rejected, wanted, unknown_keys, gaps, healed)
    SELECT id, 0, 9, 'done', now(), false, false, '', 0, 0, '[]', 0, 0, false, 1, 0, 3, 0, 0,
           '{{}}', 0, 0 FROM archive_feed""",
)
_AFTER = (
    "SET session_replication_role = DEFAULT",
    "SET synchronous_commit = DEFAULT",
    "VACUUM ANALYZE",
)


def main() -> None:
    """Make a million, hand them out, print."""
    machine.instagram.stop()  # nobody asks it here
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for sql in (*_BEFORE, *ROWS, *_AFTER):
            cursor.execute(sql.format(people=PEOPLE, many=MANY))
    _after_an_outage()
    _on_a_usual_day()
    print(f"an idle tick asks for {1000 * _median(tick._waiting):.1f} ms, one question")


def _after_an_outage() -> None:
    times: list[Spent] = []
    opened = 0
    while opened < HANDED_OUT:
        opened += _open(times)
        assert Crawl.objects.live().filter(feed__user=1).count() <= opening.OF_ONE
        _visited()
    _say("all of a million due", opened, times)


def _open(times: list[Spent]) -> int:
    began, computed = time.perf_counter(), _computed()
    opened = opening.open_due(opening.BATCH)
    times.append(Spent(time.perf_counter() - began, _computed() - computed))
    return opened


def _computed() -> float:
    """Seconds for which the other end of our connection had a core to itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone() or (0,)
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def _visited() -> None:
    """Workers have made the visits that were opened."""
    Crawl.objects.live().update(state=Crawl.State.DONE, finished_at=Now())


def _on_a_usual_day() -> None:
    """A few hundred are due, everybody else later."""
    times: list[Spent] = []
    opened = 0
    for turn in range(9):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE harvester_schedule SET next_visit_at = now() + CASE WHEN feed_id %% 2000 = "
                "%s THEN interval '-1 minute' ELSE random() * interval '1 day' END "
                "WHERE next_visit_at < now() OR feed_id %% 2000 = %s",
                [turn, turn],
            )
            cursor.execute("VACUUM ANALYZE harvester_schedule")
        opened += _open(times)
        _visited()
    _say("some hundred due of a million", opened, times)


def _say(what: str, opened: int, times: list[Spent]) -> None:
    waits = [1000 * spent.clock for spent in times]
    clock, computed = (opened / sum(column) for column in zip(*times, strict=True))
    slowest = statistics.quantiles(waits, n=20)[-1]
    print(
        f"{what}: {clock:,.0f} feeds/s by the clock, {computed:,.0f} a second of computing; "
        f"a batch {statistics.median(waits):.0f} ms, one in twenty {slowest:.0f} ms"
    )


def _median(call: Callable[[], object]) -> float:
    times = []
    for _ in range(20):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


if __name__ == "__main__":
    main()
