"""The engines live while somebody uses them, survive any death, and leave with the last user."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from likelist import engines
from likelist.engines import postgres
from likelist.engines.holding import keeper
from likelist.engines.places import LONGEST_NAME, LONGEST_SOCKET, places
from likelist.engines.processes import until
from tests.engines.conftest import SOON, all_gone, held, kill, sql, users_of

Holder = Callable[[Path], subprocess.Popen[str]]


def test_committed_rows_survive_the_kill_of_everything(lived_in: Path, holder: Holder) -> None:
    user = holder(lived_in)
    with engines.hold(lived_in, {}) as urls:
        sql(urls, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    kill(user.pid, *users_of(lived_in))
    with engines.hold(lived_in, {}) as urls:
        assert sql(urls, "SELECT count(*) FROM kept") == [(1000,)]


def test_the_engines_leave_with_the_last_user_however_it_went(
    lived_in: Path, holder: Holder
) -> None:
    one, two = holder(lived_in), holder(lived_in)
    kill(one.pid)
    one.wait()
    with engines.hold(lived_in, {}) as urls:
        assert sql(urls, "SELECT 1") == [(1,)]
    kill(two.pid)
    two.wait()
    assert all_gone(lived_in)


def test_the_engines_die_with_their_keeper_and_come_back(lived_in: Path) -> None:
    hold = engines.Hold(lived_in, {})
    hold.take()
    dead = keeper(hold.rooms)
    assert dead
    kill(dead)
    assert all_gone(lived_in)
    assert sql(hold.refresh(), "SELECT 1") == [(1,)]
    hold.release()


def test_a_killed_engine_is_started_again(lived_in: Path) -> None:
    with engines.hold(lived_in, {}) as urls:
        pid = int((lived_in / "engines/postgres/18/postmaster.pid").read_text().split()[0])
        kill(pid)
        assert until(lambda: _answers(urls), SOON)


def test_a_pid_file_that_names_a_stranger_does_not_stop_the_start(lived_in: Path) -> None:
    pid_file = lived_in / "engines/postgres/18/postmaster.pid"
    (lived_in / "engines/run").mkdir(mode=0o700)
    (lived_in / "engines/run/.s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n{pid_file.parent}\n")
    pid_file.write_text(f"{os.getpid()}\n{pid_file.parent}\n1\n5432\n/tmp\n\n  1 1\nready   \n")
    with engines.hold(lived_in, {}) as urls:
        assert sql(urls, "SELECT 1") == [(1,)]


def test_an_orphaned_server_in_the_directory_is_stopped_first(lived_in: Path) -> None:
    with engines.hold(lived_in, {}):
        serving = (lived_in / "engines/postgres/18/postmaster.pid").read_text()
        stopped = keeper(places(lived_in))
        assert stopped
        # A keeper that hangs is as good as dead; its children live on.
        os.kill(stopped, signal.SIGSTOP)
        (lived_in / "engines/keeper.lock").unlink()
        (lived_in / "engines/postgres.answer").unlink()
    with engines.hold(lived_in, {}) as urls:
        assert sql(urls, "SELECT 1") == [(1,)]
        assert (lived_in / "engines/postgres/18/postmaster.pid").read_text() != serving
    kill(stopped)


def test_a_half_made_cluster_is_made_anew(data: Path) -> None:
    half = data / "engines/postgres/18.making"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with engines.hold(data, {}) as urls:
        assert sql(urls, "SELECT current_database()") == [("likelist",)]
    assert not half.exists()


def test_a_doorbell_that_cannot_be_read_is_set_aside(lived_in: Path) -> None:
    files = lived_in / "engines/valkey/appendonlydir"
    files.mkdir(parents=True)
    (files / "appendonly.aof.manifest").write_text("nonsense\n")
    with engines.hold(lived_in, {}) as urls:
        assert "REDIS_URL" in urls
    assert list((lived_in / "engines").glob("valkey.broken-*"))


def test_two_directories_have_engines_of_their_own(lived_in: Path, neighbour: Path) -> None:
    with engines.hold(lived_in, {}) as here:
        with engines.hold(neighbour, {}) as there:
            sql(here, "CREATE TABLE only_here ()")
            assert sql(there, "SELECT to_regclass('only_here')") == [(None,)]
        assert sql(here, "SELECT to_regclass('only_here')") == [("only_here",)]


def test_a_path_too_long_for_a_socket_gets_a_short_private_one(data: Path) -> None:
    long = data / ("deep" * 12) / ("deeper" * 10)
    with engines.hold(long, {}) as urls:
        assert sql(urls, "SELECT 1") == [(1,)]
    sockets = places(long).sockets()
    assert len(str(sockets)) + len(LONGEST_NAME) <= LONGEST_SOCKET
    assert sockets.stat().st_mode & 0o077 == 0
    assert all_gone(long)
    shutil.rmtree(sockets)


def test_what_the_environment_names_is_not_started(data: Path) -> None:
    named = {"DATABASE_URL": "postgresql://elsewhere/x", "REDIS_URL": "redis://elsewhere/0"}
    with engines.hold(data, named) as urls:
        assert urls == {}
    assert not (data / "engines").exists()


def test_only_the_missing_engine_is_started(data: Path) -> None:
    with engines.hold(data, {"DATABASE_URL": "postgresql://elsewhere/x"}) as urls:
        assert list(urls) == ["REDIS_URL"]
    assert not (data / "engines/postgres").exists()


def test_a_directory_that_cannot_be_written_is_one_sentence(data: Path) -> None:
    (data / "engines").write_text("in the way")
    with pytest.raises((engines.EngineError, OSError)) as refused:
        held(data)
    assert str(data) in engines.sentence(refused.value)


def test_settings_are_those_of_a_careful_guest(lived_in: Path) -> None:
    with engines.hold(lived_in, {}) as urls:
        for name, value in {
            "fsync": "on",
            "full_page_writes": "on",
            "listen_addresses": "",
            "idle_in_transaction_session_timeout": "1min",
            "server_encoding": "UTF8",
            "TimeZone": "UTC",
        }.items():
            assert sql(urls, f"SHOW {name}") == [(value,)]
        # The order of names does not depend on the machine.
        assert sql(urls, "SELECT 'a' < 'B'") == [(False,)]


@pytest.mark.parametrize(
    ("memory", "pages", "cached"),
    [(512, "96MB", "384MB"), (4_096, "256MB", "1024MB"), (65_536, "1024MB", "16384MB")],
)
def test_the_database_takes_its_share_of_the_machine(memory: int, pages: str, cached: str) -> None:
    settings = postgres.tuning(memory)
    assert (settings["shared_buffers"], settings["effective_cache_size"]) == (pages, cached)


def test_of_a_large_machine_a_container_has_what_it_may_have(tmp_path: Path) -> None:
    limit = tmp_path / "memory.max"
    limit.write_text("402653184\n")
    assert postgres.machine(limit) == 384
    limit.write_text("max\n")
    assert postgres.machine(limit) == postgres.machine(tmp_path / "nothing") > 384


def _answers(urls: dict[str, str]) -> bool:
    try:
        return sql(urls, "SELECT 1") == [(1,)]
    except Exception:
        return False
