"""What a storm is made of: who dies, at which moments, and what else goes wrong."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg2
import redis

from likelist.engines.places import places
from likelist.engines.processes import until
from tests.faults import calm
from tests.faults.house import PATIENCE, kill
from tests.faults.tended import Tended
from tests.seaweed import Server

# How often who dies, of about as many kills; "at" is whoever passes a named moment.
KILLS = {
    "worker": 8,
    "pool child": 14,
    "decoder": 3,
    "beat": 3,
    "web": 2,
    "web child": 3,
    "keeper": 2,
    "at": 15,
}
# Moments that a visit passes at its beginning, and as it goes on; and that its pictures pass.
BEGINNING = ("tick.half", "tick.marked", "visit.taken", "page.asked")
WALKING = (
    *("page.fetched", "page.likes", "page.rows", "page.unsaved", "page.stored", "visit.proven"),
)
FETCHING = (
    *("media.claimed", "media.fetched", "media.verified", "media.half", "media.put"),
    *("media.unsaved", "media.referred", "preview.half"),
)
PASSED = (*BEGINNING, *WALKING, *FETCHING)
# Nothing of ours is written half where the storage is somebody else's.
NOT_WITH_S3 = ("media.half",)
# Moments of a sign-in; each costs one attempt.
ARRIVING = ("signin.exchanged", "signin.kept", "connection.adopted", "visits.opened")
ASLEEP = "worker asleep"
# Longer than a lease. Meanwhile each answer takes so long that whoever takes over is not done when
# the sleeper wakes up.
DOZE, DRAG = 6.0, 1.0
AWAY = 3.0


def forget_doorbells(house: Tended) -> None:
    """FLUSHALL."""
    with redis.Redis(unix_socket_path=str(_socket(house))) as bell:
        try:
            bell.flushall()
        except redis.RedisError:
            # Its keeper was killed a moment ago: then all is forgotten anyway.
            return


def kill_valkey(house: Tended) -> None:
    if pid := house.engine("valkey"):
        kill(pid)


def restart_database(house: Tended) -> None:
    """Shut down at once, as by `pg_ctl -m immediate`; its keeper starts it again."""
    _end_database(house, signal.SIGQUIT)


def kill_database(house: Tended) -> None:
    """Its first process dies, and has no time to tell the others."""
    _end_database(house, signal.SIGKILL)


def _end_database(house: Tended, sign: signal.Signals) -> None:
    broken = house.engine("postgres")
    if broken:
        kill(broken, sign)
        until(lambda: house.engine("postgres") not in {0, broken}, PATIENCE)


def cut_connections(house: Tended) -> None:
    """Every session of the database is ended from its side."""
    try:
        house.sql(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    except psycopg2.Error:
        return


def doze(house: Tended) -> None:
    """A worker stops for longer than its lease, in the middle of a walk if there is one."""
    house.instagram.latency(DRAG)
    house.is_so(calm.WALKING, AWAY)
    house.dozes(DOZE, calm.TAKEN_OVER.format(by=_walker(house)))
    house.instagram.latency(0.0)


def _walker(house: Tended) -> str:
    try:
        return str(house.one(calm.WALKER))
    except psycopg2.Error:
        return ""


def deploy(house: Tended) -> None:
    house.is_deployed()


def _socket(house: Tended) -> Path:
    return places(house.data).sockets() / "valkey.sock"


FAULTS: dict[str, Callable[[Tended], None]] = {
    "FLUSHALL": forget_doorbells,
    "valkey killed": kill_valkey,
    "database restarted": restart_database,
    "database killed": kill_database,
    "connections cut": cut_connections,
    ASLEEP: doze,
    "worker asked to end": deploy,
}


@contextmanager
def full(room: Path) -> Iterator[None]:
    """In the block the directory takes no file, whoever asks: not even root can make one there."""
    away = room.with_name(f"{room.name}.away")
    room.mkdir(exist_ok=True)
    room.rename(away)
    room.symlink_to("/proc/self/fdinfo")
    try:
        yield
    finally:
        room.unlink()
        away.rename(room)


def storage_gone(house: Tended, s3: Server | None) -> None:
    """For a while nothing can be put where pictures are kept."""
    gone: AbstractContextManager[None] = s3.down() if s3 else full(house.data / "media")
    with gone:
        time.sleep(AWAY)
