"""The shape of 2018 to 2020: moments and names, no addresses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from simulator.download.told import Row

_ZONED_SINCE = datetime(2020, 1, 1, tzinfo=UTC)


def pairs(rows: Sequence[Row]) -> list[list[str]]:
    return [[_moment(row.at), row.post.author.username] for row in rows]


def _moment(at: int) -> str:
    """With its offset, as later files had it; what is older came without one."""
    moment = datetime.fromtimestamp(at, UTC)
    return (moment if moment >= _ZONED_SINCE else moment.replace(tzinfo=None)).isoformat()
