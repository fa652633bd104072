"""What a liked post holds: words, times, tags, pictures, cards and quotes, each where it stands."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from providers.shapes import Attachment, LikedPost, MediaSource, Rejected
from tests.providers.bluesky.standin import ADA, ALICE, POST, blob, cid_of, did

PREFIX = "app.bsky.embed."
CAT, DOG = blob(b"cat"), blob(b"dog")
FILM = blob(b"film", "video/mp4")
BOB = did("c")


def at(data: bytes, suffix: str = "") -> str:
    return f"at://{ADA}/blob/{cid_of(data)}{suffix}"


@pytest.fixture
def read(client, network):
    """The post that a record of Ada's becomes."""

    def reading(**record) -> LikedPost:
        uri = network.post(ADA, "3k", **record)
        network.home.like(ALICE, "3k", uri)
        page = client.page("liked", None)
        assert page.rejected == ()
        return page.posts[0]

    return reading


def test_a_post_is_read_whole(read):
    post = read(
        text="Look: #cats!",
        createdAt="2025-12-31T23:59:59.5Z",
        langs=["en"],
        tags=["extra", "#cats", 5, ""],
        facets=[
            {"index": {}, "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "cats"}]},
            {"features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://a.example"}]},
            {"features": [None, {"$type": "app.bsky.richtext.facet#tag", "tag": None}]},
            None,
        ],
    )
    assert post == LikedPost(
        post_id=f"at://{ADA}/{POST}/3k",
        author_id=ADA,
        author="ada.example",
        author_name="Ada",
        caption="Look: #cats!",
        link=f"https://bsky.app/profile/{ADA}/post/3k",
        place=None,
        hashtags=("cats", "extra"),
        posted_at=datetime(2025, 12, 31, 23, 59, 59, 500_000, UTC),
        liked_at=datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC),
        media=(),
    )


def test_nothing_was_posted_later_than_now(read):
    assert read(createdAt="2098-01-01T00:00:00Z").posted_at < datetime.now(UTC) + timedelta(days=1)


def test_text_that_no_database_takes_is_repaired(read):
    post = read(text="a\0b\ud83dc", author={"displayName": ["x"], "handle": None})
    assert post.caption == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"
    assert (post.author, post.author_name) == ("", "")


def test_pictures_are_the_blobs_of_their_author_in_order(read):
    images = [
        {"image": CAT, "alt": "a cat", "aspectRatio": {"width": 1200, "height": 800}},
        {"image": DOG, "alt": "x" * 2_001, "aspectRatio": {"width": 0, "height": 3}},
    ]
    post = read(embed={"$type": f"{PREFIX}images", "images": images})
    assert post.media == (
        MediaSource("image", 0, at(b"cat"), 1200, 800, "a cat"),
        MediaSource("image", 1, at(b"dog"), None, None, "x" * 2_000),
    )


def test_a_blob_of_the_first_months_is_one_too(read):
    old = {"cid": cid_of(b"cat"), "mimeType": "image/jpeg"}
    post = read(embed={"$type": f"{PREFIX}images", "images": [{"image": old}]})
    assert [source.url for source in post.media] == [at(b"cat")]


@pytest.mark.parametrize("name", ["items", "media"])
def test_a_gallery_is_read_under_either_name(read, name):
    items = [{"$type": f"{PREFIX}gallery#image", "image": blob(bytes([n]))} for n in range(21)]
    post = read(embed={"$type": f"{PREFIX}gallery", name: items})
    assert [source.url for source in post.media] == [at(bytes([n])) for n in range(20)]
    assert [source.position for source in post.media] == list(range(20))


def test_a_member_that_shows_nothing_keeps_its_place(read):
    images = [{"image": None}, {"image": CAT}, None, {"image": {"ref": {"$link": "../../x"}}}]
    post = read(embed={"$type": f"{PREFIX}images", "images": images})
    assert [(source.position, source.url) for source in post.media] == [(1, at(b"cat"))]


def test_a_video_is_its_original_with_its_poster(read, network):
    poster = f"{network.cdn.url}/watch/{ADA}/thumbnail.jpg"
    video = {"$type": f"{PREFIX}video", "video": FILM, "alt": "a film"}
    view = {
        "$type": f"{PREFIX}video#view",
        "cid": cid_of(b"film"),
        "playlist": "https://video.bsky.app/x.m3u8",
        "thumbnail": poster,
        "aspectRatio": {"width": 16, "height": 9},
    }
    assert read(embed=video, view=view).media == (
        MediaSource("video", 0, at(b"film", "?as=video"), 16, 9, "a film"),
        MediaSource("image", 0, poster, 16, 9, "a film"),
    )


@pytest.mark.parametrize(
    ("thumbnail", "is_taken"),
    [
        ("https://video.bsky.app/watch/x/thumbnail.jpg", True),
        ("http://video.bsky.app/watch/x/thumbnail.jpg", False),
        ("https://video.bsky.app:444/x.jpg", False),
        ("https://a@video.bsky.app/x.jpg", False),
        ("https://evil.example/video.bsky.app/x.jpg", False),
        ("https://video.bsky.app.evil.example/x.jpg", False),
        ("https://video.bsky.app\\@evil.example/x.jpg", False),
        ("https://[::1/x.jpg", False),
        ("file:///etc/passwd", False),
        (5, False),
    ],
)
def test_a_poster_comes_from_a_house_that_has_them(read, thumbnail, is_taken):
    video = {"$type": f"{PREFIX}video", "video": FILM}
    view = {"$type": f"{PREFIX}video#view", "thumbnail": thumbnail}
    posters = [one.url for one in read(embed=video, view=view).media if one.kind == "image"]
    assert posters == ([thumbnail] if is_taken else [])


def card(uri, **more):
    return {"$type": f"{PREFIX}external", "external": {"uri": uri, **more}}


def test_a_card_is_attached_with_its_picture(read):
    post = read(embed=card("https://a.example/x", title="T", description="D", thumb=CAT))
    assert post.attached == (Attachment("link", "T", "D", "https://a.example/x"),)
    assert post.media == (MediaSource("image", 0, at(b"cat")),)


@pytest.mark.parametrize(
    "uri",
    [
        *("javascript:alert(1)", "data:text/html,x", "//a.example", "https://", "a", "", None, 5),
        *("https://evil.example\\@bsky.app/x", "https://bsky.app@evil.example/x"),
        *("https://evil.example\\.bsky.app/x", "https://a:b@bsky.app/"),
    ],
)
def test_a_card_links_to_the_web_only(read, uri):
    assert read(embed=card(uri, title="T")).attached == ()


def quote(view):
    """A quote of Bob's post as the AppView shows it."""
    uri = f"at://{BOB}/{POST}/3q"
    told = {"$type": f"{PREFIX}record", "record": {"uri": uri, "cid": "bafyreiq"}}
    return {"embed": told, "view": {"$type": f"{PREFIX}record#view", "record": view}}


def test_a_quote_is_attached_with_its_words(read):
    view = {
        "$type": f"{PREFIX}record#viewRecord",
        "uri": f"at://{BOB}/{POST}/3q",
        "author": {"did": BOB, "handle": "bob.test"},
        "value": {"$type": POST, "text": "said before"},
    }
    post = read(**quote(view))
    link = f"https://bsky.app/profile/{BOB}/post/3q"
    assert post.attached == (Attachment("quote", "@bob.test", "said before", link),)
    assert post.media == ()


@pytest.mark.parametrize("why", ["blocked", "notFound", "detached"])
def test_a_quote_that_is_hidden_says_only_where_it_was(read, why):
    view = {
        why: True,
        "uri": f"at://{BOB}/{POST}/3q",
        "author": {"handle": "bob.test"},
        "value": {"text": "no"},
    }
    link = f"https://bsky.app/profile/{BOB}/post/3q"
    assert read(**quote(view)).attached == (Attachment("quote", "", "", link),)


@pytest.mark.parametrize("view", [None, {}, [], {"author": 5, "value": [], "uri": {}}])
def test_a_quote_that_is_not_shown_says_where_it_was(read, view):
    link = f"https://bsky.app/profile/{BOB}/post/3q"
    assert read(**quote(view)).attached == (Attachment("quote", "", "", link),)


def test_a_quoted_feed_goes_by_its_name(read):
    view = {
        "$type": "app.bsky.feed.defs#generatorView",
        "uri": f"at://{BOB}/app.bsky.feed.generator/cats",
        "displayName": "Cats",
        "description": "All of them",
        "creator": {"handle": "bob.test"},
    }
    link = f"https://bsky.app/profile/{BOB}/feed/cats"
    attached = read(**quote(view)).attached
    assert attached == (Attachment("quote", "Cats", "All of them", link),)


def test_a_quote_with_pictures_is_both(read):
    uri = f"at://{BOB}/{POST}/3q"
    told = {
        "$type": f"{PREFIX}recordWithMedia",
        "record": {"$type": f"{PREFIX}record", "record": {"uri": uri, "cid": "x"}},
        "media": {"$type": f"{PREFIX}images", "images": [{"image": CAT}, {"image": DOG}]},
    }
    shown = {"uri": uri, "author": {"handle": "bob.test"}, "value": {"text": "q"}}
    view = {
        "$type": f"{PREFIX}recordWithMedia#view",
        "record": {"record": shown},
        "media": {"$type": f"{PREFIX}images#view", "images": []},
    }
    post = read(embed=told, view=view)
    assert [source.url for source in post.media] == [at(b"cat"), at(b"dog")]
    assert [one.title for one in post.attached] == ["@bob.test"]


def test_a_quote_with_a_card_is_both(read):
    told = {
        "$type": f"{PREFIX}recordWithMedia",
        "record": {"record": {"uri": f"at://{BOB}/{POST}/3q"}},
        "media": card("https://a.example", title="T", thumb=CAT),
    }
    post = read(embed=told)
    assert [one.kind for one in post.attached] == ["quote", "link"]
    assert [source.url for source in post.media] == [at(b"cat")]


@pytest.mark.parametrize(
    "embed",
    [
        None,
        5,
        [],
        {},
        {"$type": 5},
        {"$type": "com.example.new"},
        *({"$type": f"{PREFIX}{kind}"} for kind in ("images", "gallery", "video", "external")),
        *({"$type": f"{PREFIX}{kind}"} for kind in ("record", "recordWithMedia")),
        {"$type": f"{PREFIX}images", "images": {"0": 1}},
        {"$type": f"{PREFIX}images", "images": [[], 5, None, {"image": [1]}]},
        {"$type": f"{PREFIX}video", "video": {"ref": "x", "cid": 5}},
        {"$type": f"{PREFIX}recordWithMedia", "media": {"$type": f"{PREFIX}recordWithMedia"}},
    ],
)
def test_an_embed_that_cannot_be_read_costs_only_itself(read, embed):
    post = read(embed=embed, text="still here")
    assert (post.media, post.attached, post.caption) == ((), (), "still here")


def test_a_post_without_its_record_is_set_aside(client, network):
    uri = network.post(ADA, "3k")
    network.posts[uri]["record"] = "x"
    network.home.like(ALICE, "3k", uri)
    page = client.page("liked", None)
    assert page.posts == ()
    assert isinstance(page.rejected[0], Rejected)
    assert page.rejected[0].post_id == uri


SAMPLES = Path(__file__).parent / "samples"


def test_answers_as_they_were_written_down_are_read(client, network):
    records = json.loads((SAMPLES / "listRecords.json").read_text())
    posts = json.loads((SAMPLES / "getPosts.json").read_text())
    for record in records["records"]:
        network.home.put(ALICE, "app.bsky.feed.like", record["uri"][-5:], record["value"])
    network.posts.update({post["uri"]: post for post in posts["posts"]})
    page = client.page("liked", None)
    assert [post.is_gone for post in page.posts] == [False, True]
    assert page.posts[0].media[0].alt == "a cat"
    assert page.unknown_keys == {}
