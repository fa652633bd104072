"""Files that other programs left on disk, and whose they are."""

from __future__ import annotations
