"""PostgreSQL refuses to run as root: how root runs it all the same, below any directory.

A user namespace in which we are nobody keeps files and rights as they are. Where namespaces are
refused (root in a plain container) the process becomes nobody and keeps one capability, that of
passing through directories closed to it: the cluster stays inside the data directory, even below
/root, so it lives on whatever volume the data directory is on.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from likelist.engines import processes
from likelist.engines.errors import EngineError
from likelist.engines.processes import LIBC

CAP_DAC_OVERRIDE = 1
# Also needed for the change itself: CHOWN, SETGID, SETUID, SETPCAP. Docker grants all five.
NEEDED = (0, CAP_DAC_OVERRIDE, 6, 7, 8)
CAPABILITIES_V3 = 0x20080522
PR_CAPBSET_READ = 23
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CANNOT = (
    "PostgreSQL cannot run as root here, since this container forbids both user namespaces and"
    " changing the user: run Likelist as an ordinary user, or set DATABASE_URL."
)


@dataclass(frozen=True)
class Guise:
    """As whom the database's programs run: words before the command, a call in the child, and the
    owner that the cluster's files must have (None: leave them)."""

    prefix: tuple[str, ...] = ()
    become: Callable[[], None] | None = None
    owner: int | None = None

    def own(self, directory: Path) -> None:
        """Hand a cluster to its owner, when another guise made it."""
        if self.owner is None or directory.stat().st_uid == self.owner:
            return
        for folder, _, files in os.walk(directory, topdown=False):
            for name in files:
                os.chown(Path(folder) / name, self.owner, -1, follow_symlinks=False)
            # The directory itself comes last: its owner says that all below is done.
            os.chown(folder, self.owner, -1)


def guise() -> Guise:
    """How this process can run PostgreSQL."""
    if os.geteuid() != 0:
        return Guise()
    nobody = _nobody()
    prefix = _namespace(nobody)
    if prefix:
        return Guise(prefix=prefix, owner=0)
    if not _can_drop():
        raise EngineError(CANNOT)
    return Guise(become=lambda: _become(nobody), owner=nobody)


def _nobody() -> int:
    # initdb asks for the name of its user, so the number must have one.
    for name in ("nobody", "daemon"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise EngineError(CANNOT)


def _namespace(user: int) -> tuple[str, ...]:
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    prefix = (unshare, "--user", f"--map-user={user}", f"--map-group={user}", "--")
    allowed = processes.run([*prefix, "true"]).returncode == 0
    return prefix if allowed else ()


def _can_drop() -> bool:
    return all(LIBC.prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1 for capability in NEEDED)


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Capabilities(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")]


def _become(user: int) -> None:
    """In the child, before exec: be `user`, with CAP_DAC_OVERRIDE kept across the exec."""
    # Without this bit access(2) forgets capabilities, and PostgreSQL does not find itself.
    _must(LIBC.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0))
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
    kept = 1 << CAP_DAC_OVERRIDE
    sets = (_Capabilities * 2)(_Capabilities(kept, kept, kept), _Capabilities(0, 0, 0))
    _must(LIBC.capset(ctypes.byref(_Header(CAPABILITIES_V3, 0)), sets))
    _must(LIBC.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0))


def _must(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), "the kernel refused the change of user")
