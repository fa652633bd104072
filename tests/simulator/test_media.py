"""Pictures that decode and differ, videos that are whole, addresses that run out."""

from __future__ import annotations

import hashlib
import io
import struct

import pytest
from PIL import Image

from simulator.authors import SUBJECTS
from simulator.pictures import Order, encode
from simulator.serve import Simulator
from simulator.video import encode_video

FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF"}


def boxes(data: bytes) -> dict[bytes, bytes]:
    found, at = {}, 0
    while at < len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        found[name] = data[at + 8 : at + size]
        at += size
    assert at == len(data)
    return found


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_subject_is_drawn_the_same_twice_and_differently_each_time(subject):
    orders = [Order(f"{subject}{n}", subject, 150, 188, style=str(n)) for n in range(3)]
    bodies = [encode(order) for order in orders]
    assert encode(orders[0]) == bodies[0]
    assert len(set(bodies)) == 3
    with Image.open(io.BytesIO(bodies[0])) as picture:
        picture.load()
        assert picture.size == (150, 188)


@pytest.mark.parametrize("extension", FORMATS)
def test_each_format_is_what_it_says_and_small(extension):
    body = encode(Order("x", "sea", 640, 640, extension))
    with Image.open(io.BytesIO(body)) as picture:
        picture.load()
        assert (picture.format, picture.size) == (FORMATS[extension], (640, 640))
    assert len(body) < 300_000


@pytest.mark.parametrize("size", [(320, 320), (256, 320), (160, 160), (32, 32)])
def test_a_video_has_its_index_first_and_a_table_that_adds_up(size):
    data = encode_video(Order("v", "sea", *size, "mp4"))
    assert len(data) < 300_000
    top = boxes(data)
    assert list(top) == [b"ftyp", b"moov", b"mdat"]
    movie = boxes(top[b"moov"])
    scale, length = struct.unpack_from(">II", movie[b"mvhd"], 12)
    assert 2 <= length / scale <= 4
    track = boxes(movie[b"trak"])
    assert struct.unpack(">II", track[b"tkhd"][-8:]) == (size[0] << 16, size[1] << 16)
    table = boxes(boxes(boxes(track[b"mdia"])[b"minf"])[b"stbl"])
    _, _, count = struct.unpack_from(">III", table[b"stsz"])
    sizes = struct.unpack_from(f">{count}I", table[b"stsz"], 12)
    assert sum(sizes) == len(top[b"mdat"])
    (offset,) = struct.unpack_from(">I", table[b"stco"], 8)
    assert data[offset + 4] == 0x65


def test_videos_differ_and_repeat():
    orders = [Order(f"v{n}", "sea", 160, 160, "mp4") for n in range(4)]
    assert len({encode_video(order) for order in orders}) == 4
    assert encode_video(orders[0]) == encode_video(orders[0])


def addresses(posts):
    for post in posts:
        for part in post.get("carousel_media", [post]):
            for family in ("images", "videos"):
                if family in part:
                    yield part[family]["standard_resolution"]


def test_every_address_answers_with_its_size_and_type(sim, get, http):
    sim.set_likes("p", 60)
    posts = [
        p for c in ({},) for p in get("/users/self/media/liked", "p", count=33, **c).json()["data"]
    ]
    for said in addresses(posts):
        answer = http.get(said["url"], timeout=20)
        assert answer.status_code == 200
        assert int(answer.headers["Content-Length"]) == len(answer.content)
        if answer.headers["Content-Type"] == "video/mp4":
            assert answer.content[4:8] == b"ftyp"
            continue
        with Image.open(io.BytesIO(answer.content)) as picture:
            assert picture.size == (said["width"], said["height"])
            assert answer.headers["Content-Type"] == Image.MIME[picture.format]


def test_full_pictures_have_three_sizes(http):
    with Simulator(tiny=False) as sim:
        query = {"access_token": sim.token("chika"), "count": 2}
        page = http.get(f"{sim.api}/users/self/media/liked", params=query, timeout=20).json()
        for said in page["data"][0]["images"].values():
            with Image.open(io.BytesIO(http.get(said["url"], timeout=20).content)) as picture:
                assert picture.size == (said["width"], said["height"])


def test_no_size_of_a_picture_is_wider_than_the_standard_one(sim, get):
    widths = set()
    for like in sim.truth("ada")["likes"][:300]:
        if like["kind"] == "video":
            images = get(f"/media/{like['post_id']}").json()["data"]["images"]
            standard = images["standard_resolution"]["width"]
            assert images["low_resolution"]["width"] <= standard
            widths.add(standard)
    assert len(widths) == 2


def test_the_truth_knows_the_hash_of_every_file(sim, get, http):
    sim.set_likes("p", 8)
    said = [m["sha256"] for like in sim.truth("p", hashes=True)["likes"] for m in like["media"]]
    posts = get("/users/self/media/liked", "p").json()["data"]
    seen = {
        hashlib.sha256(http.get(a["url"], timeout=20).content).hexdigest() for a in addresses(posts)
    }
    assert seen == set(said)


def test_addresses_run_out_and_the_post_knows_fresh_ones(sim, get, http):
    post = get("/users/self/media/liked", count=1).json()["data"][0]
    old = post["images"]["standard_resolution"]["url"]
    body = http.get(old, timeout=20).content
    sim.expire_media()
    assert http.get(old, timeout=20).status_code == 403
    fresh = get(f"/media/{post['id']}").json()["data"]["images"]["standard_resolution"]["url"]
    assert http.get(fresh, timeout=20).content == body


def test_the_picture_of_a_deleted_post_is_gone(sim, get, http):
    post = get("/users/self/media/liked", count=1).json()["data"][0]
    sim.delete_post(post_id=post["id"].partition("_")[0])
    assert http.get(post["images"]["thumbnail"]["url"], timeout=20).status_code == 404
