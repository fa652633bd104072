"""Whatever lies in a folder: nothing raises, nothing leads out, nothing swells."""

from __future__ import annotations

import json
import lzma
import os
import random
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.instagram.folders import InstagramFolders, sidecars
from providers.instagram.folders.names import kind_of, read_name
from tests.providers.folders.left import (
    CODE,
    JPEG,
    MEMBERS,
    OTHER,
    OTHER_CODE,
    POST,
    STAMP,
    gallery_dl,
    instaloader,
    leave_all,
    names_in,
    read,
    told,
)

BY_NAME = {f"{POST}.jpg": (POST, 0, "image")}
DEEP = "[" * 100_000


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\xff\xfe\x00",
        b"null",
        b"[]",
        b"7",
        b'{"category": "instagram"',
        b'{"category": "instagram"}',
        DEEP.encode(),
        b'{"post_id": ' + DEEP.encode(),
        b'{"post_id": ' + b"9" * 5_000 + b"}",
        b'{"post_id": 1e400, "media_id": NaN}',
        b'{"post_id": "0"}',
        b'{"post_id": -5}',
        b'{"node": {}}',
        b'{"node": {"id": ["1"]}, "instaloader": 7}',
        b'{"description": "' + b"x" * 5_300_000 + b'"}',
        b'{"tags": [' + b"[]," * 500_000 + b"[]]}",
    ],
)
def test_where_the_json_is_broken_the_name_counts(tmp_path, broken):
    leave_all(tmp_path, {f"{POST}.jpg": None, f"{POST}.jpg.json": broken})
    assert told(tmp_path) == BY_NAME


@pytest.mark.parametrize(
    "packed",
    [
        b"\xfd7zXZ\0 and no more",
        lzma.compress(json.dumps(instaloader(id=OTHER)).encode())[:-20],
        lzma.compress(json.dumps(instaloader(id=OTHER)).encode(), lzma.FORMAT_ALONE),
        lzma.compress(b" " * 2_200_000 + json.dumps(instaloader(id=OTHER)).encode()),
        lzma.compress(
            json.dumps(instaloader(id=OTHER)).encode(),
            filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 28}],
        ),
    ],
    ids=["noise", "cut", "other form", "bomb", "greedy"],
)
def test_what_unpacks_badly_or_too_far_is_broken(tmp_path, packed):
    leave_all(tmp_path, {f"{POST}.jpg": None, f"{POST}.json.xz": packed})
    assert told(tmp_path) == BY_NAME


def test_a_bomb_is_not_unpacked_beyond_its_cap(tmp_path):
    bomb = lzma.compress(b"[" * 60_000_000, preset=0)
    leave_all(tmp_path, {f"{POST}.jpg": None, f"{POST}.json.xz": bomb})
    tracemalloc.start()
    assert told(tmp_path) == BY_NAME
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.parametrize("ending", [".jpg.json", ".json.xz"])
def test_of_sidecars_without_end_the_later_ones_say_nothing(tmp_path, monkeypatch, ending):
    ids = [str(int(POST) + n * 10**12) for n in range(6)]
    for post_id in ids:
        beside = instaloader(id=OTHER, pad="x" * 10_000)
        leave_all(tmp_path, {f"{post_id}.jpg": None, f"{post_id}{ending}": beside})
    assert {post for post, *_ in told(tmp_path).values()} == {OTHER}
    monkeypatch.setattr(sidecars, "ALL_BYTES", 25_000)
    found = told(tmp_path)
    assert [post for post, *_ in found.values()].count(OTHER) == 3
    assert found == told(tmp_path)
    assert len(found) == 6


def test_what_unpacks_and_breaks_is_paid_for(tmp_path):
    packed = lzma.compress(json.dumps(instaloader(pad="x" * 100_000)).encode())
    budget = sidecars.Budget()
    leave_all(tmp_path, {"a.json.xz": packed[:-8] + b"broken!!"})
    assert sidecars.read_sidecar(tmp_path, "a.json.xz", budget) is None
    assert sidecars.ALL_BYTES - budget.left > 100_000


@pytest.mark.parametrize(
    "more",
    [
        {"description": "a\0b\ud800", "username": "\0", "fullname": ["x"], "tags": [None, 5, "#"]},
        {"description": {"a": 1}, "owner_id": {}, "tags": "#x", "num": "many"},
        {"num": -3, "post_date": {}, "date": True, "post_url": "https://www.instagram.com\0/p/"},
        {"num": 10**12, "username": 7, "tags": [["#"]] * 1_000, "owner_id": "a b"},
    ],
)
def test_odd_values_become_blanks_and_storable_text(tmp_path, more):
    leave_all(tmp_path, {f"{POST}.jpg": None, f"{POST}.jpg.json": gallery_dl(**more)})
    (found,) = read(tmp_path)
    post = found.post
    assert (post.post_id, found.position) == (POST, 0)
    for text in (post.caption, post.author, post.author_name, post.link, *post.hashtags):
        assert "\0" not in text
        text.encode()


def test_no_sidecar_is_read_through_a_link_or_from_a_fifo(tmp_path):
    folder, elsewhere = tmp_path / "in", tmp_path / "elsewhere"
    leave_all(elsewhere, {"a.json": gallery_dl(post_id=OTHER), "words.txt": "secret"})
    leave_all(folder, {f"{POST}.jpg": None, f"{OTHER_CODE}.jpg": None, f"{CODE}_1.jpg": None})
    (folder / f"{POST}.jpg.json").symlink_to(elsewhere / "a.json")
    (folder / f"{OTHER_CODE}.txt").symlink_to(elsewhere / "words.txt")
    (folder / f"{CODE}.txt").symlink_to("/etc/passwd")
    os.mkfifo(folder / f"{CODE}_1.jpg.json")
    (folder / f"{CODE}_1.json").mkdir()
    (folder / f"{CODE}.json").symlink_to("/dev/zero")
    names = [path.name for path in folder.iterdir()]
    found = {each.name: each.post for each in InstagramFolders().read(folder, names)}
    assert {name: post.post_id for name, post in found.items()} == {
        f"{POST}.jpg": POST,
        f"{OTHER_CODE}.jpg": OTHER,
        f"{CODE}_1.jpg": POST,
    }
    assert {post.caption for post in found.values()} == {""}


def test_no_name_that_leads_elsewhere_is_found(tmp_path):
    names = [f"../{POST}.jpg", f"/tmp/{POST}.jpg", f"a/../{POST}.jpg", f"a\0/{POST}.jpg", ""]
    assert list(InstagramFolders().read(tmp_path, names)) == []


def test_a_folder_that_is_not_there_says_what_its_names_say(tmp_path):
    names = [f"{POST}.jpg", f"{POST}.jpg.json"]
    (found,) = InstagramFolders().read(tmp_path / "missing", names)
    assert found.post.post_id == POST


def test_the_order_of_the_names_does_not_matter(tmp_path):
    files = {f"a/{POST}_{member}.jpg": None for member in MEMBERS}
    files |= {f"b/{STAMP}_UTC_{n}.jpg": None for n in (1, 2, 3)}
    files |= {f"b/{STAMP}_UTC.json.xz": instaloader(id=OTHER), f"c/{OTHER_CODE}.mp4": None}
    leave_all(tmp_path, files)
    names = names_in(tmp_path)
    first = list(InstagramFolders().read(tmp_path, names))
    assert len(first) == 7
    for seed in range(5):
        random.Random(seed).shuffle(names)
        assert list(InstagramFolders().read(tmp_path, names * 2)) == first


def test_files_that_claim_one_position_are_all_found(tmp_path):
    files = {}
    for name in ("a.jpg", "b.jpg"):
        files |= {f"{CODE} {name}": None, f"{CODE} {name}.json": gallery_dl(num=2)}
    files |= {f"{CODE} c.jpg": None, f"{CODE} d.jpg": None}
    leave_all(tmp_path, files)
    positions = {name: position for name, (_, position, _) in told(tmp_path).items()}
    assert positions == {
        f"{CODE} a.jpg": 1,
        f"{CODE} b.jpg": 1,
        f"{CODE} c.jpg": 0,
        f"{CODE} d.jpg": 2,
    }


def test_memory_does_not_grow_with_what_lies_in_the_folder(tmp_path):
    """A thousand files that all claim one post, each with a caption of a tenth of a megabyte."""
    words = "x" * 100_000
    sidecar = tmp_path / "one.json"
    sidecar.write_text(json.dumps(gallery_dl(description=words)))
    names = []
    for n in range(1_000):
        names += [f"{POST} {n}.jpg", f"{POST} {n}.jpg.json"]
        (tmp_path / names[-1]).hardlink_to(sidecar)
    tracemalloc.start()
    assert sum(1 for _ in InstagramFolders().read(tmp_path, names)) == 1_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30_000_000


pieces = st.one_of(
    st.sampled_from([POST, CODE, OTHER, OTHER_CODE, STAMP, "_1", "_UTC", "_", "-", "/", "."]),
    st.sampled_from([".jpg", ".mp4", ".json", ".json.xz", ".txt", "p", "..", "\0", " "]),
    st.text(max_size=12),
)


@given(st.lists(st.lists(pieces, max_size=8).map("".join), max_size=8))
def test_any_names_at_all_are_read_or_left_out(names):
    found = list(InstagramFolders().read(Path("/nonexistent"), names))
    assert {each.name for each in found} <= set(names)
    for each in found:
        assert each.post.post_id.isascii()
        assert each.post.post_id.isdigit()
        assert 0 <= each.position < len(names) + 1_000
        assert each.kind == kind_of(each.name)


@given(
    st.sampled_from(["", "ada ", "2018-06-14_", "x.y-", "été_"]),
    st.sampled_from(["", "_1", " end", "-2", ".UTC"]),
    st.integers(10**16, 3_900_000_000_000_000_000).map(str),
    st.sampled_from([".jpg", ".PNG", ".mp4"]),
)
def test_an_id_is_found_in_any_company(before, after, post_id, extension):
    assert read_name(f"{before}{post_id}{after}{extension}").post_id == post_id


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "node",
                        "id",
                        "shortcode",
                        "owner",
                        "edges",
                        "edge_media_to_caption",
                        "caption",
                        "text",
                        "post_id",
                        "media_id",
                        "num",
                        "tags",
                        "date",
                        "username",
                        "post_url",
                        "category",
                        "instaloader",
                        "node_type",
                        "__typename",
                        "description",
                    ]
                ),
                inner,
                max_size=6,
            )
        ),
    )
)
def test_any_json_at_all_is_read_or_left_out(tmp_path_factory, value):
    folder = tmp_path_factory.mktemp("any")
    (folder / "a.jpg").write_bytes(JPEG)
    (folder / "a.jpg.json").write_text(json.dumps(value))
    for found in read(folder):
        assert found.post.post_id.isdigit()
        found.post.caption.encode()
