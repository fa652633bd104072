"""One file of an export as rows that the archive can keep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from providers.instagram.codec import posted_at_of
from providers.instagram.export.archive import Member
from providers.instagram.export.collected import Collections
from providers.instagram.export.entries import told_of
from providers.instagram.export.names import Kind
from providers.instagram.export.rows_of_html import told_of_page
from providers.instagram.export.rows_of_json import Entries
from providers.instagram.export.told import OF_COMMENT, OF_STORY, Told
from providers.shapes import ExportRow, LikedPost
from providers.text import clean

# The array's own name is a part of the shape, and never translated.
KNOWN: dict[str, Kind] = {
    "media_likes": "liked",
    "comment_likes": "comments",
    "saved_media": "saved",
    "likes_media_likes": "liked",
    "likes_comment_likes": "comments",
    "story_activities_story_likes": "stories",
    "saved_saved_media": "saved",
    "saved_saved_collections": "collections",
}
_REASONS: dict[Kind, str] = {"comments": OF_COMMENT, "stories": OF_STORY}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row, and the time it tells of."""

    row: ExportRow
    at: datetime | None


class ListFile:
    """One file of an export. Nothing of it is read before its rows are asked for."""

    def __init__(self, member: Member, *, only_known: bool = False) -> None:
        self._member = member
        self._only_known = only_known
        self._names: set[str] = set()

    def strict(self) -> ListFile:
        """The same file with its unknown arrays kept aside; asked once its rows were read.

        An array of unknown name is the list only where there is none of a known one.
        """
        known = self._names & KNOWN.keys()
        return ListFile(self._member, only_known=bool(known and self._names - known))

    @property
    def is_strict(self) -> bool:
        """Whether arrays of unknown names are kept aside."""
        return self._only_known

    def rows(self) -> Iterator[Row]:
        """Its rows, numbered from 1. Repeatable; BadExport when it is not whole."""
        file = clean(self._member.name, 255)
        doubles: Counter[tuple[str, ...]] = Counter()
        for number, told in enumerate(self._told(), 1):
            ordinal = 0
            if told.is_vague:
                pair = (told.feed, told.author, _spelled(told.at))
                ordinal, doubles[pair] = doubles[pair], doubles[pair] + 1
            yield Row(_row(told, file, number, ordinal), told.at)

    def _told(self) -> Iterator[Told]:
        return self._told_of_page() if self._member.is_page else self._told_of_json()

    def _told_of_page(self) -> Iterator[Told]:
        kind = self._member.kind
        for told in told_of_page(self._member.chunks()):
            # A page tells neither where a collection begins nor when something was put there.
            timeless = kind == "collections"
            yield _belonging(replace(told, at=None) if timeless else told, kind)

    def _told_of_json(self) -> Iterator[Told]:
        entries, collections = Entries(self._member.chunks()), Collections()
        for name, entry in entries:
            kind = KNOWN.get(name, self._member.kind)
            if self._only_known and name not in KNOWN:
                yield _belonging(Told(reason="it stands in a list that is not known"), kind)
            elif kind == "collections":
                yield from (_belonging(told, kind) for told in collections.take(entry))
            else:
                yield from (_belonging(told, kind) for told in told_of(entry))
        yield from collections.close()
        self._names.update(entries.names)


def _belonging(told: Told, kind: Kind) -> Told:
    """The row with the feed of its file; likes of other things than posts are no posts."""
    feed = told.feed or ("saved" if kind in ("saved", "collections") else "liked")
    if reason := _REASONS.get(kind):
        return replace(told, feed=feed, link=None, is_vague=False, reason=reason)
    return replace(told, feed=feed)


def _row(told: Told, file: str, number: int, ordinal: int) -> ExportRow:
    post = _vague(told, ordinal) if told.is_vague else _post(told)
    return ExportRow(
        feed=told.feed,
        title=told.title,
        file=file,
        number=number,
        post=post,
        reason=told.reason,
        label=_label(told),
    )


def _post(told: Told) -> LikedPost | None:
    if told.link is None or told.reason:
        return None
    post_id = told.link.post_id
    return LikedPost(
        post_id=post_id,
        author_id="",
        author=told.author,
        author_name=told.author_name,
        caption=told.caption,
        link=told.link.url,
        place=None,
        hashtags=told.hashtags,
        posted_at=posted_at_of(post_id),
        liked_at=told.at,
        media=(),
        is_rough=told.is_rough,
    )


def _vague(told: Told, ordinal: int) -> LikedPost:
    """Something of somebody's at some time. The id is all of that, and which of equal ones."""
    return LikedPost(
        post_id=f"vague:{_spelled(told.at)}:{told.author}:{ordinal}",
        author_id="",
        author=told.author,
        author_name="",
        caption="",
        link=f"https://www.instagram.com/{told.author}/",
        place=None,
        hashtags=(),
        posted_at=None,
        liked_at=told.at,
        media=(),
        is_vague=True,
    )


def _spelled(at: datetime | None) -> str:
    return "" if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _label(told: Told) -> str:
    """What a person knows the row by: "@ada_pix, 1 May 2019"."""
    who = f"@{told.author}" if told.author else told.author_name
    what = who or (told.link.code if told.link else "") or told.title
    when = f"{told.at.day} {_MONTHS[told.at.month - 1]} {told.at.year}" if told.at else ""
    return ", ".join(part for part in (what, when) if part)
