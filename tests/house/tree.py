"""The files of the house, as a fresh clone has them."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path

from likelist.runenv import ROOT

FLOORS = ("likelist", "harvester", "archive", "accounts", "providers")
ROOMS = (*FLOORS, "simulator")
# What a working copy has beside a fresh clone.
_NOT_OURS = re.compile(
    r"^(\.git|\.venv|var|staticfiles|shots|node_modules|\.[a-z_]+_cache|\.hypothesis)(/|$)"
    r"|(^|/)__pycache__(/|$)|\.pyc$"
)


@lru_cache
def files(*endings: str) -> tuple[Path, ...]:
    """Every file of ours with one of these endings."""
    return tuple(
        path
        for folder in _folders(ROOT)
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name.endswith(endings) and not _is_foreign(path)
    )


def name(path: Path) -> str:
    """A file's place in the project."""
    return path.relative_to(ROOT).as_posix()


@lru_cache
def modules(*rooms: str) -> tuple[Path, ...]:
    """The Python files of these rooms; of all the code that is delivered when none is named."""
    return tuple(path for path in files(".py") if name(path).split("/")[0] in (rooms or ROOMS))


@lru_cache
def parsed(path: Path) -> ast.Module:
    """A Python file as a tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@lru_cache
def imports(path: Path) -> frozenset[str]:
    """The modules that a file names in its imports, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def _folders(folder: Path) -> list[Path]:
    inside = [path for path in sorted(folder.iterdir()) if path.is_dir() and not _is_foreign(path)]
    return [folder, *(found for path in inside for found in _folders(path))]


def _is_foreign(path: Path) -> bool:
    return bool(_NOT_OURS.search(name(path)))
