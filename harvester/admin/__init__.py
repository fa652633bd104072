"""The workshop's desk: people, their sources and visits, and the levers an operator has."""

from __future__ import annotations

from harvester.admin import imports, media, people, sources, visits

__all__ = ["imports", "media", "people", "sources", "visits"]
