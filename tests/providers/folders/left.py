"""Folders as gallery-dl and Instaloader leave them, file by file."""

from __future__ import annotations

import json
import lzma
from datetime import UTC, datetime

from providers.instagram.folders import InstagramFolders
from tests.providers.pictures import film, picture

POST, CODE = "1801624514845722619", "BkAp_NqA8f7"
POSTED = datetime(2018, 6, 14, 15, 33, 20, tzinfo=UTC)
STAMP = "2018-06-14_15-33-20"
LINK = f"https://www.instagram.com/p/{CODE}/"
# Members of a carousel get ids of their own within the same minute.
MEMBERS = ("1801624514845722701", "1801624514845722820", "1801624514845723001")
OTHER, OTHER_CODE = "3487815252032309325", "DBnNX4Tk0hN"

JPEG, FILM = picture("JPEG", (8, 6)), film()


def leave(folder, **files):
    """Write files by name; a dict becomes JSON, packed where its name says so."""
    return leave_all(folder, files)


def leave_all(folder, files):
    for name, what in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(name, what))
    return folder


def written(name, what):
    if what is None:
        return FILM if name.endswith((".mp4", ".mov")) else JPEG
    if isinstance(what, str):
        return what.encode()
    if isinstance(what, bytes):
        return what
    raw = json.dumps(what).encode()
    return lzma.compress(raw) if name.endswith(".xz") else raw


def names_in(folder):
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if not path.is_dir() or path.is_symlink()
    ]


def read(folder):
    return list(InstagramFolders().read(folder, names_in(folder)))


def told(folder):
    """What was found: name → (post, position, kind)."""
    return {found.name: (found.post.post_id, found.position, found.kind) for found in read(folder)}


def gallery_dl(**more):
    """The JSON that `--write-metadata` puts beside a picture of a post with one."""
    return {
        "category": "instagram",
        "subcategory": "post",
        "post_id": POST,
        "post_shortcode": CODE,
        "post_url": LINK,
        "owner_id": "1000001",
        "username": "ada_pix",
        "fullname": "Ada P.",
        "post_date": "2018-06-14 15:33:20",
        "description": "Sunrise #sunrise",
        "tags": ["#Sunrise"],
        "media_id": POST,
        "shortcode": CODE,
        "num": 1,
        "count": 1,
    } | more


def instaloader(node_type="Post", **more):
    """The JSON that Instaloader puts beside the media of a post."""
    node = {
        "__typename": "GraphImage",
        "id": POST,
        "shortcode": CODE,
        "date": int(POSTED.timestamp()),
        "owner": {"id": "1000001", "username": "ada_pix", "full_name": "Ada P."},
        "edge_media_to_caption": {"edges": [{"node": {"text": "Sunrise #sunrise"}}]},
        "is_video": False,
    } | more
    return {"node": node, "instaloader": {"version": "4.14", "node_type": node_type}}
