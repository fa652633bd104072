"""What has happened in this world since it began, so that a restart remembers."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO


class Diary:
    """An append-only file beside the start time; it survives kill -9 of its writer."""

    def __init__(self, folder: Path, seed: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^A-Za-z0-9_-]", "_", seed)[:40] or "world"
        self._path = folder / f"{name}.jsonl"
        self._past = list(_whole_lines(self._path))
        if not self._past:
            self._past = [["begin", seed, time.time_ns() // 1_000_000]]
            self._path.write_text(json.dumps(self._past[0]) + "\n", "utf-8")
        self._file: TextIO = self._path.open("a", encoding="utf-8", buffering=1)

    @property
    def began_ms(self) -> int:
        return int(self._past[0][2])

    def past(self) -> list[list[Any]]:
        """All that was written before this run, in order."""
        return self._past[1:]

    def write(self, *words: Any) -> None:
        self._file.write(json.dumps(words) + "\n")

    def close(self) -> None:
        self._file.close()


def _whole_lines(path: Path) -> Iterator[list[Any]]:
    """The lines that were written to their end; a line cut by a kill is taken off the file."""
    if not path.exists():
        return
    text = path.read_text("utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole, "utf-8")
    for line in whole.splitlines():
        yield json.loads(line)
