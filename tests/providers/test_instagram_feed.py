"""Feeds are read page by page from the cursor alone; `next_url` is only looked into."""

from __future__ import annotations

import pytest

from providers.errors import BadRequest, Gone, Refused, Unexpected
from providers.instagram.client import InstagramClient
from providers.instagram.feed import ENDPOINTS, Endpoint, next_cursor
from providers.secret import Secret
from providers.turns import AtOnce
from tests.providers.conftest import CANARY
from tests.providers.posts import make_post
from tests.providers.servers import Answer

API = "https://api.example/v1"
LIKED = ENDPOINTS["liked"]
PATH = "/v1/users/self/media/liked"


def told(pagination, row=LIKED, api=API):
    return next_cursor(row, pagination, api)


def serve(api, path, data, pagination=None, **headers):
    body = {"meta": {"code": 200}, "data": data, "pagination": pagination}
    api.answers[path] = Answer(body=body, headers=headers)


def test_the_liked_list_is_asked_with_its_own_cursor(api, client):
    serve(api, PATH, [make_post()], {"next_max_like_id": 1742})
    assert client.page("liked", None).next_cursor == "1742"
    client.page("liked", "1742")
    first, second = api.heard
    assert first.query == {"count": ["33"], "access_token": [CANARY]}
    assert second.query["max_like_id"] == ["1742"]
    assert "max_id" not in second.query


def test_a_page_holds_posts_rejects_and_the_requests_left(api, client):
    serve(api, PATH, [make_post(), 7], {}, **{"X-Ratelimit-Remaining": "12"})
    page = client.page("liked", None)
    assert [post.author for post in page.posts] == ["ada.draws"]
    assert [bad.position for bad in page.rejected] == [1]
    assert page.requests_left == 12
    assert page.next_cursor is None


class Queue(AtOnce):
    def __init__(self):
        self.asked = []

    def wait(self, host):
        self.asked.append(host)


def test_every_request_is_paced(api, instagram):
    turns = Queue()
    client = InstagramClient(instagram._wire, f"{api.url}/v1", Secret("t"), turns)
    serve(api, PATH, [])
    serve(api, "/v1/users/self", {"id": 1, "username": "x"})
    serve(api, "/v1/media/5_6", make_post(id="5_6"))
    client.page("liked", None)
    client.profile()
    client.post("5", "6")
    assert turns.asked == [api.url.removeprefix("http://")] * 3


@pytest.mark.parametrize(
    ("kind", "path", "cursor", "pagination"),
    [
        ("own", "/users/self/media/recent", "max_id", {"next_max_id": "5_1"}),
        (
            "tag:日本",
            "/tags/%E6%97%A5%E6%9C%AC/media/recent",
            "max_tag_id",
            {"next_max_tag_id": "5_1"},
        ),
        ("location:12", "/locations/12/media/recent", "max_id", {"next_max_id": "5_1"}),
        ("user:9/..", "/users/9%2F../media/recent", "max_id", {"next_max_id": "5_1"}),
    ],
)
def test_a_paged_endpoint_is_one_row(api, client, kind, path, cursor, pagination):
    serve(api, f"/v1{path}", [make_post()], pagination)
    assert client.page(kind, None).next_cursor == "5_1"
    client.page(kind, "5_1")
    assert api.heard[1].query[cursor] == ["5_1"]


def test_a_new_endpoint_needs_a_row_and_nothing_else(api, instagram):
    rows = {"geo": Endpoint("/geographies/{of}/media/recent", "cursor", ("next_cursor",))}
    client = InstagramClient(instagram._wire, f"{api.url}/v1", Secret("t"), AtOnce(), rows)
    serve(api, "/v1/geographies/3/media/recent", [make_post()], {"next_cursor": "1201"})
    assert client.page("geo:3", None).next_cursor == "1201"


@pytest.mark.parametrize("kind", ["", "nothing", "liked:x", "tag", "tag:", "media", "user:.."])
def test_a_feed_that_is_none_is_not_asked_for(api, client, kind):
    with pytest.raises(BadRequest):
        client.page(kind, None)
    assert api.heard == []


@pytest.mark.parametrize(
    "pagination",
    [
        None,
        {},
        {"next_max_like_id": None},
        {"next_max_like_id": ""},
        {"next_url": None},
        {"deprecation_warning": "x"},
        {"next_max_id": "9"},
    ],
)
def test_the_list_ends_where_nothing_is_told(pagination):
    assert told(pagination) is None


def test_a_tag_ends_although_other_cursors_stand_there():
    pagination = {"next_min_id": "", "min_tag_id": "AQ1", "next_max_id": "AQ0"}
    assert told(pagination, ENDPOINTS["tag"]) is None


@pytest.mark.parametrize(("value", "cursor"), [("174", "174"), (174, "174"), (2**70, str(2**70))])
def test_a_cursor_is_text_whatever_it_came_as(value, cursor):
    assert told({"next_max_like_id": value}) == cursor


@pytest.mark.parametrize("value", [True, 1.5, [], {}, "x" * 513, "a b", "a\0", "a\ud800", "a\n"])
def test_a_cursor_that_cannot_be_one_is_unexpected(value):
    with pytest.raises(Unexpected):
        told({"next_max_like_id": value})


@pytest.mark.parametrize("key", ["next_url", "next"])
def test_the_cursor_may_come_from_the_query_of_the_next_url(key):
    assert told({key: f"{API}/users/self/media/liked?access_token=t&max_like_id=33"}) == "33"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/v1/users/self/media/liked?max_like_id=3",
        "http://api.example/v1?max_like_id=3",
        "https://api.example:444/v1?max_like_id=3",
        "https://api.example@evil.example/v1?max_like_id=3",
        "https://u:p@api.example/v1?max_like_id=3",
        "https://api.example.evil.example/v1?max_like_id=3",
        "https://evilapi.example/v1?max_like_id=3",
        "https://аpi.example/v1?max_like_id=3",
        "https://127.0.0.1/v1?max_like_id=3",
        "https://evil.example\\@api.example/v1?max_like_id=3",
        "//api.example/v1?max_like_id=3",
        "/v1?max_like_id=3",
        "https://[::1/v1?max_like_id=3",
        "https://api.example:port/v1?max_like_id=3",
        ["https://api.example/v1?max_like_id=3"],
        7,
    ],
)
def test_a_next_url_at_another_house_is_refused(address):
    with pytest.raises(Refused) as caught:
        told({"next_url": address})
    assert caught.value.code == "foreign_next_url"


def test_nothing_is_ever_sent_to_a_foreign_next_url(api, client):
    serve(api, PATH, [], {"next_max_like_id": "5", "next_url": "https://evil.example/?a=1"})
    assert client.page("liked", None).next_cursor == "5"
    assert [heard.path for heard in api.heard] == [PATH]


def test_a_next_url_without_a_cursor_is_not_the_end():
    with pytest.raises(Unexpected):
        told({"next_url": f"{API}/users/self/media/liked?max_id=33"})


@pytest.mark.parametrize("pagination", [[], "x", 7])
def test_a_pagination_that_is_no_object_is_unexpected(pagination):
    with pytest.raises(Unexpected):
        told(pagination)


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": {}}, {"data": "x"}])
def test_an_answer_without_a_list_is_no_empty_page(api, client, body):
    api.answers[PATH] = Answer(body=body)
    with pytest.raises(Unexpected):
        client.page("liked", None)


def test_an_empty_page_with_a_cursor_goes_on(api, client):
    serve(api, PATH, [], {"next_max_like_id": "5"})
    page = client.page("liked", None)
    assert page.posts == ()
    assert page.next_cursor == "5"


def test_a_post_is_asked_for_by_both_its_ids(api, client):
    serve(api, "/v1/media/5_6", make_post(id="5_6"))
    assert client.post("5", "6").media


def test_a_post_without_a_known_owner_is_asked_for_by_its_id(api, client):
    serve(api, "/v1/media/5", make_post(id=5))
    assert client.post("5", "").post_id == "5"


def test_another_post_than_the_one_asked_for_is_unexpected(api, client):
    serve(api, "/v1/media/5_6", make_post(id="7_6"))
    with pytest.raises(Unexpected):
        client.post("5", "6")


def test_a_deleted_post_is_gone(api, client):
    said = {"code": 400, "error_type": "APINotFoundError", "error_message": "invalid media id"}
    api.answers["/v1/media/5_6"] = Answer(400, {"meta": said})
    with pytest.raises(Gone):
        client.post("5", "6")
