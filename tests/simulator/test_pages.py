"""The liked list and its neighbours, as API v1 paged them."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from simulator.ids import created_ms, shortcode
from tests.simulator.conftest import ids

ERRORS = {
    "count=0": ("APIInvalidParametersError", "Count must be larger than zero."),
    "max_like_id=soon": ("APIInvalidParametersError", "invalid parameters"),
}


def test_only_the_last_three_hundred_likes_are_shown_in_the_order_of_liking(sim, walk):
    pages = walk()
    assert len(pages) == 15
    assert ids(pages) == sim.truth()["window"]
    assert len(ids(pages)) == 300
    assert len(sim.truth()["likes"]) == 3412


def test_the_order_is_that_of_liking_and_not_of_posting(walk):
    posted = [int(post["created_time"]) for page in walk() for post in page["data"]]
    assert posted != sorted(posted, reverse=True)


def test_a_page_holds_twenty_and_never_more_than_thirty_three(get):
    assert len(get("/users/self/media/liked").json()["data"]) == 20
    assert len(get("/users/self/media/liked", count=5).json()["data"]) == 5
    assert len(get("/users/self/media/liked", count=500).json()["data"]) == 33


@pytest.mark.parametrize("query", ERRORS)
def test_a_senseless_parameter_is_refused_in_an_envelope(get, query):
    name, value = query.split("=")
    answer = get("/users/self/media/liked", **{name: value})
    kind, words = ERRORS[query]
    assert answer.status_code == 400
    assert answer.json() == {"meta": {"code": 400, "error_type": kind, "error_message": words}}


def test_the_cursor_is_exclusive_and_outlives_its_like(sim, get):
    first = get("/users/self/media/liked", count=3).json()
    cursor = first["pagination"]["next_max_like_id"]
    before = get("/users/self/media/liked", count=3, max_like_id=cursor).json()["data"]
    assert {p["id"] for p in first["data"]}.isdisjoint({p["id"] for p in before})
    sim.unlike("ada", post_id=first["data"][2]["id"].partition("_")[0])
    after = get("/users/self/media/liked", count=3, max_like_id=cursor).json()["data"]
    assert [p["id"] for p in after] == [p["id"] for p in before]


def test_the_next_address_carries_token_cursor_and_count(sim, get):
    page = get("/users/self/media/liked/", count=4).json()["pagination"]
    address = urlsplit(page["next_url"])
    assert address.netloc == sim.host
    assert address.path == "/v1/users/self/media/liked"
    query = parse_qs(address.query)
    assert query["access_token"] == [sim.token()]
    assert query["max_like_id"] == [page["next_max_like_id"]]
    assert query["count"] == ["4"]


def test_the_like_cursor_says_nothing_of_media_ids(get):
    page = get("/users/self/media/liked").json()
    cursor = page["pagination"]["next_max_like_id"]
    assert cursor not in {post["id"].partition("_")[0] for post in page["data"]}
    wrong = get("/users/self/media/liked", max_id=cursor).json()
    assert wrong["data"][0]["id"] == page["data"][0]["id"]


def test_an_unliked_post_leaves_and_an_older_one_comes_back(sim, walk):
    before = ids(walk())
    gone = sim.unlike("ada", position=10)[0]
    after = ids(walk())
    assert gone not in after
    assert len(after) == 300
    assert after[:-1] == [one for one in before if one != gone]


def test_a_deleted_post_leaves_a_hole_in_its_page(sim, walk):
    gone = sim.delete_post(person="ada", position=3)[0]
    pages = walk()
    assert len(pages[0]["data"]) == 19
    assert gone not in ids(pages)
    assert [one["post_id"] for one in sim.truth()["deleted"]] == [gone]


def test_a_post_liked_again_stands_on_top(sim, walk):
    gone = sim.unlike("ben", position=50)
    assert sim.relike("ben") == gone
    assert ids(walk("ben"))[0] == gone[0]


def test_a_person_without_likes_has_an_empty_page(get):
    assert get("/users/self/media/liked", "dora").json() == {
        "pagination": {},
        "meta": {"code": 200},
        "data": [],
    }


@pytest.mark.parametrize("count", [0, 1, 20, 21, 300, 301, 1000])
def test_a_world_can_be_set_by_hand(sim, walk, count):
    sim.set_likes("p7", count)
    assert len(sim.truth("p7")["likes"]) == count
    assert len(ids(walk("p7"))) == min(count, 300)


def test_own_posts_are_paged_by_media_id_until_the_end(get):
    seen, cursor = [], {}
    for _ in range(10):
        page = get("/users/self/media/recent", count=25, **cursor).json()
        seen += [post["id"] for post in page["data"]]
        if not page["pagination"]:
            break
        cursor = {"max_id": page["pagination"]["next_max_id"]}
    assert len(seen) == len(set(seen)) == 64
    assert all(one.endswith("_1000009") for one in seen)
    assert get("/users/self").json()["data"]["counts"]["media"] == 64


def test_a_private_account_is_not_shown_to_others(get):
    answer = get("/users/1000031/media/recent")
    assert answer.json()["meta"]["error_message"] == "you cannot view this resource"
    assert get("/users/self/media/recent", "emil").status_code == 200


def test_a_post_is_found_with_and_without_its_owner(sim, get):
    post = get("/users/self/media/liked", count=1).json()["data"][0]
    for name in (post["id"], post["id"].partition("_")[0]):
        assert get(f"/media/{name}").json()["data"] == post
    sim.delete_post(post_id=post["id"].partition("_")[0])
    for name in (post["id"], "12345", "what"):
        meta = get(f"/media/{name}").json()["meta"]
        assert (meta["error_type"], meta["error_message"]) == (
            "APINotFoundError",
            "invalid media id",
        )


def test_a_hashtag_is_paged_by_its_own_cursor(get):
    first = get("/tags/sea/media/recent", count=2).json()
    assert all("sea" in post["tags"] for post in first["data"])
    page = first["pagination"]
    assert page["next_max_tag_id"] == page["next_max_id"]
    assert "deprecation_warning" in page
    second = get("/tags/sea/media/recent", count=2, max_tag_id=page["next_max_tag_id"]).json()
    assert {p["id"] for p in first["data"]}.isdisjoint({p["id"] for p in second["data"]})


def test_the_time_and_the_link_of_a_post_are_in_its_id(walk):
    for page in walk():
        for post in page["data"]:
            media, owner = post["id"].split("_")
            assert owner == post["user"]["id"]
            assert created_ms(int(media)) // 1000 == int(post["created_time"])
            assert f"/p/{shortcode(int(media))}" in post["link"]


def test_known_shortcodes_and_times_hold():
    known = {1801624514845722619: "BkAp_NqA8f7", 3487815252032309325: "DBnNX4Tk0hN"}
    assert {number: shortcode(number) for number in known} == known
    assert created_ms(3487815252032309325) == 1730000000000


def test_the_world_has_every_shape_a_parser_must_take(sim, get):
    sim.set_likes("many", 300)
    posts = [p for _ in range(1) for p in _window(get)]
    assert {p["type"] for p in posts} == {"image", "video", "carousel"}
    assert any(p["caption"] is None for p in posts)
    assert any(not p["caption"]["text"].isascii() for p in posts if p["caption"])
    places = [p["location"] for p in posts]
    assert None in places
    assert any(place and place.get("id") is None for place in places)
    members = [m for p in posts for m in p.get("carousel_media", [])]
    assert any(m["type"] == "video" and "images" not in m for m in members)
    assert all("id" not in m for m in members)
    assert any(len(p["link"]) > 60 for p in posts)
    assert any(p["users_in_photo"] for p in posts)


def _window(get):
    posts, cursor = [], {}
    while True:
        page = get("/users/self/media/liked", "many", count=33, **cursor).json()
        posts += page["data"]
        if not page["pagination"]:
            return posts
        cursor = {"max_like_id": page["pagination"]["next_max_like_id"]}


@pytest.mark.parametrize(("size", "shown"), [(1, 1), (40, 40), (500, 350), (0, 350)])
def test_a_window_can_be_of_any_size_and_set_before_or_after(sim, walk, size, shown):
    sim.set_likes("p8", 350)
    sim.window("p8", size)
    assert ids(walk("p8")) == sim.truth("p8")["window"]
    assert len(ids(walk("p8"))) == shown
    sim.set_likes("p8", 350)
    assert len(ids(walk("p8"))) == shown
    assert len(ids(walk())) == 300
