"""Root runs PostgreSQL in a user namespace, or as nobody where those are refused (a container)."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from likelist import runenv
from likelist.engines import unprivileged
from tests.engines.conftest import PYTHON, all_gone, fresh_terminal

HOLD = """
import os, sys
from pathlib import Path
from likelist import engines
import psycopg2
with engines.hold(Path(sys.argv[1]), {}) as urls:
    connection = psycopg2.connect(urls["DATABASE_URL"])
    cursor = connection.cursor()
    cursor.execute(sys.argv[2])
    print(cursor.fetchone()[0] if cursor.description else "")
    connection.commit()
    connection.close()
    pid = int((Path(sys.argv[1]) / "engines/postgres/18/postmaster.pid").read_text().split()[0])
    print(Path(f"/proc/{pid}").stat().st_uid)
"""

# Become what an ordinary user is, if we are root, and then the command given.
ORDINARY = """
import os, sys
from likelist.engines.unprivileged import guise
guise = guise()
if guise.become:
    guise.become()
command = [*guise.prefix, *sys.argv[1:]]
os.execv(command[0], command)
"""


@pytest.fixture
def refused(tmp_path: Path) -> str:
    """A PATH on which user namespaces are refused, as in a plain container."""
    unshare = tmp_path / "unshare"
    unshare.write_text("#!/bin/sh\necho 'unshare failed: Operation not permitted' >&2\nexit 1\n")
    unshare.chmod(0o755)
    return f"{tmp_path}:{os.environ['PATH']}"


@pytest.fixture
def closed_to_others(tmp_path: Path) -> Iterator[Path]:
    """A data directory below one that only its owner may pass, as /root is."""
    with tempfile.TemporaryDirectory(prefix="ll-closed-") as name:
        Path(name).chmod(0o700)
        yield Path(name) / "var"
        assert all_gone(Path(name))


def ask(data: Path, statement: str, path: str = os.environ["PATH"]) -> list[str]:
    done = subprocess.run(
        [PYTHON, "-c", HOLD, str(data), statement],
        cwd=runenv.ROOT,
        env=fresh_terminal(data, PATH=path),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert all_gone(data)
    return done.stdout.split()


def test_rows_outlive_a_change_of_guise(closed_to_others: Path, refused: str) -> None:
    as_namespace = ask(closed_to_others, "CREATE TABLE kept AS SELECT 7 AS n")
    as_nobody = ask(closed_to_others, "SELECT n FROM kept", refused)
    back = ask(closed_to_others, "SELECT n + 1 FROM kept")
    assert (as_nobody[0], back[0]) == ("7", "8")
    assert as_namespace[-1] == back[-1] == str(os.geteuid())


def test_a_cluster_made_where_namespaces_are_refused_lives_in_its_directory(
    closed_to_others: Path, refused: str
) -> None:
    assert ask(closed_to_others, "SELECT 7", refused)[0] == "7"
    assert (closed_to_others / "engines/postgres/18/PG_VERSION").is_file()


def test_an_ordinary_user_needs_no_guise(data: Path) -> None:
    home = data / "home"
    home.mkdir()
    unprivileged.guise().own(home)
    done = subprocess.run(
        [PYTHON, "-c", ORDINARY, PYTHON, "-c", HOLD, str(home / "var"), "SELECT 7"],
        cwd=runenv.ROOT,
        env=fresh_terminal(home / "var"),
        capture_output=True,
        text=True,
    )
    assert done.stdout.split()[:1] == ["7"], done.stderr
