"""What the person at the terminal sees: one line for each service, then what to do."""

from __future__ import annotations

import sys
from contextlib import suppress


def up(name: str, what: str, where: str = "") -> None:
    say(f"  ✓ {name:<10} {what:<36} {where}".rstrip())


def down(name: str, what: str) -> None:
    say(f"  ✗ {name:<10} {what}")


def waiting(name: str, what: str) -> None:
    say(f"  … {name:<10} {what}")


def say(line: str) -> None:
    """Print at once; a terminal that is gone is no reason to stop in the middle."""
    with suppress(BrokenPipeError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
