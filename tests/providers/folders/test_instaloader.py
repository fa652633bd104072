"""What Instaloader leaves: names by time, `_1` and on for members, JSON and words once a post."""

from __future__ import annotations

import pytest

from tests.providers.folders.left import (
    CODE,
    LINK,
    OTHER,
    OTHER_CODE,
    POST,
    POSTED,
    STAMP,
    instaloader,
    leave_all,
    read,
    told,
)

UTC_STAMP = f"ada_pix/{STAMP}_UTC"


def test_the_packed_json_tells_whose_a_picture_is(tmp_path):
    folder = leave_all(tmp_path, {f"{UTC_STAMP}.jpg": None, f"{UTC_STAMP}.json.xz": instaloader()})
    (found,) = read(folder)
    post = found.post
    assert (found.name, found.kind, found.position) == (f"{UTC_STAMP}.jpg", "image", 0)
    assert (post.post_id, post.link, post.posted_at) == (POST, LINK, POSTED)
    assert (post.author_id, post.author, post.author_name) == ("1000001", "ada_pix", "Ada P.")
    assert (post.caption, post.hashtags) == ("Sunrise #sunrise", ("sunrise",))


def test_a_video_and_its_poster_share_a_position(tmp_path):
    files = {f"{UTC_STAMP}.jpg": None, f"{UTC_STAMP}.mp4": None}
    folder = leave_all(tmp_path, files | {f"{UTC_STAMP}.json": instaloader()})
    assert told(folder) == {
        f"{UTC_STAMP}.jpg": (POST, 0, "image"),
        f"{UTC_STAMP}.mp4": (POST, 0, "video"),
    }


def test_members_are_counted_by_their_names(tmp_path):
    names = [f"{UTC_STAMP}_{n}.jpg" for n in (1, 2, 10)] + [f"{UTC_STAMP}_2.mp4"]
    files = dict.fromkeys(names) | {f"{UTC_STAMP}.json.xz": instaloader()}
    assert told(leave_all(tmp_path, files)) == {
        f"{UTC_STAMP}_1.jpg": (POST, 0, "image"),
        f"{UTC_STAMP}_2.jpg": (POST, 1, "image"),
        f"{UTC_STAMP}_2.mp4": (POST, 1, "video"),
        f"{UTC_STAMP}_10.jpg": (POST, 9, "image"),
    }


def test_a_single_picture_is_the_first_whatever_number_ends_its_name(tmp_path):
    files = {"ada_14.jpg": None, "ada_14.json": instaloader()}
    assert told(leave_all(tmp_path, files)) == {"ada_14.jpg": (POST, 0, "image")}


@pytest.mark.parametrize(
    "name",
    [
        f"{CODE}.jpg",
        f"{CODE}.WEBP",
        f"{STAMP}_{CODE}.jpg",
        f"ada_pix_{CODE}_{STAMP}.png",
        f"[ig] ada—2018.06.14—{CODE}—44877605_725955034447492_3123079845831750529_n.jpg",
        f"ada_pix {STAMP} - {CODE}.jpeg",
        f"{POST}.jpg",
        f"{STAMP}_{POST}.jpg",
        f"-{CODE}/{STAMP}_UTC.jpg",
        f"all/{CODE}/picture.jpg",
    ],
)
def test_names_of_ones_own_tell_a_post_by_code_or_id(tmp_path, name):
    assert told(leave_all(tmp_path, {name: None})) == {name: (POST, 0, "image")}


def test_codes_and_ids_in_names_are_numbered_too(tmp_path):
    names = [f"{CODE}_1.jpg", f"{CODE}_2.jpg", f"-{OTHER_CODE}/a_UTC_2.jpg", f"b/{POST}_3.jpg"]
    assert told(leave_all(tmp_path, dict.fromkeys(names))) == {
        f"{CODE}_1.jpg": (POST, 0, "image"),
        f"{CODE}_2.jpg": (POST, 1, "image"),
        f"-{OTHER_CODE}/a_UTC_2.jpg": (OTHER, 1, "image"),
        f"b/{POST}_3.jpg": (POST, 2, "image"),
    }


def test_files_of_one_post_without_numbers_stand_in_their_order(tmp_path):
    names = [f"{n} {CODE}.jpg" for n in (10, 9, 1)]
    assert told(leave_all(tmp_path, dict.fromkeys(names))) == {
        f"1 {CODE}.jpg": (POST, 0, "image"),
        f"9 {CODE}.jpg": (POST, 1, "image"),
        f"10 {CODE}.jpg": (POST, 2, "image"),
    }


@pytest.mark.parametrize(
    "name",
    [
        "IMG_20180614_153320.jpg",
        f"{STAMP}_UTC.jpg",
        "photography.jpg",  # eleven letters, and no number that small
        "Generations.jpg",  # a day in 2039
        f"x{CODE}.jpg",
        f"{CODE}x.jpg",
        f"{CODE[:-1]}.jpg",
        "44877605_725955034447492_3123079845831750529_n.jpg",
        "9999999999999999999.jpg",
        "9000000000000000000.jpg",  # a day in 2045
        f"{CODE} {OTHER_CODE}.jpg",  # one of two
        "12345.jpg",
        f"{STAMP}_UTC_profile_pic.jpg",
        f"-{CODE}/{STAMP}_UTC_profile_pic.jpg",
        f":stories/{CODE}.jpg",
        f"._{POST}.jpg",
        f"{POST}.jpg.part",
        f"{POST}.heic",
        f"{POST}.txt",
        f"{POST}",
    ],
)
def test_what_tells_no_post_is_left_out(tmp_path, name):
    assert told(leave_all(tmp_path, {name: None})) == {}


@pytest.mark.parametrize("name", ["2013-05-06_Y-AYZpzEsf.jpg", "ada 20130505 Y-AYZpzEsf.jpg"])
def test_a_code_of_ten_letters_counts_where_the_name_says_its_day(tmp_path, name):
    (found,) = read(leave_all(tmp_path, {name: None}))
    assert found.post.link == "https://www.instagram.com/p/Y-AYZpzEsf/"


@pytest.mark.parametrize("name", ["Y-AYZpzEsf.jpg", "2013-09-06_Y-AYZpzEsf.jpg", "photograph.jpg"])
def test_a_word_of_ten_letters_is_no_code(tmp_path, name):
    assert told(leave_all(tmp_path, {name: None})) == {}


def test_words_in_a_text_file_are_the_caption_where_no_json_tells_one(tmp_path):
    files = {f"{CODE}_1.jpg": None, f"{CODE}.txt": "Morning, café\n"}
    assert read(leave_all(tmp_path, files))[0].post.caption == "Morning, café"
    leave_all(tmp_path, {f"{CODE}.json": instaloader()})
    assert read(tmp_path)[0].post.caption == "Sunrise #sunrise"


@pytest.mark.parametrize(
    "node",
    [
        {"id": int(POST)},
        {"id": None},
        {"id": None, "shortcode": None, "code": CODE},
        {"date": None, "taken_at_timestamp": 1528990400},
        {"date": "1528990400.0"},
        {"edge_media_to_caption": None, "caption": "Sunrise #sunrise"},
        {"edge_media_to_caption": None, "caption": {"text": "Sunrise #sunrise"}},
    ],
)
def test_the_node_of_any_version_is_understood(tmp_path, node):
    folder = leave_all(tmp_path, {"a.jpg": None, "a.json.xz": instaloader(**node)})
    post = read(folder)[0].post
    assert (post.post_id, post.posted_at, post.caption) == (POST, POSTED, "Sunrise #sunrise")


def test_before_version_4_the_node_stood_alone(tmp_path):
    folder = leave_all(tmp_path, {f"{STAMP}.jpg": None, f"{STAMP}.json": instaloader()["node"]})
    assert told(folder) == {f"{STAMP}.jpg": (POST, 0, "image")}


@pytest.mark.parametrize(
    "written", [instaloader("StoryItem"), instaloader(__typename="GraphStoryVideo")]
)
def test_a_story_belongs_to_no_post(tmp_path, written):
    folder = leave_all(tmp_path, {f"{CODE}.mp4": None, f"{CODE}.json.xz": written})
    assert told(folder) == {}


def test_files_that_say_nothing_of_a_post_do_no_harm(tmp_path):
    others = {
        f"ada_pix/{name}": what
        for name, what in {
            "id": "1000001\n",
            "ada_pix_1000001.json.xz": instaloader("Profile"),
            f"{STAMP}_UTC_comments.json": [{"id": 1}],
            f"{STAMP}_UTC_location.txt": "Example Bay\n",
            "iterator_xy.json.xz": instaloader("FrozenNodeIterator"),
        }.items()
    }
    files = {f"{UTC_STAMP}.jpg": None, f"{UTC_STAMP}.json.xz": instaloader()}
    assert told(leave_all(tmp_path, files | others)) == {f"{UTC_STAMP}.jpg": (POST, 0, "image")}
