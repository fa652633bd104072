"""What is kept, and in which order."""

from __future__ import annotations

from archive.models.document import Matches
from archive.models.feed import Entry, Feed, Quarantined
from archive.models.gap import Gap
from archive.models.like import Like, MonthCount
from archive.models.media import Blob, MediaItem

__all__ = [
    "Blob",
    "Entry",
    "Feed",
    "Gap",
    "Like",
    "Matches",
    "MediaItem",
    "MonthCount",
    "Quarantined",
]
