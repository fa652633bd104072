"""Log files that their writers append to, kept within bounds from outside."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

LARGEST = 5_000_000


def bound(files: Iterable[Path], *, largest: int = LARGEST) -> None:
    """Move what outgrew `largest` bytes to NAME.1 and begin again; the writers notice nothing."""
    for file in files:
        try:
            too_large = file.stat().st_size > largest
        except FileNotFoundError:
            continue
        if too_large:
            shutil.copyfile(file, file.with_name(f"{file.name}.1"))
            # All writers append, so they go on at the new end.
            os.truncate(file, 0)
