"""Stylesheets and scripts joined by use, so that a page asks for a handful of files.

A finder of Django's static files: what it joins is found, collected, hashed and compressed like
every other file, wherever that is done.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

STYLES = (
    *("fonts", "tokens", "tones", "base", "layout", "components", "papers"),
    *("dates", "pages", "doors", "coverage", "item"),
)
# What stands later wins, or runs later.
PARTS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "joined/style.css": [f"css/{name}.css" for name in STYLES],
        "joined/every.js": [f"js/{name}.js" for name in ("keys", "menu", "sheet", "offline")],
        "joined/like.js": [
            f"js/{name}.js" for name in ("lost", "reel", "steps", "zoom", "film", "info")
        ],
        "joined/wall.js": [f"js/{name}.js" for name in ("place", "list", "viewer")],
    }
)


class Joined(BaseFinder):
    """Finds the files of PARTS, and writes them whenever they are asked for."""

    def __init__(self, app_names: object = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.storage = FileSystemStorage(location=settings.DATA / "joined")

    def check(self, **kwargs: Any) -> list[Any]:
        """Nothing that a setting could have wrong."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Where it is, joined anew."""
        found = [str(self._write(path))] if path in PARTS else []
        return found if find_all else next(iter(found), [])

    def list(self, ignore_patterns: object) -> Iterator[tuple[str, FileSystemStorage]]:
        """All of them, with the storage that they are in."""
        for path in PARTS:
            self._write(path)
            yield path, self.storage

    def _write(self, path: str) -> Path:
        """Written beside and put in place, for whoever reads it at the same moment."""
        whole = Path(self.storage.path(path))
        whole.parent.mkdir(parents=True, exist_ok=True)
        beside = whole.with_name(f"{whole.name}-{os.getpid()}")
        beside.write_text(join(path), encoding="utf-8")
        return beside.replace(whole)


def join(path: str) -> str:
    """The parts of one of PARTS; of scripts, each keeps its names to itself."""
    texts = {part: (settings.BASE_DIR / "static" / part).read_text("utf-8") for part in PARTS[path]}
    form = "/* {} */\n{}\n" if path.endswith(".css") else "// {}\n{{\n{}\n}}\n"
    return "".join(form.format(part, text) for part, text in texts.items())
