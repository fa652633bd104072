"""What the path of a file tells of the post it belongs to, with nothing opened.

gallery-dl calls a picture `{media}` and a carousel's member `{post}_{member}`, in decimal media
ids; Instaloader calls it by its time, `_1` and on for members. Both let people put shortcodes and
ids anywhere into names of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import PurePosixPath

from providers.instagram.codec import post_id_of, posted_at_of
from providers.shapes import MediaKind

KINDS: dict[str, MediaKind] = {
    ".jpg": "image",
    ".jpeg": "image",
    ".png": "image",
    ".webp": "image",
    ".mp4": "video",
    ".mov": "video",
}
_SIDECAR = re.compile(r"\.(?:json\.xz|json|txt)$")
# What the network for pictures calls its files: three numbers, none of them a media id.
_CDN = re.compile(r"(?<![0-9])[0-9]{5,}_[0-9]{10,}_[0-9]{10,}_[a-z](?![A-Za-z0-9])")
_ID = re.compile(r"(?<![A-Za-z0-9])([0-9]{15,19})p?(?![A-Za-z0-9])")
# The first letter holds the highest bits: B came at the end of 2015, H ends with 63 bits.
_CODE = re.compile(r"(?<![A-Za-z0-9])[B-H][A-Za-z0-9_-]{10}(?![A-Za-z0-9])")
# Before that codes had ten letters, and so has many a word.
_OLD_CODE = re.compile(r"(?<![A-Za-z0-9])(?=([A-Za-z0-9_-]{10})(?![A-Za-z0-9]))")
_DATE = re.compile(r"(?<![0-9])(20[0-9]{2})([-._]?)([0-9]{2})\2([0-9]{2})(?![0-9])")
_NUMBERED = re.compile(r"(.+)_([0-9]{1,3})")
_PORTRAIT = re.compile(r"_profile_pic$|_UTC_cover$")
_STORIES = frozenset({":stories", "\N{FULLWIDTH COLON}stories"})
MEMBERS = 100
# A carousel and its members get their ids while it is put together, drafts included.
_TOGETHER = timedelta(days=30)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Named:
    """The parts of a path, and the ids in it.

    `directory` ends with a slash unless it is "". `base` is the stem without a member's number
    and `number` that number, from 1. `post_id` and `member_id` are "" where nothing tells them.
    """

    directory: str
    stem: str
    base: str
    number: int | None
    post_id: str
    member_id: str

    @property
    def key(self) -> tuple[str, str]:
        """What the files of one post, and what is written beside them, have in common."""
        return self.directory, self.post_id or self.base


def kind_of(name: str) -> MediaKind | None:
    """What a file can be by its extension; None for what can be no medium of a post."""
    path = PurePosixPath(name)
    if path.name.startswith(".") or _PORTRAIT.search(path.stem) or _STORIES & set(path.parts):
        return None
    return KINDS.get(path.suffix.lower())


def is_beside(name: str) -> bool:
    """Whether a file can be what a program wrote beside a medium."""
    return bool(_SIDECAR.search(name)) and not PurePosixPath(name).name.startswith(".")


def read_name(name: str) -> Named:
    """The parts of a medium's path, or of the path of what is written beside one."""
    directory, slash, last = name.rpartition("/")
    stem = _stem(_SIDECAR.sub("", last) or last)
    numbered = _NUMBERED.fullmatch(stem)
    number = int(numbered[2]) if numbered else 0
    is_member = numbered is not None and 1 <= number <= MEMBERS
    base = numbered[1] if numbered and is_member else stem
    post_id, member_id = _told(stem) or _told_by_folder(directory) or ("", "")
    return Named(directory + slash, stem, base, number if is_member else None, post_id, member_id)


def _stem(last: str) -> str:
    stem, dot, extension = last.rpartition(".")
    return stem if stem and dot + extension.lower() in KINDS else last


def _told(text: str) -> tuple[str, str] | None:
    """The ids of the post and of its member: the first and the last in the text."""
    text = _CDN.sub(" ", text)
    found = list(_numbers(text)) + list(_codes(text))
    numbers = [post_id for _, post_id, is_number in found if is_number]
    ids = [
        post_id
        for _, post_id, is_number in sorted(found)
        if is_number or not numbers or _are_together(post_id, numbers[-1])
    ]
    if numbers:
        return ids[0], ids[-1]
    if ids and all(_are_together(ids[0], post_id) for post_id in ids):
        return ids[0], ids[-1] if ids[-1] != ids[0] else ""
    return _told_by_date(text)


def _numbers(text: str) -> Iterator[tuple[int, str, bool]]:
    for match in _ID.finditer(text):
        if _posted_on(match[1]):
            yield match.start(), match[1], True


def _codes(text: str) -> Iterator[tuple[int, str, bool]]:
    for match in _CODE.finditer(text):
        post_id = post_id_of(match[0])
        if _posted_on(post_id):
            yield match.start(), post_id, False


def _told_by_date(text: str) -> tuple[str, str] | None:
    """The one code that says the day which the name says too."""
    days = set(_days(text))
    if not days:
        return None
    spelled = [match[0] for match in _CODE.finditer(text)] + _OLD_CODE.findall(_DATE.sub(" ", text))
    agreeing = {
        post_id
        for post_id in map(post_id_of, spelled)
        if (day := _posted_on(post_id)) and days & {day - _DAY, day, day + _DAY}
    }
    return (agreeing.pop(), "") if len(agreeing) == 1 else None


def _days(text: str) -> Iterator[date]:
    for match in _DATE.finditer(text):
        year, month, day = int(match[1]), int(match[3]), int(match[4])
        if 1 <= month <= 12 and 1 <= day <= 31:
            yield date(year, month, 1) + timedelta(days=day - 1)


def _told_by_folder(directory: str) -> tuple[str, str] | None:
    """A folder that is called by one code: Instaloader names one so for a post asked for alone."""
    code = directory.rpartition("/")[2].removeprefix("-")
    post_id = post_id_of(code) if _CODE.fullmatch(code) else ""
    return (post_id, "") if _posted_on(post_id) else None


def _posted_on(post_id: str) -> date | None:
    """The day of an id that can be one: neither before the first nor in the future."""
    posted_at = posted_at_of(post_id)
    if posted_at is None or posted_at > datetime.now(UTC) + _DAY:
        return None
    return posted_at.date()


def _are_together(one: str, other: str) -> bool:
    first, second = posted_at_of(one), posted_at_of(other)
    return first is not None and second is not None and abs(first - second) <= _TOGETHER
