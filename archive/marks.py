"""The corners of a tile: what kind of post it is, and what became of it, each also in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive.models import Like, MediaItem

Kind = MediaItem.Kind


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign of the icons, what is written beside it, and all of it for those who hear it."""

    sign: str
    written: str
    words: str


def of(like: Like, media: Sequence[MediaItem], service: str) -> list[Mark]:
    """The marks of a like, the one about its kind last, where people look for it."""
    marks = [_gone(service)] if like.gone_at is not None and media else []
    kind = _album(media) or _video(media)
    return [*marks, kind] if kind else marks


def _gone(service: str) -> Mark:
    return Mark("gone", "", _("Only here now: deleted at %(service)s") % {"service": service})


def _album(media: Sequence[MediaItem]) -> Mark | None:
    members = len({item.position for item in media})
    if members < 2:
        return None
    words = ngettext("%(count)s picture", "%(count)s pictures", members) % {"count": members}
    return Mark("album", str(members), words)


def _video(media: Sequence[MediaItem]) -> Mark | None:
    video = next((item for item in media if item.kind == Kind.VIDEO), None)
    if video is None:
        return None
    seconds = round(video.blob.duration or 0) if video.blob else 0
    if not seconds:
        return Mark("play", "", _("Video"))
    told = ngettext("Video, %(count)s second", "Video, %(count)s seconds", seconds)
    return Mark("play", f"{seconds // 60}:{seconds % 60:02d}", told % {"count": seconds})
