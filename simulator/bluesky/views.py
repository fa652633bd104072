"""Posts and profiles as the AppView shows them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from simulator.bluesky import records
from simulator.bluesky.accounts import Account
from simulator.bluesky.blobs import Blob, Blobs
from simulator.bluesky.ids import PROFILE, cid_of_record, iso, uri
from simulator.bluesky.posts import Card, Drawing, SkyPost
from simulator.bluesky.world import Sky
from simulator.ids import dice

_BORN = "2023-07-01T09:00:00.000Z"
INVALID = "handle.invalid"


class Views:
    """Writes views; addresses of pictures are on the host that was asked."""

    def __init__(self, sky: Sky, blobs: Blobs) -> None:
        self._sky = sky
        self._blobs = blobs
        self._records = records.PostRecords(blobs)

    def post(self, post: SkyPost, base: str) -> dict[str, Any]:
        """A post with its author, its record, and its embed ready to be shown."""
        said = self._basic(post, base) | {"record": self._records.of(post)}
        embed = self._embed(post, base)
        return said | ({"embed": embed} if embed else {})

    def author(self, account: Account, did: str, base: str) -> dict[str, Any]:
        blob = self._blobs.of(account.key, records.face(account))
        return {
            "did": did,
            "handle": account.handle if account.handle_holds else INVALID,
            "displayName": account.name,
            "avatar": _address(base, "avatar", did, blob),
            "labels": _labels(account, did),
            "createdAt": _BORN,
        }

    def profile(self, account: Account, did: str, base: str) -> dict[str, Any]:
        chance = dice("sky", "counts", account.key)
        said = self.author(account, did, base) | {"description": account.text or ""}
        if account.text is None:
            said = {name: said[name] for name in ("did", "handle", "labels", "createdAt")}
        counts = {"followersCount": 900, "followsCount": 300, "postsCount": 2000}
        return said | {name: chance.randrange(most) for name, most in counts.items()}

    def _basic(self, post: SkyPost, base: str) -> dict[str, Any]:
        chance = dice("sky", "hearts", post.uri)
        return {
            "uri": post.uri,
            "cid": cid_of_record(post.uri),
            "author": self.author(post.author, post.author.did, base),
            "replyCount": chance.randrange(20),
            "repostCount": chance.randrange(50),
            "likeCount": 1 + chance.randrange(900),
            "quoteCount": chance.randrange(5),
            "indexedAt": iso(post.created_ms + chance.randrange(300, 4000)),
            "labels": [],
        }

    def _embed(self, post: SkyPost, base: str) -> dict[str, Any] | None:
        match post.kind:
            case "quote":
                return {"$type": "app.bsky.embed.record#view", "record": self._quoted(post, base)}
            case "both":
                record = {"record": self._quoted(post, base)}
                return {
                    "$type": "app.bsky.embed.recordWithMedia#view",
                    "record": {"$type": "app.bsky.embed.record#view", **record},
                    "media": self._media(post, base),
                }
        return self._media(post, base)

    def _quoted(self, post: SkyPost, base: str) -> dict[str, Any]:
        """The quoted post with its own pictures, but not what it quotes in turn."""
        quoted = self._sky.post(post.quoted)
        kind = "app.bsky.embed.record#"
        if quoted is None:
            return {"$type": f"{kind}viewNotFound", "uri": post.quoted, "notFound": True}
        media = self._media(quoted, base)
        value = {"value": self._records.of(quoted), "embeds": [media] if media else []}
        return {"$type": f"{kind}viewRecord", **self._basic(quoted, base), **value}

    def _media(self, post: SkyPost, base: str) -> dict[str, Any] | None:
        if post.video:
            return self._video(post, post.video, base)
        if post.card:
            return self._card(post, post.card, base)
        if len(post.pictures) > 4:
            items = [
                {
                    "$type": "app.bsky.embed.gallery#viewImage",
                    **self._image(post, one, base, "thumbnail"),
                }
                for one in post.pictures
            ]
            return {"$type": "app.bsky.embed.gallery#view", "items": items}
        images = [self._image(post, one, base) for one in post.pictures]
        return {"$type": "app.bsky.embed.images#view", "images": images} if images else None

    def _image(
        self, post: SkyPost, one: Drawing, base: str, small: str = "thumb"
    ) -> dict[str, Any]:
        """`small`: what galleries call a thumb is a "thumbnail"."""
        blob, did = self._blobs.of(post.author.key, one), post.author.did
        return {
            small: _address(base, "feed_thumbnail", did, blob),
            "fullsize": _address(base, "feed_fullsize", did, blob),
            "alt": one.alt,
            "aspectRatio": records.shape(blob),
        }

    def _video(self, post: SkyPost, video: Drawing, base: str) -> dict[str, Any]:
        """The playlist is only named: nobody here plays it, the file itself is a blob."""
        blob = self._blobs.of(post.author.key, video)
        self._blobs.poster(post.author.key, video)
        watch = f"{base}/watch/{quote(post.author.did, safe='')}/{blob.cid}"
        said = {
            "$type": "app.bsky.embed.video#view",
            "cid": blob.cid,
            "playlist": f"{watch}/playlist.m3u8",
            "thumbnail": f"{watch}/thumbnail.jpg",
            "aspectRatio": records.shape(blob),
        }
        return said | ({"alt": video.alt} if video.alt else {})

    def _card(self, post: SkyPost, card: Card, base: str) -> dict[str, Any]:
        said = {"uri": card.link, "title": card.title, "description": card.text}
        if card.thumb:
            blob = self._blobs.of(post.author.key, card.thumb)
            said["thumb"] = _address(base, "feed_thumbnail", post.author.did, blob)
        return {"$type": "app.bsky.embed.external#view", "external": said}


def _address(base: str, preset: str, did: str, blob: Blob) -> str:
    return f"{base}/img/{preset}/plain/{did}/{blob.cid}@jpeg"


def _labels(account: Account, did: str) -> list[dict[str, str]]:
    if not account.label:
        return []
    address = uri(did, PROFILE, "self")
    label = {"src": did, "uri": address, "cid": cid_of_record(address), "val": account.label}
    return [label | {"cts": _BORN}]
