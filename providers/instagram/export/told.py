"""What one row of an export says, before it is anybody's like."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from providers.instagram.export.links import PostLink
from providers.text import moment

# There was no Instagram before; zero and other nonsense is an unknown time.
_FIRST_DAY = datetime(2010, 10, 6, tzinfo=UTC)

NO_POST = "it names no post"
NO_FORM = "it is not in a form that is known"
OF_COMMENT = "a like of a comment; this archive keeps likes of posts"
OF_STORY = "a like of a story; this archive keeps likes of posts"


@dataclass(frozen=True, slots=True)
class Told:
    """One row. Without `link` and `reason` it is a collection that may be empty.

    `feed` is "" where the file as a whole says which list it is. `is_vague`: author and time
    are all there is. `is_rough`: the time has no zone.
    """

    link: PostLink | None = None
    at: datetime | None = None
    author: str = ""
    author_name: str = ""
    caption: str = ""
    hashtags: tuple[str, ...] = ()
    reason: str = ""
    feed: str = ""
    title: str = ""
    is_vague: bool = False
    is_rough: bool = False


def time_of(value: object) -> datetime | None:
    """UTC time of epoch seconds; None when unknown or absurd."""
    at = moment(value)
    return at if at is not None and at >= _FIRST_DAY else None


def time_of_text(value: object) -> datetime | None:
    """UTC time of an ISO 8601 text, UTC where it names no zone; None when it is none."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        at = datetime.fromisoformat(value.strip())
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return time_of(at.timestamp()) and at.replace(microsecond=0)
