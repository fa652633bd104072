"""The stand-in Bluesky: likes by the page, posts with every embed, true CIDs."""

from __future__ import annotations

import hashlib
import io
from base64 import b32encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from PIL import Image

from simulator.bluesky.ids import cid_of_bytes
from simulator.serve import Simulator

LIKE = "app.bsky.feed.like"
EMBEDS = {"images", "gallery", "video", "external", "record", "recordWithMedia"}
Call = Callable[..., requests.Response]


@pytest.fixture(scope="module")
def still() -> Iterator[Simulator]:
    """A simulator that the tests of this file only read."""
    with Simulator(seed="sky") as running:
        yield running


@pytest.fixture
def call(still: Simulator, http: requests.Session) -> Call:
    """`call("com.atproto.repo.listRecords", repo=…)`"""

    def called(name: str, **query: Any) -> requests.Response:
        return http.get(f"{still.url}/xrpc/{name}", params=query, timeout=20)

    return called


@pytest.fixture
def lina(still: Simulator) -> str:
    return still.bluesky.truth("lina")["person"]["did"]


@pytest.fixture
def posts(still: Simulator, call: Call) -> list[dict[str, Any]]:
    """What the AppView says of lina's newest hundred likes."""
    liked = [like["subject"] for like in still.bluesky.truth("lina")["likes"][:100]]
    bunches = (liked[start : start + 25] for start in range(0, 100, 25))
    pages = [call("app.bsky.feed.getPosts", uris=bunch).json()["posts"] for bunch in bunches]
    return [post for page in pages for post in page]


def walk(call: Call, did: str, **query: Any) -> list[dict[str, Any]]:
    """All pages; each that holds anything has a cursor, the last is empty."""
    pages, cursor = [], {}
    for _ in range(40):
        said = {"repo": did, "collection": LIKE, **query, **cursor}
        page = call("com.atproto.repo.listRecords", **said).json()
        if not page["records"]:
            assert page == {"records": []}
            return pages
        cursor = {"cursor": page["cursor"]}
        pages.append(page)
    raise AssertionError("the list never ended")


def uris(pages: list[dict[str, Any]]) -> list[str]:
    return [record["uri"] for page in pages for record in page["records"]]


def blobs(value: Any) -> Iterator[dict[str, Any]]:
    """Every blob in a record."""
    if isinstance(value, dict):
        if value.get("$type") == "blob":
            yield value
        for inner in value.values():
            yield from blobs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from blobs(inner)


def test_likes_come_newest_first_with_a_cursor_on_every_page(still, call, lina):
    pages = walk(call, lina, limit=100)
    assert [len(page["records"]) for page in pages] == [100, 100, 100, 100, 20]
    assert [record["value"]["subject"]["uri"] for p in pages for record in p["records"]] == [
        like["subject"] for like in still.bluesky.truth("lina")["likes"]
    ]
    assert uris(walk(call, lina, limit=100, reverse="true")) == uris(pages)[::-1]
    assert len(walk(call, lina)[0]["records"]) == 50


def test_a_record_is_shaped_as_a_repository_says_it(call, lina):
    said = {"repo": lina, "collection": LIKE, "limit": 1}
    page = call("com.atproto.repo.listRecords", **said).json()
    record = page["records"][0]
    assert set(page) == {"records", "cursor"}
    assert set(record) == {"uri", "cid", "value"}
    assert set(record["value"]) == {"$type", "subject", "createdAt"}
    assert set(record["value"]["subject"]) == {"uri", "cid"}
    assert record["uri"] == f"at://{lina}/{LIKE}/{page['cursor']}"
    assert record["value"]["createdAt"].endswith("Z")


def test_likes_hold_what_occurs_in_the_wild(still):
    likes = still.bluesky.truth("lina")["likes"]
    subjects = [like["subject"] for like in likes]
    assert sum(like["is_gone"] for like in likes) > 5
    assert [like["subject"].split("/")[3] for like in likes if not like["is_post"]] == [
        "app.bsky.feed.generator"
    ]
    assert len(subjects) == len(set(subjects)) + 1
    made = sorted(like["created_at"] for like in likes)
    assert (made[0][:4], made[-1][:4]) == ("1985", "2087")
    assert any(len(like["rkey"]) != 13 for like in likes)


@pytest.mark.parametrize("limit", ["0", "101", "many", "-1"])
def test_a_limit_out_of_range_is_refused(call, lina, limit):
    said = {"repo": lina, "collection": LIKE, "limit": limit}
    answer = call("com.atproto.repo.listRecords", **said)
    assert answer.status_code == 400
    assert answer.json()["error"] == "InvalidRequest"


def test_every_kind_of_embed_is_there_and_its_view_fits_it(posts):
    seen = set()
    for post in posts:
        record, view = post["record"].get("embed"), post.get("embed")
        assert (record is None) == (view is None)
        if record:
            assert view["$type"] == record["$type"] + "#view"
            seen.add(record["$type"].rpartition(".")[2])
    assert seen == EMBEDS
    assert any("embed" not in post["record"] for post in posts)
    assert {"author", "record", "uri", "cid", "indexedAt", "labels"} <= set(posts[0])


def test_pictures_are_up_to_four_a_gallery_is_more_and_calls_a_thumb_a_thumbnail(posts):
    embeds = [post["embed"] for post in posts if "embed" in post]
    pictures = [e["images"] for e in embeds if e["$type"] == "app.bsky.embed.images#view"]
    galleries = [e["items"] for e in embeds if e["$type"] == "app.bsky.embed.gallery#view"]
    assert {len(images) for images in pictures} == {1, 2, 3, 4}
    assert all(5 <= len(items) <= 20 for items in galleries)
    assert all({"thumb", "fullsize", "alt", "aspectRatio"} == set(i[0]) for i in pictures)
    assert all("thumbnail" in items[0] and "thumb" not in items[0] for items in galleries)
    assert any(image["alt"] for images in pictures for image in images)


def test_a_blob_is_named_by_the_hash_of_its_bytes(posts, call):
    assert cid_of_bytes(b"hello") == "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq"
    kinds = set()
    for post in posts[:40]:
        for blob in blobs(post["record"]):
            did, cid = post["author"]["did"], blob["ref"]["$link"]
            answer = call("com.atproto.sync.getBlob", did=did, cid=cid)
            digest = bytes((1, 0x55, 0x12, 0x20)) + hashlib.sha256(answer.content).digest()
            assert cid == "b" + b32encode(digest).decode().lower().rstrip("=")
            assert blob["size"] == len(answer.content)
            assert blob["mimeType"] == answer.headers["Content-Type"]
            kinds.add(blob["mimeType"])
    assert {"image/jpeg", "video/mp4"} <= kinds


def test_the_cdn_has_a_smaller_rendition_and_never_the_original(posts, call, http):
    post = next(p for p in posts if p.get("embed", {}).get("$type", "").endswith("images#view"))
    shown = post["embed"]["images"][0]
    cid = post["record"]["embed"]["images"][0]["image"]["ref"]["$link"]
    did = post["author"]["did"]
    original = call("com.atproto.sync.getBlob", did=did, cid=cid).content
    assert shown["fullsize"].endswith(f"/img/feed_fullsize/plain/{did}/{cid}@jpeg")
    small = http.get(shown["fullsize"], timeout=20)
    with Image.open(io.BytesIO(original)) as whole, Image.open(io.BytesIO(small.content)) as less:
        assert less.width < whole.width == shown["aspectRatio"]["width"]
    assert small.headers["Content-Type"] == "image/jpeg"


def test_a_video_has_a_still(posts, http):
    view = next(p["embed"] for p in posts if "video#view" in p.get("embed", {}).get("$type", ""))
    with Image.open(io.BytesIO(http.get(view["thumbnail"], timeout=20).content)) as still:
        assert still.width == view["aspectRatio"]["width"]


def test_posts_that_are_gone_are_left_out(still, call):
    likes = still.bluesky.truth("lina")["likes"]
    gone = next(like["subject"] for like in likes if like["is_gone"])
    there = next(like["subject"] for like in likes if "text" in like)
    said = call("app.bsky.feed.getPosts", uris=[gone, there]).json()["posts"]
    assert [post["uri"] for post in said] == [there]


def test_of_posts_twenty_five_are_told_at_once(call):
    answer = call("app.bsky.feed.getPosts", uris=["at://x/y/z"] * 26)
    assert (answer.status_code, answer.json()["error"]) == (400, "InvalidRequest")


def test_the_list_that_looks_right_wants_a_sign_in(call, lina):
    answer = call("app.bsky.feed.getActorLikes", actor=lina)
    assert (answer.status_code, answer.json()["error"]) == (401, "AuthMissing")


def test_each_answer_says_how_much_is_left(call):
    first, second = (call("app.bsky.actor.getProfile", actor="lina.test").headers for _ in "ab")
    assert first["RateLimit-Limit"] == "3000"
    assert int(second["RateLimit-Remaining"]) == int(first["RateLimit-Remaining"]) - 1
    assert int(first["RateLimit-Reset"]) > 1_700_000_000


def test_one_seed_and_start_are_one_sky_and_another_seed_is_another(tmp_path):
    with Simulator(seed="one", data=tmp_path / "a") as sim:
        truth = sim.bluesky.truth("marek", hashes=True)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "one.jsonl").write_text((tmp_path / "a" / "one.jsonl").read_text())
    with Simulator(seed="one", data=tmp_path / "b") as sim:
        assert sim.bluesky.truth("marek", hashes=True) == truth
    with Simulator(seed="two") as sim:
        assert sim.bluesky.truth("marek")["person"]["did"] != truth["person"]["did"]
