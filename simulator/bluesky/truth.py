"""What an archive ought to hold of somebody's likes in the sky."""

from __future__ import annotations

import hashlib
from typing import Any

from simulator.bluesky.accounts import Account
from simulator.bluesky.blobs import Blobs
from simulator.bluesky.likes import Like
from simulator.bluesky.posts import Drawing, SkyPost
from simulator.bluesky.world import Sky


def truth(sky: Sky, blobs: Blobs, account: Account, *, hashes: bool) -> dict[str, Any]:
    """All records newest first. `hashes` draws every file and says its hash and CID."""
    with sky.lock:
        rows = sky.likes(account).rows[::-1]
    return {
        "person": card(sky, account),
        "likes": [_said(sky, blobs, row, hashes=hashes) for row in rows],
    }


def card(sky: Sky, account: Account) -> dict[str, Any]:
    """An account in short; `did` is "" for the one that is called by its host."""
    return {
        "key": account.key,
        "did": account.did,
        "handle": account.handle,
        "name": account.name,
        "likes": len(sky.likes(account).rows),
    }


def _said(sky: Sky, blobs: Blobs, row: Like, *, hashes: bool) -> dict[str, Any]:
    """`is_post` False: a feed or the like; `is_gone`: no post stands at that address any more."""
    said: dict[str, Any] = {
        "rkey": row.rkey,
        "subject": row.subject,
        "created_at": row.created_at,
        "is_post": "/app.bsky.feed.post/" in row.subject,
    }
    post = sky.post(row.subject) if said["is_post"] else None
    said["is_gone"] = said["is_post"] and post is None
    return said | (_post(blobs, post, hashes=hashes) if post else {})


def _post(blobs: Blobs, post: SkyPost, *, hashes: bool) -> dict[str, Any]:
    kind, shown = ("video", (post.video,)) if post.video else ("image", post.pictures)
    return {
        "author": post.author.handle,
        "author_did": post.author.did,
        "text": post.text,
        "tags": list(post.tags),
        "kind": post.kind,
        "posted_at": post.created_ms / 1000,
        "quoted": post.quoted,
        "card": post.card.link if post.card else "",
        "media": [
            {"kind": kind, "position": place, "alt": one.alt} | _file(blobs, post, one, hashes)
            for place, one in enumerate(shown)
        ],
    }


def _file(blobs: Blobs, post: SkyPost, drawing: Drawing, hashes: bool) -> dict[str, str]:
    if not hashes:
        return {}
    blob = blobs.of(post.author.key, drawing)
    return {"cid": blob.cid, "sha256": hashlib.sha256(blobs.body(blob)).hexdigest()}
