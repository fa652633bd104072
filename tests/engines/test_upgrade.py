"""An older major's cluster is dumped with its own programs and restored, never abandoned.

No older major is at hand in every test run, so a cluster is put down under an older name with its
own copy of the programs, as a former Likelist leaves it; all else is the real way.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from likelist import engines
from tests.engines.conftest import all_gone, held, sql

ROWS = "CREATE TABLE kept AS SELECT n, 'Ünï ' || n AS words FROM generate_series(1, 5000) n"


@pytest.fixture
def older(lived_in: Path) -> Path:
    """A data directory that PostgreSQL 17 left behind, with 5000 rows."""
    with engines.hold(lived_in, {}) as urls:
        sql(urls, ROWS)
        sql(urls, "CREATE EXTENSION pg_trgm")
        sql(urls, "CREATE INDEX kept_words ON kept USING gin (words gin_trgm_ops)")
    assert all_gone(lived_in)
    room = lived_in / "engines/postgres"
    for name in ("18", "18.programs"):
        (room / name).rename(room / name.replace("18", "17"))
    return lived_in


def test_every_row_index_and_extension_is_carried_over(older: Path) -> None:
    with engines.hold(older, {}) as urls:
        assert sql(urls, "SELECT count(*), max(words) FROM kept") == [(5000, "Ünï 999")]
        assert sql(urls, "SELECT to_regclass('kept_words')::text") == [("kept_words",)]
        assert sql(urls, "SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'") == [(1,)]


def test_the_old_directory_is_kept_until_the_new_one_has_come_up_again(older: Path) -> None:
    room = older / "engines/postgres"
    held(older)
    assert all_gone(older)
    assert (room / "17.kept" / "PG_VERSION").is_file()
    held(older)
    assert all_gone(older)
    assert sorted(path.name for path in room.iterdir()) == ["18", "18.programs"]


def test_an_upgrade_that_failed_changes_nothing_and_says_what_to_do(older: Path) -> None:
    room = older / "engines/postgres"
    shutil.rmtree(room / "17.programs")
    with pytest.raises(engines.EngineError, match="start the Likelist that wrote it once"):
        held(older)
    assert all_gone(older)
    assert (room / "17" / "PG_VERSION").is_file()
    assert not (room / "18").exists()


def test_an_upgrade_that_was_killed_begins_again(older: Path) -> None:
    room = older / "engines/postgres"
    (room / "17.dump").write_text("cut off")
    (room / "18.restoring").mkdir()
    (room / "18.restoring.making").mkdir()
    with engines.hold(older, {}) as urls:
        assert sql(urls, "SELECT count(*) FROM kept") == [(5000,)]


def test_a_newer_cluster_is_refused_not_touched(lived_in: Path) -> None:
    room = lived_in / "engines/postgres"
    (room / "18").rename(room / "99")
    with pytest.raises(engines.EngineError, match="written by PostgreSQL 99"):
        held(lived_in)
    assert (room / "99" / "PG_VERSION").is_file()
