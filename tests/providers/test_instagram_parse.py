"""What was ever recorded of Instagram's posts is read; what cannot be read hurts nobody else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from providers.instagram.codec import link_of, posted_at_of, shortcode
from providers.instagram.parse import read_post, read_posts
from providers.shapes import LikedPost, Place, Rejected
from tests.providers.posts import ADA, images, make_2011_post, make_post, rendition, videos

SNOWFLAKE = "1738371053631046663"


def read(**changes) -> LikedPost:
    post = read_post(make_post(**changes))
    assert isinstance(post, LikedPost)
    return post


def seen(post: LikedPost):
    return [(m.kind, m.position, m.url.rpartition("/")[2].partition(".")[0]) for m in post.media]


def test_a_post_of_2018():
    post = read()
    assert (post.post_id, post.author_id, post.author) == (SNOWFLAKE, "7001", "ada.draws")
    assert (post.author_name, post.caption) == ("Ada D.", "First light #dawn")
    assert post.link == "https://www.instagram.com/p/Bgf70NTgAQH/"
    assert post.place == Place("The Pier", "99", 1.5, -2.5)
    assert post.hashtags == ("dawn",)
    assert post.posted_at == datetime(2018, 3, 19, 9, 0, tzinfo=UTC)
    assert post.liked_at is None
    assert seen(post) == [("image", 0, "p640")]


def test_a_post_of_2011():
    post = read_post(make_2011_post())
    assert isinstance(post, LikedPost)
    assert (post.post_id, post.author_id, post.author_name) == ("112000321", "42", "Bo B")
    assert (post.link, post.caption, post.hashtags) == ("", "", ())
    assert post.place == Place("", "", 1.0, 2.0)
    assert post.posted_at == datetime(2011, 9, 2, 21, 46, 40, tzinfo=UTC)
    assert seen(post) == [("image", 0, "h")]


@pytest.mark.parametrize(
    ("given", "post_id", "owner"),
    [
        (f"{SNOWFLAKE}_5", SNOWFLAKE, "5"),
        (SNOWFLAKE, SNOWFLAKE, ""),
        (int(SNOWFLAKE), SNOWFLAKE, ""),
        (2**70, str(2**70), ""),
        ("12_34_56", "12", "34_56"),
        (7.0, "7", ""),
    ],
)
def test_an_id_is_text_without_its_owner(given, post_id, owner):
    post = read(id=given, user=None, caption=None)
    assert (post.post_id, post.author_id) == (post_id, owner)


@pytest.mark.parametrize(
    "given", [None, "", "_5", "  ", True, [], {}, 1.5, -3, "a\0b", "x" * 300, "a b"]
)
def test_a_post_without_a_usable_id_is_rejected(given):
    bad = read_post(make_post(id=given), 4)
    assert isinstance(bad, Rejected)
    assert (bad.position, bad.reason) == (4, "no usable id")


@pytest.mark.parametrize("entry", [None, 7, "x", [], True, [make_post()]])
def test_an_entry_that_is_no_object_is_rejected(entry):
    assert isinstance(read_post(entry), Rejected)


def test_an_id_alone_is_rejected():
    bad = read_post({"id": "5_6", "type": "image"})
    assert isinstance(bad, Rejected)
    assert bad.post_id == "5"


def test_a_rejected_entry_shows_keys_and_types_but_nothing_that_was_written():
    entry = {"caption": {"text": "my diary"}, "tags": ["diary"], "my diary key": 1, "n": None}
    bad = read_post(entry)
    assert isinstance(bad, Rejected)
    assert bad.shape == "{caption: {text: str}, ?: int, n: null, tags: [str…1]}"


@pytest.mark.parametrize(
    ("caption", "text"),
    [
        (None, ""),
        (..., ""),
        ({}, ""),
        ({"text": None}, ""),
        ({"text": ""}, ""),
        ("plain", "plain"),
        ({"text": "  a\n👩‍👩‍👧 e\u0301\u200f "}, "  a\n👩‍👩‍👧 e\u0301\u200f "),
        ({"text": "a\0b"}, "a\ufffdb"),
        ({"text": "a\ud83db"}, "a\ufffdb"),
        ({"text": "\ud83d\udd25"}, "🔥"),
        ({"text": "x" * 150_000}, "x" * 100_000),
        ([1], ""),
        (5, ""),
    ],
)
def test_a_caption_is_kept_as_written(caption, text):
    assert read(caption=caption).caption == text


@pytest.mark.parametrize(
    ("user", "author"),
    [
        ({"id": 7, "username": "a"}, ("7", "a", "")),
        ({"id": "7", "username": "a", "full_name": ""}, ("7", "a", "")),
        ({"username": "a", "first_name": "A", "last_name": ""}, ("7001", "a", "A")),
        ({"username": None, "id": None}, ("7001", "", "")),
        (None, ("7001", "ada.draws", "Ada D.")),
        ("junk", ("7001", "ada.draws", "Ada D.")),
    ],
)
def test_an_author_is_whatever_is_told_of_them(user, author):
    post = read(user=user)
    assert (post.author_id, post.author, post.author_name) == author


@pytest.mark.parametrize(
    ("location", "place"),
    [
        (None, None),
        ({}, None),
        ({"id": None, "name": None}, None),
        ({"id": 0, "name": None, "latitude": None, "longitude": None}, None),
        ({"id": 213}, Place("", "213")),
        ({"id": "213", "name": "Pier"}, Place("Pier", "213")),
        ({"name": "Pier", "latitude": None, "longitude": None}, Place("Pier")),
        ({"latitude": 1, "longitude": 2}, Place("", "", 1.0, 2.0)),
        ({"latitude": "1.5", "longitude": "2"}, Place("", "", 1.5, 2.0)),
        ({"name": "x", "latitude": 1.0}, Place("x")),
        ({"name": "x", "latitude": 91, "longitude": 0}, Place("x")),
        ({"name": "x", "latitude": 0, "longitude": -181}, Place("x")),
        ({"latitude": -90, "longitude": 180}, Place("", "", -90.0, 180.0)),
        ({"name": "x", "latitude": float("nan"), "longitude": 0}, Place("x")),
        ({"name": "x", "latitude": 10**400, "longitude": 0}, Place("x")),
        ({"name": "x", "street_address": None}, Place("x")),
        ("The Pier", Place("The Pier")),
        ([1, 2], None),
    ],
)
def test_a_place_is_whatever_is_told_of_it(location, place):
    assert read(location=location).place == place


@pytest.mark.parametrize("given", ["1521450000", 1521450000, 1521450000.0, " 1521450000 "])
def test_a_time_is_seconds_as_text_or_number(given):
    assert read(created_time=given).posted_at == datetime(2018, 3, 19, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "given", [None, ..., "", "yesterday", 0, -1, True, 10**12, 10**400, float("inf"), [], "9" * 99]
)
def test_a_time_that_cannot_be_is_taken_from_the_id(given):
    assert read(created_time=given).posted_at == posted_at_of(SNOWFLAKE)


def test_an_old_id_holds_no_time():
    assert read(id="112000321_5", created_time=None).posted_at is None


@pytest.mark.parametrize(
    ("post_id", "code", "seconds"),
    [
        ("1801624514845722619", "BkAp_NqA8f7", 1528990400.173),
        ("3800086217997109325", "DS8nkgTk0hN", 1767225600.0),
        ("3487815252032309325", "DBnNX4Tk0hN", 1730000000.0),
    ],
)
def test_an_id_holds_link_and_time(post_id, code, seconds):
    assert shortcode(int(post_id)) == code
    assert link_of(post_id) == f"https://www.instagram.com/p/{code}/"
    assert posted_at_of(post_id).timestamp() == pytest.approx(seconds, abs=0.001)


@pytest.mark.parametrize("post_id", ["112000321", "abc", "", "9" * 30, "１２３４" * 4])
def test_an_id_that_holds_nothing_says_nothing(post_id):
    assert link_of(post_id) == ""
    assert posted_at_of(post_id) is None


@pytest.mark.parametrize("link", ["http://instagr.am/p/BAd/", "https://instagram.com/p/x"])
def test_a_link_is_kept_as_it_came(link):
    assert read(link=link).link == link


@pytest.mark.parametrize(
    ("link", "post"),
    [
        ("http://debug.example/p/Bgf70NTgAQH/", "p/Bgf70NTgAQH"),
        ("https://elsewhere.example:81/reel/x_-1?igsh=a", "reel/x_-1"),
        ("https://instagram.com.example/tv/x", "tv/x"),
    ],
)
def test_of_a_link_to_another_house_only_the_path_is_read(link, post):
    assert read(link=link).link == f"https://www.instagram.com/{post}/"


@pytest.mark.parametrize(
    "link",
    [
        None,
        ...,
        "",
        "javascript:alert(1)",
        "/p/x/",
        5,
        "//x/p",
        "h" * 5000,
        "http://[/p/x/",
        "http://x.example/p/",
    ],
)
def test_a_link_that_leads_nowhere_is_computed(link):
    assert read(link=link).link == link_of(SNOWFLAKE)


def test_tags_of_any_script_are_kept():
    tags = ["東京", "ночь", "ليل", "", None, 5, {"name": "x"}, "a\0"]
    assert read(tags=tags).hashtags == ("東京", "ночь", "ليل", "a\ufffd")


def test_the_widest_picture_wins_over_names():
    odd = {"standard_resolution": rendition("s", 612), "thumbnail": rendition("t", 1080)}
    assert seen(read(images=odd)) == [("image", 0, "t")]


@pytest.mark.parametrize(
    ("given", "best"),
    [
        ({"thumbnail": rendition("t", None), "standard_resolution": rendition("s", None)}, "s"),
        (
            {"low_resolution": rendition("l", "306"), "standard_resolution": rendition("s", "612")},
            "s",
        ),
        ({"low_resolution": rendition("l", 306), "standard_resolution": {"url": ""}}, "l"),
        ({"low_resolution": rendition("l", -5), "x": rendition("x", 5)}, "l"),
        ({"only": rendition("o", None)}, "o"),
        ({"a": "https://cdn.example/bare.jpg"}, "bare"),
        ([rendition("small", 100), rendition("big", 200)], "big"),
        ({"b": rendition("b", 640, 800), "a": rendition("a", 640, 640)}, "b"),
    ],
)
def test_any_rendition_may_be_missing_or_odd(given, best):
    assert seen(read(images=given)) == [("image", 0, best)]


def test_a_video_comes_with_its_poster():
    post = read(type="video", videos=videos())
    assert seen(post) == [("video", 0, "v640"), ("image", 0, "p640")]


def test_a_video_of_equal_width_is_chosen_by_name():
    given = {"low_bandwidth": rendition("lb", 480), "low_resolution": rendition("lr", 480)}
    assert seen(read(videos=given, images=None)) == [("video", 0, "lr")]


def test_members_of_a_carousel_keep_their_places():
    members = [
        {"type": "image", "images": images("a")},
        {"type": "video", "videos": videos("b")},
        {"type": "image"},
        None,
        {"type": "video", "videos": videos("e"), "images": images("e")},
    ]
    assert seen(read(type="carousel", carousel_media=members)) == [
        ("image", 0, "a640"),
        ("video", 1, "b640"),
        ("video", 4, "e640"),
        ("image", 4, "e640"),
    ]


def test_an_album_keeps_all_of_its_pictures_in_their_order():
    members = [{"type": "image", "images": images(f"m{at}-")} for at in range(20)]
    shown = [("image", at, f"m{at}-640") for at in range(20)]
    assert seen(read(type="carousel", carousel_media=members)) == shown


@pytest.mark.parametrize("members", [None, [], [None], [{}], "x", [{"images": {}}]])
def test_a_carousel_that_shows_nothing_shows_its_cover(members):
    assert seen(read(type="carousel", carousel_media=members)) == [("image", 0, "p640")]


@pytest.mark.parametrize("kind", ["image", 1, "2", None, "reel", ["x"]])
def test_an_unknown_type_is_what_it_shows(kind):
    assert seen(read(type=kind)) == [("image", 0, "p640")]


@pytest.mark.parametrize("given", [None, ..., {}, [], "x", {"a": None}, {"a": {"url": None}}])
def test_a_post_without_media_is_a_like_still(given):
    assert read(images=given).media == ()


@pytest.mark.parametrize("url", ["//cdn.example/a.jpg?x=1", "http://s3.amazonaws.com/a.jpg"])
def test_a_media_address_is_kept_as_it_came(url):
    assert read(images={"a": {"url": url}}).media[0].url == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:x",
        "data:image/png,x",
        "a.jpg",
        "https://",
        "http://[::1",
        5,
        "ftp://x/a",
        "https://x/" + "y" * 5000,
        "https://x/\0",
        "https://x/\ud800",
    ],
)
def test_a_media_address_that_cannot_be_one_is_dropped(url):
    assert read(images={"a": {"url": url}}).media == ()


def test_unknown_keys_are_counted_by_name():
    data = [make_post(new_thing=1), make_post(new_thing=2, **{"my diary": 1}), make_post(), 7]
    assert read_posts(data)[2] == {"new_thing": 2, "?": 1}


def test_one_bad_entry_among_good_ones_is_quarantined_alone():
    data = [make_post(id=str(10**15 + n)) for n in range(50)]
    data[20] = {"id": None, "user": ADA}
    posts, rejected, _ = read_posts(data)
    assert len(posts) == 49
    assert [bad.position for bad in rejected] == [20]
