"""Every named moment once: a process dies there, the house recovers, and nothing is amiss."""

from __future__ import annotations

import hashlib
import os
import random
import re
import signal
import subprocess
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest
import requests

from likelist.engines.processes import until
from providers.crashpoints import POINTS
from simulator.serve import Simulator
from tests.faults import calm
from tests.faults.house import PATIENCE, folder
from tests.faults.tended import Tended
from tests.faults.truth import check_equal
from tests.faults.visitor import LONG, Visitor
from tests.faults.weather import ARRIVING, PASSED

BRINGING = ("upload.stored", "import.rows", "import.kept", "import.ordered", "upload.read")
SWEEPING = ("sweep.marked", "sweep.half", "sweep.emptied")
EXPORTING = ("export.half", "export.written")
SLICED, ASKED = "visit.released", "visit.opened"
PEOPLE = ("ines", "otto")
LIKES = 70
NOW = {"VISIT_INTERVAL_MIN": "3600", "VISIT_INTERVAL_MAX": "3600"}
TIME_PASSES = (
    "UPDATE harvester_schedule SET next_visit_at = now()",
    "UPDATE archive_mediaitem SET not_before = now()"
    " WHERE state = 'wanted' AND trouble = 'kills_workers'",
    "UPDATE harvester_import SET rung_at = NULL",
    "UPDATE harvester_chore SET next_at = now() WHERE name = 'previews'",
)
SETTLED = """
SELECT count(*) = {people} AND bool_and(completed_at IS NOT NULL)
   AND NOT EXISTS (SELECT FROM archive_mediaitem WHERE state = 'wanted')
   AND NOT EXISTS (SELECT FROM archive_blob WHERE previews IS NULL)
   AND NOT EXISTS (SELECT FROM harvester_crawl WHERE state IN ('queued', 'running', 'waiting'))
  FROM archive_feed f JOIN accounts_connection c ON c.id = f.connection_id
 WHERE c.standing <> 'file'
"""
NOBODY_IS_EXPECTED = """
SELECT bool_and(next_visit_at > now() + interval '1 minute')
   AND NOT EXISTS (SELECT FROM harvester_crawl WHERE state IN ('queued', 'running', 'waiting'))
  FROM harvester_schedule
"""
READ = "SELECT bool_and(state = 'done') AND count(*) = 1 FROM harvester_import"
BACKLOG = "SELECT count(*) FROM archive_mediaitem WHERE state = 'wanted'"
EACH_ROW_ONCE = """
SELECT count(*) = count(DISTINCT number) AND count(*) = min(total) AND min(total) > 0
  FROM harvester_importrow r JOIN harvester_import i ON i.id = r.file_id
"""
ON_THE_WALL = """
SELECT count(*) FROM archive_like l JOIN accounts_user u ON u.id = l.user_id
 WHERE on_wall AND u.username = '{user}'
"""
ONE_SLICE = """
import time
from harvester import lease, plan
from harvester.models import Schedule
from harvester.walk import Slice, walk
feed = Schedule.objects.select_related("feed").earliest("pk").feed
# A worker may be at it for a moment.
while (held := lease.take(plan.open_crawl(feed).pk)) is None:
    time.sleep(0.1)
walk(held, upto=Slice(pages=0), after_page=lambda *_: None)
"""


def test_every_point_is_tried() -> None:
    tried = [*ARRIVING, *PASSED, *BRINGING, *SWEEPING, *EXPORTING, SLICED, ASKED]
    assert sorted(tried) == sorted(POINTS)


@pytest.fixture(scope="module")
def house() -> Iterator[Tended]:
    with folder() as data, Simulator(seed="points") as instagram:
        house = Tended(data, instagram, {**NOW}, dice=random.Random(1))
        try:
            house.open()
            yield house
        finally:
            house.close()


def armed(house: Tended, *points: str) -> None:
    for point in points:
        (house.armed / point).touch()


def are_dead(house: Tended) -> bool:
    """Whether somebody has died at each of them; what waits until tomorrow is done now."""
    return until(lambda: not waiting(house), PATIENCE, pause=0.5)


def waiting(house: Tended) -> list[str]:
    for statement in TIME_PASSES:
        house.sql(statement)
    return [path.name for path in house.armed.iterdir()]


def names(house: Tended) -> dict[str, str]:
    """What everybody is called here, by who they are at the service."""
    rows = house.sql(
        "SELECT c.username, u.username FROM accounts_connection c"
        " JOIN accounts_user u ON u.id = c.user_id WHERE c.standing <> 'file'"
    )
    return {re.split(r"_\d+$", theirs)[0]: ours for theirs, ours in rows}


def settles(house: Tended) -> bool:
    """Whether all that was seen is fetched, and nobody is at work any more."""
    assert not waiting(house)
    return calm.comes_to_be_so(house, SETTLED.format(people=len(PEOPLE)))


def check(house: Tended) -> None:
    """All is here as it is there, once one more visit was made; the archive says so itself."""
    assert settles(house)
    now = house.one("SELECT now()")
    house.sql(TIME_PASSES[0])
    assert house.is_so(f"SELECT bool_and(last_success_at > '{now}') FROM harvester_schedule")
    assert settles(house)
    for person, username in names(house).items():
        check_equal(house.instagram, person, house.export(username), least=LIKES)
    assert house.complaints() == []


def sign_in(house: Tended, person: str) -> Visitor | None:
    """In, unless who lets people in dies over it."""
    visitor = Visitor(house)
    try:
        visitor.sign_in(person)
    except requests.RequestException:
        return None
    return visitor


@pytest.mark.faults
def test_a_death_at_any_moment_of_an_arrival_costs_one_more_try(house: Tended) -> None:
    for person in PEOPLE:
        house.instagram.set_likes(person, LIKES)
    for point, person in zip(ARRIVING, cycle(PEOPLE), strict=False):
        armed(house, point)
        # Whoever opens the visit may be a worker: then the person notices nothing.
        assert until(lambda who=person: sign_in(house, who) is not None, PATIENCE)
        assert are_dead(house), waiting(house)
    assert house.one("SELECT count(*) FROM accounts_user") == len(PEOPLE)


@pytest.mark.faults
def test_a_death_at_any_moment_of_a_visit_loses_and_doubles_nothing(house: Tended) -> None:
    armed(house, *PASSED)
    while waiting(house):
        if house.one(BACKLOG) < 50:
            for person in PEOPLE:
                house.instagram.like(person, 8)
        until(lambda: not waiting(house), 3.0, pause=0.5)
    check(house)


@pytest.mark.faults
def test_a_death_between_two_slices_is_taken_up_by_the_next(house: Tended) -> None:
    house.instagram.like("ines", 5)
    assert killed(house, SLICED, "shell", "-v", "0", "-c", ONE_SLICE)
    house.sql(TIME_PASSES[0])
    assert settles(house)


@pytest.mark.faults
def test_a_death_at_any_moment_of_an_import_keeps_each_row_once(house: Tended) -> None:
    (export,) = house.instagram.export("ines")
    armed(house, *BRINGING)
    assert until(lambda: is_sent(house, export), PATIENCE)
    assert are_dead(house), waiting(house)
    assert house.is_so(READ), house.sql("SELECT state, trouble, key FROM harvester_import")
    assert house.one(EACH_ROW_ONCE) is True


def is_sent(house: Tended, export: bytes) -> bool:
    visitor = sign_in(house, "ines")
    assert visitor
    page = visitor.get("/sources/import/").text
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    try:
        sent = visitor.session.post(
            f"{house.site}/sources/import/",
            data={"csrfmiddlewaretoken": token.group(1)},
            files={"files": ("likes.zip", export)},
            headers={"Referer": f"{house.site}/sources/import/"},
            timeout=LONG,
        )
    except requests.RequestException:
        return False
    return sent.ok


@pytest.mark.faults
def test_a_death_at_any_moment_of_the_sweep_removes_in_the_end_what_was_due(house: Tended) -> None:
    sha256 = hashlib.sha256(b"nobody's").hexdigest()
    place = Path(sha256[:2], sha256[2:4])
    media = house.data / "media"
    files = [
        media / "blobs" / place / sha256,
        media / "previews" / place / f"{sha256}-320.webp",
    ]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"nobody's")
    house.sql(
        "INSERT INTO archive_blob (sha256, size_bytes, content_type, colour, previews,"
        f" unreferenced_since) VALUES ('{sha256}', 8, 'image/jpeg', '', '[320]',"
        " now() - interval '2 days')"
    )
    # Uploads whose receiver or reader died.
    loose = [*(media / "uploads").iterdir()]
    assert len(loose) == 2
    for file in loose:
        os.utime(file, (0, 0))
    armed(house, *SWEEPING)
    due = "UPDATE harvester_chore SET next_at = now() WHERE name = 'sweep' RETURNING 1"
    gone = f"SELECT NOT EXISTS (SELECT FROM archive_blob WHERE sha256 = '{sha256}')"
    assert until(lambda: house.sql(due) and house.is_so(gone, 2.0), PATIENCE)
    assert waiting(house) == []
    assert [file for file in (*files, *loose) if file.exists()] == []
    assert house.complaints() == []


@pytest.mark.faults
def test_a_death_while_somebody_takes_their_likes_along_leaves_no_half_file(
    house: Tended, tmp_path: Path
) -> None:
    file, username = tmp_path / "likes.jsonl", names(house)["ines"]
    taken_along = ("export", username, "--output", str(file))
    for point in EXPORTING:
        assert killed(house, point, *taken_along)
        assert not file.exists()
    house.command(*taken_along)
    assert len(file.read_text().splitlines()) == house.one(ON_THE_WALL.format(user=username))


@pytest.mark.faults
def test_a_death_right_after_somebody_asked_for_a_visit_leaves_it_to_the_next(
    house: Tended,
) -> None:
    username = names(house)["ines"]
    # Who asks while a visit is due or under way is given that one, and opens none.
    assert house.is_so(NOBODY_IS_EXPECTED)
    assert killed(house, ASKED, "crawl", "--user", username)
    house.command("crawl", "--user", username)
    check(house)


def killed(house: Tended, point: str, *words: str) -> bool:
    """Whether a command dies at its first pass of a point."""
    told = {**house.told, "CRASH_AT": f"{point}:1"}
    command = Tended(house.data, house.instagram, told, port=house.port).begin(*words)
    try:
        return command.wait(PATIENCE) == -signal.SIGKILL
    except subprocess.TimeoutExpired:
        command.kill()
        return False
