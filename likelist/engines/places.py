"""Where the engines of one data directory keep what they have."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from likelist import runenv

# The kernel takes 107 bytes; PostgreSQL adds its own name to the directory.
LONGEST_SOCKET = 107
LONGEST_NAME = "/.s.PGSQL.5432.lock"
REMEMBERED = "ENGINE_SOCKETS"


@dataclass(frozen=True)
class Places:
    """The rooms below `data` (absolute)."""

    data: Path

    @property
    def home(self) -> Path:
        return self.data / "engines"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def keeper_lock(self) -> Path:
        return self.home / "keeper.lock"

    def wish(self, engine: str) -> Path:
        """Locked (shared) by everybody who uses the engine."""
        return self.home / f"{engine}.wanted"

    def answer(self, engine: str) -> Path:
        """Written by the keeper: that the engine is up, or why not."""
        return self.home / f"{engine}.answer"

    def make(self) -> None:
        for directory in (self.data, self.home, self.logs):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def sockets(self) -> Path:
        """A directory of ours alone, short enough for a socket; the same for every command."""
        inside = self.home / "run"
        if len(os.fsencode(inside)) + len(LONGEST_NAME) <= LONGEST_SOCKET:
            inside.mkdir(mode=0o700, parents=True, exist_ok=True)
            return inside
        return self._short_sockets()

    def _short_sockets(self) -> Path:
        # Not XDG_RUNTIME_DIR: it goes when its owner signs out, the house stays. The choice is
        # remembered, since TMPDIR differs from shell to shell.
        name = f"likelist-{hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]}"
        known = Path(runenv.load(self.data, {}).get(REMEMBERED, "."))
        if known.name.startswith(name) and _private(known):
            return known
        fresh = Path(tempfile.gettempdir()) / name
        if not _private(fresh):
            fresh = Path(tempfile.mkdtemp(prefix=f"{name}-"))
        runenv.put(self.data, {REMEMBERED: str(fresh)})
        return fresh


def places(data: Path) -> Places:
    """The rooms of a data directory, however it was written down."""
    return Places(Path(data).resolve())


def _private(directory: Path) -> bool:
    """Make `directory` if it is missing; False when it is somebody else's or open to others."""
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
        found = directory.lstat()
    except OSError:
        return False
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    return ours and stat.S_IMODE(found.st_mode) == 0o700
