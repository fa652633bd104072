"""Pictures and videos of a post: the largest image and the best video of each member."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from providers.shapes import MediaKind, MediaSource
from providers.text import clean, whole

URL_CHARS = 4096
_MEMBERS = 100
# Widths that a rendition has by its name, for answers that leave them out, in rising order.
_NOMINAL = {
    "thumbnail": 150,
    "low_bandwidth": 300,
    "low_resolution": 306,
    "standard_resolution": 612,
    "high_resolution": 613,
}


def media_of(post: Mapping[str, Any]) -> tuple[MediaSource, ...]:
    """All media of a post in order; members that show nothing are passed over."""
    members = post.get("carousel_media")
    if isinstance(members, list):
        shown = tuple(
            source
            for position, member in enumerate(members[:_MEMBERS])
            for source in _sources(member, position)
        )
        if shown:
            return shown
    return tuple(_sources(post, 0))


def _sources(member: object, position: int) -> Iterator[MediaSource]:
    """The best video, then the largest image (a video's poster), of a post or member."""
    if not isinstance(member, Mapping):
        return
    for kind, key in (("video", "videos"), ("image", "images")):
        source = _best(member.get(key), "video" if kind == "video" else "image", position)
        if source is not None:
            yield source


def _best(renditions: object, kind: MediaKind, position: int) -> MediaSource | None:
    """The widest rendition with a usable address; names break ties and stand in for widths."""
    found = [
        (source.width or nominal, nominal, source.height or 0, source)
        for nominal, source in _renditions(renditions, kind, position)
    ]
    return max(found, key=lambda ranked: ranked[:3])[3] if found else None


def _renditions(
    renditions: object, kind: MediaKind, position: int
) -> Iterator[tuple[int, MediaSource]]:
    for name, rendition in _named(renditions):
        claimed = rendition if isinstance(rendition, Mapping) else {"url": rendition}
        url = media_url(claimed.get("url"))
        if url:
            width, height = whole(claimed.get("width")), whole(claimed.get("height"))
            nominal = _NOMINAL.get(name, 0)
            yield nominal, MediaSource(kind, position, url, width, height)


def _named(renditions: object) -> Iterator[tuple[str, object]]:
    if isinstance(renditions, Mapping):
        yield from ((str(name), rendition) for name, rendition in renditions.items())
    elif isinstance(renditions, list):
        yield from (("", rendition) for rendition in renditions)


def media_url(value: object) -> str:
    """An address as it came if it can be one of the web, else ""; `//host/…` stays as it is."""
    if not isinstance(value, str) or len(value) > URL_CHARS:
        return ""
    url = value.strip()
    if clean(url, URL_CHARS) != url or not url.isprintable():
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https", ""} and parts.hostname else ""
