"""Why the house cannot open: one sentence with the remedy."""

from __future__ import annotations


class CannotRun(Exception):
    """str() is what the person at the terminal reads."""
