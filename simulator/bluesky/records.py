"""Records as repositories keep them."""

from __future__ import annotations

from typing import Any

from simulator.bluesky.accounts import Account
from simulator.bluesky.blobs import Blob, Blobs
from simulator.bluesky.ids import LIKE, POST, PROFILE, cid_of_record, iso
from simulator.bluesky.likes import Like
from simulator.bluesky.posts import Drawing, SkyPost

_BORN = "2023-07-01T09:00:00.000Z"


def like(row: Like) -> dict[str, Any]:
    subject = {"uri": row.subject, "cid": cid_of_record(row.subject)}
    return {"$type": LIKE, "subject": subject, "createdAt": row.created_at}


def face(account: Account) -> Drawing:
    """Everybody's portrait."""
    return Drawing("avatar", "portrait", 240, 240, "jpg", account.key)


def profile(account: Account, blobs: Blobs) -> dict[str, Any]:
    return {
        "$type": PROFILE,
        "displayName": account.name,
        "description": account.text or "",
        "avatar": _blob(blobs.of(account.key, face(account))),
        "createdAt": _BORN,
    }


class PostRecords:
    """The record of a post, with the blobs it refers to."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def of(self, post: SkyPost) -> dict[str, Any]:
        said: dict[str, Any] = {
            "$type": POST,
            "text": post.text,
            "createdAt": iso(post.created_ms),
            "langs": [post.language],
        }
        if facets := _facets(post):
            said["facets"] = facets
        if embed := self._embed(post):
            said["embed"] = embed
        return said

    def _embed(self, post: SkyPost) -> dict[str, Any] | None:
        match post.kind:
            case "quote":
                return _quote(post)
            case "both":
                return {
                    "$type": "app.bsky.embed.recordWithMedia",
                    "record": _quote(post),
                    "media": self._media(post),
                }
        return self._media(post)

    def _media(self, post: SkyPost) -> dict[str, Any] | None:
        if post.video:
            return {"$type": "app.bsky.embed.video", **self._file("video", post, post.video)}
        if post.card:
            return {"$type": "app.bsky.embed.external", "external": self._card(post)}
        images = [self._file("image", post, one) for one in post.pictures]
        if len(images) > 4:
            items = [{"$type": "app.bsky.embed.gallery#image", **one} for one in images]
            return {"$type": "app.bsky.embed.gallery", "items": items}
        return {"$type": "app.bsky.embed.images", "images": images} if images else None

    def _file(self, key: str, post: SkyPost, drawing: Drawing) -> dict[str, Any]:
        blob = self._blobs.of(post.author.key, drawing)
        said = {key: _blob(blob), "alt": drawing.alt, "aspectRatio": shape(blob)}
        if key == "video" and not drawing.alt:
            del said["alt"]
        return said

    def _card(self, post: SkyPost) -> dict[str, Any]:
        card = post.card
        if card is None:
            return {}
        said: dict[str, Any] = {"uri": card.link, "title": card.title, "description": card.text}
        if card.thumb:
            said["thumb"] = _blob(self._blobs.of(post.author.key, card.thumb))
        return said


def shape(blob: Blob) -> dict[str, int]:
    return {"width": blob.width, "height": blob.height}


def _blob(blob: Blob) -> dict[str, Any]:
    return {
        "$type": "blob",
        "ref": {"$link": blob.cid},
        "mimeType": blob.kind,
        "size": blob.size,
    }


def _quote(post: SkyPost) -> dict[str, Any]:
    quoted = {"uri": post.quoted, "cid": cid_of_record(post.quoted)}
    return {"$type": "app.bsky.embed.record", "record": quoted}


def _facets(post: SkyPost) -> list[dict[str, Any]]:
    """Where the hashtags stand, counted in bytes of UTF-8."""
    found: list[dict[str, Any]] = []
    whole, start = post.text.lower().encode(), 0
    for tag in post.tags:
        mark = f"#{tag}".encode()
        start = whole.find(mark, start)
        if start < 0:
            return found
        index = {"byteStart": start, "byteEnd": start + len(mark)}
        feature = {"$type": "app.bsky.richtext.facet#tag", "tag": tag}
        found.append({"index": index, "features": [feature]})
        start += len(mark)
    return found
