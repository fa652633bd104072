"""An account's likes: every one of them, from its own server, page by page, wherever it moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from providers.bluesky.appview import QUESTIONS
from providers.errors import (
    BadRequest,
    Gone,
    RateLimited,
    TryLater,
    Unavailable,
    Unexpected,
)
from providers.shapes import Account
from tests.providers.bluesky.standin import ADA, ALICE, LIKE, did, document, wrong
from tests.providers.servers import Answer

LIST, GET = "com.atproto.repo.listRecords", "app.bsky.feed.getPosts"


def liked(network, count):
    """So many posts of Ada's, liked by Alice; the newest first."""
    keys = [f"3k{number:05}" for number in range(count)]
    for key in keys:
        network.home.like(ALICE, key, network.post(ADA, key))
    return [f"at://{ADA}/app.bsky.feed.post/{key}" for key in reversed(keys)]


def walk(client):
    """All pages."""
    cursor, pages = None, []
    while True:
        pages.append(client.page("liked", cursor))
        cursor = pages[-1].next_cursor
        if cursor is None:
            return pages


def test_every_like_comes_once_and_the_newest_first(client, network):
    uris = liked(network, 160)
    pages = walk(client)
    assert [post.post_id for page in pages for post in page.posts] == uris
    assert [len(page.posts) for page in pages] == [25, 100, 35, 0]
    assert all(page.rejected == () and page.unknown_keys == {} for page in pages)


def test_the_first_page_is_one_question_to_each_server(client, network):
    liked(network, 60)
    client.page("liked", None)
    assert network.home.asked(LIST) == [{"repo": [ALICE], "collection": [LIKE], "limit": ["25"]}]
    assert [len(query["uris"]) for query in network.appview.asked(GET)] == [25]
    assert len(network.plc.heard) == 1


def test_only_an_empty_page_ends_the_list(client, network):
    liked(network, 3)
    page = client.page("liked", None)
    assert (len(page.posts), page.next_cursor) == (3, "3k00000")
    last = client.page("liked", page.next_cursor)
    assert (last.posts, last.next_cursor) == ((), None)
    assert network.appview.asked(GET)[1:] == []


def test_a_page_without_a_cursor_ends_the_list_too(client, network):
    uri = network.post(ADA, "3k")
    record = {"uri": "x", "value": {"subject": {"uri": uri}}, "more": 1}
    network.home.instead[LIST] = Answer(200, {"records": [record]})
    page = client.page("liked", None)
    assert ([post.post_id for post in page.posts], page.next_cursor) == ([uri], None)


def test_likes_of_other_things_are_set_aside_under_their_address(client, network):
    feed = f"at://{ADA}/app.bsky.feed.generator/cats"
    odd = f"at://{ADA}/com.example.thing/1"
    network.home.like(ALICE, "3k2", feed)
    network.home.like(ALICE, "3k1", odd)
    page = client.page("liked", None)
    assert page.posts == ()
    assert page.next_cursor == "3k1"
    assert [(one.position, one.post_id, one.reason) for one in page.rejected] == [
        (0, feed, "a like of a feed, not of a post"),
        (1, odd, "a like of something else, not of a post"),
    ]
    assert network.appview.asked(GET) == []


def test_a_post_that_is_gone_leaves_its_like(client, network):
    uris = liked(network, 3)
    del network.posts[uris[1]]
    first, gone, last = client.page("liked", None).posts
    assert (first.is_gone, last.is_gone) == (False, False)
    assert (gone.post_id, gone.is_gone, gone.media, gone.caption) == (uris[1], True, (), "")
    assert (gone.author_id, gone.link) == (ADA, f"https://bsky.app/profile/{ADA}/post/3k00001")
    assert gone.liked_at == datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)


def test_a_post_liked_twice_comes_twice(client, network):
    uri = network.post(ADA, "3k")
    network.home.like(ALICE, "3k2", uri)
    network.home.like(ALICE, "3k1", uri)
    assert [post.post_id for post in client.page("liked", None).posts] == [uri, uri]
    assert network.appview.asked(GET) == [{"uris": [uri]}]


def test_one_bad_record_does_not_stop_a_page(client, network):
    uri = liked(network, 1)[0]
    for key, value in {"3z1": None, "3z2": [], "3z3": {}, "3z4": {"subject": uri}}.items():
        network.home.put(ALICE, LIKE, key, value)
    network.home.put(ALICE, LIKE, "3z5", {"$type": "app.bsky.feed.repost", "subject": {"uri": uri}})
    page = client.page("liked", None)
    assert [post.post_id for post in page.posts] == [uri]
    assert [one.position for one in page.rejected] == [0, 1, 2, 3, 4]
    assert all(one.post_id == "" and one.reason for one in page.rejected)


def test_an_address_that_the_appview_refuses_costs_no_other(client, network):
    uris = liked(network, 30)
    network.refused.add(uris[7])
    page = client.page("liked", None)
    assert len(page.posts) == 24
    assert [(one.position, one.post_id) for one in page.rejected] == [(7, uris[7])]


def test_an_appview_that_refuses_every_address_is_at_fault_itself(client, network):
    """Otherwise all likes of the page would be set aside."""
    liked(network, 3)
    network.appview.instead[GET] = wrong("InvalidRequest", "Error: what?")
    with pytest.raises(BadRequest):
        client.page("liked", None)


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("2026-01-02T03:04:05.678Z", datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)),
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, 0, UTC)),
        ("2026-01-02t03:04:05.123456789z", datetime(2026, 1, 2, 3, 4, 5, 123456, UTC)),
        ("2026-01-02T03:04:05.1+05:30", datetime(2026, 1, 1, 21, 34, 5, 100000, UTC)),
        ("2026-01-02T03:04:05-00:00", datetime(2026, 1, 2, 3, 4, 5, 0, UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2000-01-01T00:00:00Z", datetime(2000, 1, 1, tzinfo=UTC)),
        ("1999-12-31T23:59:59Z", None),
        ("0000-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+23:00", None),
        ("9999-12-31T23:59:59-23:00", None),
        ("2026-02-30T00:00:00Z", None),
        ("2026-01-02T03:04:05", None),
        ("2026-01-02", None),
        ("1767323045", None),
        (1767323045, None),
        (None, None),
        ({}, None),
    ],
)
def test_when_it_was_liked_is_what_the_record_says(client, network, told, read):
    network.home.like(ALICE, "3k", network.post(ADA, "3k"), told)
    assert client.page("liked", None).posts[0].liked_at == read


def test_nothing_was_liked_later_than_now(client, network):
    before = datetime.now(UTC)
    network.home.like(ALICE, "3k", network.post(ADA, "3k"), "2099-01-01T00:00:00Z")
    told = client.page("liked", None).posts[0].liked_at
    assert before <= told <= datetime.now(UTC) < before + timedelta(days=1)


def moved(network):
    """Alice's likes are at another server now, and her document says so."""
    uris = liked(network, 30)
    network.other.repos[ALICE] = network.home.repos.pop(ALICE)
    network.documents[ALICE] = document(ALICE, "alice.test", network.other.url)
    return uris


@pytest.mark.parametrize(
    "answer",
    [
        None,
        *(wrong(name) for name in ("RepoNotFound", "RepoDeactivated", "RepoTakendown")),
        *(wrong(name) for name in ("RepoSuspended", "AccountNotFound")),
        Answer(404, b"<html>parked</html>"),
        Answer(502, b"<html>"),
    ],
)
def test_an_account_that_moved_is_followed(client, network, answer):
    client.page("liked", None)
    uris = moved(network)
    if answer:
        network.home.instead[LIST] = answer
    assert [post.post_id for page in walk(client) for post in page.posts] == uris
    assert len(network.plc.heard) == 2


def test_a_walk_goes_on_where_it_was_at_the_other_server(client, network):
    uris = liked(network, 30)
    cursor = client.page("liked", None).next_cursor
    moved(network)
    assert [post.post_id for post in client.page("liked", cursor).posts] == uris[25:]


@pytest.mark.parametrize("name", ["RepoNotFound", "RepoDeactivated", "RepoTakendown"])
def test_an_account_that_is_nowhere_is_gone(client, network, name):
    network.home.instead[LIST] = wrong(name)
    with pytest.raises(Gone):
        client.page("liked", None)
    assert len(network.home.heard) == 1


def test_an_account_that_was_erased_is_gone(client, network):
    client.page("liked", None)
    del network.home.repos[ALICE]
    network.documents[ALICE] = Answer(410, {"message": f"DID not available: {ALICE}"})
    with pytest.raises(Gone):
        client.page("liked", None)


def test_a_server_that_asks_to_wait_is_not_asked_again(client, network):
    network.home.instead[LIST] = Answer(
        429, {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}
    )
    with pytest.raises(RateLimited) as caught:
        client.page("liked", None)
    assert caught.value.host == network.home.host
    assert 290 < caught.value.retry_after <= 300
    assert len(network.home.heard) == 1
    assert len(network.plc.heard) == 1


def test_an_appview_that_asks_to_wait_in_html_is_named_too(client, network):
    liked(network, 1)
    network.appview.instead[GET] = Answer(429, b"<html>", {"Retry-After": "9"})
    with pytest.raises(RateLimited) as caught:
        client.page("liked", None)
    assert (caught.value.host, caught.value.retry_after) == (network.appview.host, 9)


def test_every_server_is_asked_in_turn_and_heard(client, network, turns):
    liked(network, 1)
    page = client.page("liked", None)
    hosts = [network.plc.host, network.home.host, network.appview.host]
    assert turns.waited == hosts
    assert [host for host, _, _ in turns.heard] == hosts
    assert turns.heard[1][1] == network.home.left == page.requests_left
    assert 290 < turns.heard[1][2] <= 300


ERRORS = [
    (wrong("InvalidRequest", "Error: cursor is bad"), BadRequest),
    (wrong("AuthMissing", status=401), TryLater),
    (wrong("Forbidden", status=403), TryLater),
    (wrong("InternalServerError", status=500), Unavailable),
    (wrong("UpstreamFailure", status=502), Unavailable),
    (wrong("UpstreamFailure", status=400), Unavailable),
    (wrong("MethodNotImplemented", status=501), Unavailable),
    (wrong("XRPCNotSupported", status=404), Unexpected),
    (wrong("SomethingNew", status=400), Unexpected),
    (Answer(400, {}), Unexpected),
    (Answer(400, {"error": {"a": 1}, "message": ["b"]}), Unexpected),
    (Answer(302, b"", {"Location": "http://169.254.169.254/latest"}), Unexpected),
    (Answer(200, {"records": {}}), Unexpected),
    (Answer(200, {}), Unexpected),
    (Answer(200, {"records": [1], "cursor": {}}), Unexpected),
    (Answer(200, {"records": [1], "cursor": "a b"}), Unexpected),
    (Answer(200, {"records": [1], "cursor": "x" * 513}), Unexpected),
    (Answer(200, b"[]"), Unexpected),
    (Answer(200, b'{"records": ['), Unavailable),
    (Answer(200, b'{"records": "' + b"x" * (6 * 1024 * 1024) + b'"}'), Unexpected),
]


@pytest.mark.parametrize(("answer", "error"), ERRORS)
def test_what_goes_wrong_is_sorted_by_what_to_do(client, network, answer, error):
    network.home.instead[LIST] = answer
    with pytest.raises(error) as caught:
        client.page("liked", "3k")
    assert "169.254" not in str(caught.value)


@pytest.mark.parametrize("body", [{}, {"posts": {}}, {"posts": "x"}])
def test_an_appview_that_lists_nothing_is_not_believed(client, network, body):
    """Otherwise all posts of the page would look deleted."""
    liked(network, 2)
    network.appview.instead[GET] = Answer(200, body)
    with pytest.raises(Unexpected):
        client.page("liked", None)


def test_posts_that_nobody_asked_for_are_passed_over(client, network):
    uris = liked(network, 1)
    other = network.post(did("c"), "3k")
    posts = [None, 5, {}, {"uri": ["x"]}, network.posts[other], network.posts[uris[0]]]
    network.appview.instead[GET] = Answer(200, {"posts": posts})
    page = client.page("liked", None)
    assert [(post.post_id, post.is_gone) for post in page.posts] == [(uris[0], False)]


def at_once(network, count):
    """Alice's server sends all of it whatever it is asked for; the addresses of the posts."""
    uris = liked(network, count)
    records = [
        {"uri": f"at://{ALICE}/{LIKE}/{uri[-7:]}", "value": {"subject": {"uri": uri}}}
        for uri in uris
    ]
    network.home.instead[LIST] = Answer(200, {"records": records, "cursor": "x"})
    return uris


def test_a_server_that_sends_more_than_a_page_is_asked_again_for_the_rest(client, network):
    uris = at_once(network, 130)
    page = client.page("liked", None)
    assert [post.post_id for post in page.posts] == uris[:100]
    assert (page.next_cursor, page.rejected) == (uris[99][-7:], ())
    network.home.instead.clear()
    rest = client.page("liked", page.next_cursor)
    assert [post.post_id for post in rest.posts] == uris[100:]


def test_a_page_that_is_too_long_and_leads_nowhere_is_not_believed(client, network):
    record = {"value": {"subject": {"uri": network.post(ADA, "3k")}}}
    network.home.instead[LIST] = Answer(200, {"records": [record] * 101, "cursor": "x"})
    with pytest.raises(Unexpected):
        client.page("liked", None)


def test_addresses_that_are_refused_one_by_one_lose_no_like_and_cost_no_more(client, network):
    uris = liked(network, 200)
    network.refused.update(uris[30:200:9])
    posts, rejected, cursor = [], [], None
    while True:
        network.appview.heard.clear()
        page = client.page("liked", cursor)
        assert len(network.appview.asked(GET)) <= QUESTIONS
        posts += [post.post_id for post in page.posts]
        rejected += [one.post_id for one in page.rejected]
        assert not any(post.is_gone for post in page.posts)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert rejected == uris[30:200:9]
    assert posts == [uri for uri in uris if uri not in network.refused]


def test_there_is_no_other_feed(client, network):
    with pytest.raises(BadRequest):
        client.page("own", None)
    assert network.home.heard == []


def test_keys_that_nobody_knows_are_counted(client, network):
    uri = network.post(ADA, "3k", sparkles=1, embed={"$type": "app.bsky.embed.poll", "x": 1})
    network.posts[uri]["glitter"] = 1
    record = network.home.like(ALICE, "3k", uri)
    network.home.repos[ALICE][LIKE][record.rpartition("/")[2]]["why"] = "because"
    counted = client.page("liked", None).unknown_keys
    assert counted == {"why": 1, "glitter": 1, "sparkles": 1, "app.bsky.embed.poll": 1}


def test_one_post_can_be_asked_for_again(client, network):
    uri = network.post(ADA, "3k", text="again")
    found = client.post(uri, ADA)
    assert (found.post_id, found.caption, found.liked_at) == (uri, "again", None)


def test_one_post_that_is_left_out_is_gone(client, network):
    with pytest.raises(Gone):
        client.post(f"at://{ADA}/app.bsky.feed.post/3kgone", ADA)


@pytest.mark.parametrize("post_id", ["", "5", f"at://{ADA}/app.bsky.feed.generator/cats"])
def test_what_names_no_post_is_not_asked_for(client, network, post_id):
    with pytest.raises(BadRequest):
        client.post(post_id, ADA)
    assert network.appview.heard == []


def test_a_post_without_its_record_cannot_be_read(client, network):
    uri = network.post(ADA, "3k")
    network.posts[uri]["record"] = None
    with pytest.raises(Unexpected):
        client.post(uri, ADA)


@pytest.mark.parametrize("who", ["", "alice.test", "did:key:z6Mk", "did:plc:../../x"])
def test_an_account_that_is_none_is_not_asked_for(bluesky, network, turns, who):
    with pytest.raises(Gone):
        bluesky.client(Account(who), turns=turns).page("liked", None)
    assert [place.heard for place in network.places] == [[], [], [], [], []]
