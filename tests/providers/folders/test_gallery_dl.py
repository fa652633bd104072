"""What gallery-dl leaves: decimal ids in its names, flat JSON beside each file."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.providers.folders.left import (
    CODE,
    LINK,
    MEMBERS,
    OTHER,
    POST,
    POSTED,
    gallery_dl,
    leave_all,
    read,
    told,
)

FIRST, SECOND, THIRD = MEMBERS


def left(tmp_path, *names, **files):
    return told(leave_all(tmp_path, dict.fromkeys(names) | files))


def test_the_number_in_a_name_is_the_post(tmp_path):
    name = f"instagram/ada_pix/{POST}.jpg"
    assert left(tmp_path, name) == {name: (POST, 0, "image")}


def test_a_name_says_when_and_where_a_post_was_made_and_leaves_the_rest_open(tmp_path):
    (found,) = read(leave_all(tmp_path, {f"{POST}.jpg": None}))
    post = found.post
    assert post.posted_at == datetime(2018, 6, 14, 15, 33, 20, 173_000, tzinfo=UTC)
    assert post.link == LINK
    assert (post.author, post.author_name, post.caption, post.hashtags) == ("", "", "", ())


def test_of_two_numbers_the_first_is_the_post_and_the_second_the_member(tmp_path):
    names = [f"ada/{POST}_{member}.jpg" for member in (THIRD, FIRST, SECOND)]
    assert left(tmp_path, *names) == {
        f"ada/{POST}_{FIRST}.jpg": (POST, 0, "image"),
        f"ada/{POST}_{SECOND}.jpg": (POST, 1, "image"),
        f"ada/{POST}_{THIRD}.jpg": (POST, 2, "image"),
    }


def test_a_preview_shares_the_position_of_its_video(tmp_path):
    names = (f"{OTHER}p.jpg", f"{OTHER}.mp4", f"{POST}_{FIRST}.jpg")
    assert left(tmp_path, *names, f"{POST}_{SECOND}p.jpg", f"{POST}_{SECOND}.mp4") == {
        f"{OTHER}.mp4": (OTHER, 0, "video"),
        f"{OTHER}p.jpg": (OTHER, 0, "image"),
        f"{POST}_{FIRST}.jpg": (POST, 0, "image"),
        f"{POST}_{SECOND}.mp4": (POST, 1, "video"),
        f"{POST}_{SECOND}p.jpg": (POST, 1, "image"),
    }


def test_the_json_of_a_file_tells_author_words_and_time(tmp_path):
    folder = leave_all(tmp_path, {"a.jpg": None, "a.jpg.json": gallery_dl()})
    (found,) = read(folder)
    post = found.post
    assert (found.name, found.kind, found.position) == ("a.jpg", "image", 0)
    assert (post.post_id, post.link, post.posted_at) == (POST, LINK, POSTED)
    assert (post.author_id, post.author, post.author_name) == ("1000001", "ada_pix", "Ada P.")
    assert (post.caption, post.hashtags) == ("Sunrise #sunrise", ("sunrise",))
    assert post.liked_at is None


def test_the_number_in_the_json_is_the_position_whatever_the_name(tmp_path):
    files = {}
    for number, member in enumerate(MEMBERS, 1):
        files[f"{9 - number}.jpg"] = None
        files[f"{9 - number}.jpg.json"] = gallery_dl(
            num=number, media_id=member, sidecar_media_id=POST
        )
    assert left(tmp_path, **files) == {
        "8.jpg": (POST, 0, "image"),
        "7.jpg": (POST, 1, "image"),
        "6.jpg": (POST, 2, "image"),
    }


def test_the_json_of_2019_had_no_number_and_no_words(tmp_path):
    old = {"media_id": FIRST, "shortcode": "BkAp_NqA8g9", "typename": "GraphImage"}
    common = {"sidecar_media_id": POST, "sidecar_shortcode": CODE, "username": "ada_pix"}
    dated = {"date": "2018-06-14 15:33:20", "likes": 3, "owner_id": "1000001", "fullname": ""}
    folder = leave_all(
        tmp_path,
        {
            f"{POST}_{FIRST}.jpg": None,
            f"{POST}_{FIRST}.jpg.json": old | common | dated,
            f"{POST}_{SECOND}.jpg": None,
            f"{POST}_{SECOND}.jpg.json": old | common | dated | {"media_id": SECOND},
        },
    )
    assert [(f.post.post_id, f.position, f.post.author) for f in read(folder)] == [
        (POST, 0, "ada_pix"),
        (POST, 1, "ada_pix"),
    ]


@pytest.mark.parametrize(
    "ids",
    [
        {"post_id": int(POST), "media_id": int(POST)},
        {"post_id": f"{POST}_1000001"},
        {"post_id": None, "media_id": None},
        {"post_id": "", "post_shortcode": None, "media_id": f"{POST}p"},
        {"post_id": None, "post_shortcode": "", "media_id": None},
        {"post_id": "highlight:1", "sidecar_shortcode": CODE},
    ],
)
def test_any_key_that_holds_the_post_is_understood(tmp_path, ids):
    files = {"a.jpg": None, "a.jpg.json": gallery_dl(**ids)}
    assert left(tmp_path, **files) == {"a.jpg": (POST, 0, "image")}


def test_one_json_for_the_whole_post_serves_all_its_files(tmp_path):
    files = {f"{CODE}_1.jpg": None, f"{CODE}_2.mp4": None, f"{CODE}.json": gallery_dl(num=2)}
    folder = leave_all(tmp_path, files)
    assert told(folder) == {
        f"{CODE}_1.jpg": (POST, 0, "image"),
        f"{CODE}_2.mp4": (POST, 1, "video"),
    }
    assert {found.post.author for found in read(folder)} == {"ada_pix"}


def test_a_json_called_like_the_post_serves_its_members(tmp_path):
    files = {f"{POST}_{SECOND}.jpg": None, f"{POST}.json": gallery_dl()}
    (found,) = read(leave_all(tmp_path, files))
    assert (found.post.author, found.position) == ("ada_pix", 0)


@pytest.mark.parametrize(
    "more",
    [
        {"subcategory": "stories"},
        {"subcategory": "avatar"},
        {"expires": "2018-06-15 15:33:20"},
        {"expires": None},
        {"type": "highlight"},
        {"audio_url": "https://cdn.example/song.m4a"},
        {"post_url": "https://www.instagram.com/stories/ada_pix/"},
        {"category": "twitter"},
    ],
)
def test_stories_portraits_songs_and_other_services_belong_to_no_post(tmp_path, more):
    name = f"{POST}.jpg"
    assert left(tmp_path, name, **{f"{name}.json": gallery_dl(**more)}) == {}


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "https://evil.example/p/1/", "http://[", 7, None, "//x"]
)
def test_a_link_that_leads_elsewhere_is_made_anew(tmp_path, link):
    folder = leave_all(tmp_path, {"a.jpg": None, "a.jpg.json": gallery_dl(post_url=link)})
    assert read(folder)[0].post.link == LINK


@pytest.mark.parametrize(
    "when", ["2018-06-14T15:33:20Z", "2018-06-14T17:33:20+02:00", 1528990400, "1528990400"]
)
def test_a_time_is_read_in_every_spelling(tmp_path, when):
    folder = leave_all(tmp_path, {"a.jpg": None, "a.jpg.json": gallery_dl(post_date=when)})
    assert read(folder)[0].post.posted_at == POSTED


@pytest.mark.parametrize(
    "when", ["0001-01-01 00:00:00", "9999-12-31T23:59:59", "never ever", [], 0]
)
def test_a_time_that_cannot_be_is_taken_from_the_id(tmp_path, when):
    more = {"post_date": when, "date": when}
    folder = leave_all(tmp_path, {"a.jpg": None, "a.jpg.json": gallery_dl(**more)})
    assert read(folder)[0].post.posted_at == POSTED.replace(microsecond=173_000)
