"""Pictures and videos of a post, by their blobs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import zip_longest
from typing import Any
from urllib.parse import urlsplit

from providers.address import authority, port_of
from providers.bluesky.blobs import address_of
from providers.bluesky.embeds import Part, listed, mapping
from providers.bluesky.syntax import is_cid
from providers.shapes import MediaSource
from providers.text import clean, is_plain, whole

ALT_CHARS = 2_000
_MEMBERS = 20
_URL_CHARS = 4_096
# Posters of videos are at the video service, whatever the CDN of pictures is.
_VIDEO_HOST = ("https", "video.bsky.app:443")


def media_of(part: Part, did: str, cdn_url: str) -> tuple[MediaSource, ...]:
    """The media of one part of a post by `did`, in order; what shows nothing is passed over."""
    read = _READERS.get(part.kind)
    return tuple(read(part, did, cdn_url)) if read else ()


def _images(part: Part, did: str, cdn_url: str) -> Iterator[MediaSource]:
    pairs = zip_longest(_members(part.told), _members(part.shown))
    for position, pair in enumerate(pairs):
        told, shown = mapping(pair[0]), mapping(pair[1])
        address = _blob(told.get("image"), did) or _shown(shown.get("fullsize"), cdn_url)
        if address:
            width, height = _size(told, shown)
            yield MediaSource("image", position, address, width, height, _alt(told, shown))


def _members(embed: Mapping[str, Any]) -> list[Any]:
    """Four pictures at most were `images`; galleries hold more, under a name that changed."""
    lists = (listed(embed.get(key), _MEMBERS) for key in ("images", "items", "media"))
    return next(filter(None, lists), [])


def _video(part: Part, did: str, cdn_url: str) -> Iterator[MediaSource]:
    width, height = _size(part.told, part.shown)
    alt = _alt(part.told, part.shown)
    cid = _cid(part.told.get("video")) or _cid({"cid": part.shown.get("cid")})
    if cid:
        yield MediaSource("video", 0, address_of(did, cid, is_video=True), width, height, alt)
    poster = _shown(part.shown.get("thumbnail"), cdn_url)
    if poster:
        yield MediaSource("image", 0, poster, width, height, alt)


def _card(part: Part, did: str, cdn_url: str) -> Iterator[MediaSource]:
    told, shown = mapping(part.told.get("external")), mapping(part.shown.get("external"))
    address = _blob(told.get("thumb"), did) or _shown(shown.get("thumb"), cdn_url)
    if address:
        yield MediaSource("image", 0, address)


_READERS: dict[str, Callable[[Part, str, str], Iterator[MediaSource]]] = {
    "images": _images,
    "gallery": _images,
    "video": _video,
    "external": _card,
}


def _blob(value: object, did: str) -> str:
    cid = _cid(value)
    return address_of(did, cid) if cid else ""


def _cid(value: object) -> str:
    """The content id of a blob, in the form of today or of the first months."""
    blob = mapping(value)
    cid = mapping(blob.get("ref")).get("$link") or blob.get("cid")
    return cid if isinstance(cid, str) and is_cid(cid) else ""


def _alt(told: Mapping[str, Any], shown: Mapping[str, Any]) -> str:
    return clean(told.get("alt"), ALT_CHARS) or clean(shown.get("alt"), ALT_CHARS)


def _size(told: Mapping[str, Any], shown: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Both or none."""
    ratio = mapping(told.get("aspectRatio")) or mapping(shown.get("aspectRatio"))
    width, height = whole(ratio.get("width")), whole(ratio.get("height"))
    return (width, height) if width and height else (None, None)


def _shown(value: object, cdn_url: str) -> str:
    """An address that the AppView shows a picture under, when it is at a house that has them."""
    if not isinstance(value, str) or len(value) > _URL_CHARS or not is_plain(value):
        return ""
    try:
        place, cdn = _place(value), _place(cdn_url)
    except ValueError:
        return ""
    is_ours = place in {cdn, _VIDEO_HOST} and "@" not in value.split("/")[2]
    return value if is_ours and "\\" not in value else ""


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, authority(parts.hostname or "", port_of(parts))
