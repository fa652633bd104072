"""Every fault as it arrives on the wire."""

from __future__ import annotations

import io

import pytest
import requests
from PIL import Image

from simulator.spoilt import KINDS
from tests.simulator.conftest import ids

LIKED = "/users/self/media/liked"
ENVELOPED = {
    "dead_token": "OAuthAccessTokenException",
    "retired": "APINotAllowedError",
    "not_allowed": "APINotAllowedError",
    "not_found": "APINotFoundError",
    "stale_cursor": "APIInvalidParametersError",
    "missing_scope": "OAuthPermissionsException",
    "unknown_error": "SomethingNewException",
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_fault_strikes_as_often_as_ordered_and_then_all_is_well(sim, get, http, kind):
    url = get(LIKED, count=1).json()["data"][0]["images"]["thumbnail"]["url"]
    sim.fail(kind, match="/", seconds=0)
    if "media" in kind or "picture" in kind:
        good = http.get(url, timeout=20).content if kind == "repeated_page" else None
        answer = _attempt(lambda: http.get(url, timeout=20))
        assert answer != good
        assert http.get(url, timeout=20).status_code == 200
    else:
        _attempt(lambda: get(LIKED))
        assert get(LIKED).status_code == 200
    assert sim.control("GET", "faults") == {"faults": []}


def _attempt(call):
    try:
        return call().content
    except requests.RequestException as broken:
        return broken


@pytest.mark.parametrize("kind", ENVELOPED)
def test_an_error_comes_in_its_envelope(sim, get, kind):
    sim.fail(kind)
    answer = get(LIKED)
    assert answer.status_code == 400
    assert answer.json()["meta"]["error_type"] == ENVELOPED[kind]


@pytest.mark.parametrize(
    ("variant", "status", "code"), [("bare", 429, 429), ("enveloped", 429, 429), ("2012", 400, 420)]
)
def test_a_rate_limit_has_three_faces(sim, get, variant, status, code):
    sim.fail("rate_limit", variant=variant)
    answer = get(LIKED)
    said = answer.json().get("meta", answer.json())
    assert answer.status_code == status
    assert (said["code"], said["error_type"]) == (code, "OAuthRateLimitException")


def test_a_real_hour_is_counted_per_token(sim, get):
    sim.rate_limit(2)
    left = [get(LIKED).headers["X-Ratelimit-Remaining"] for _ in range(2)]
    assert left == ["1", "0"]
    over = get(LIKED)
    assert over.status_code == 429
    assert "a total of 3 requests in the last hour" in over.json()["error_message"]
    assert get(LIKED, "ben").status_code == 200


def test_a_reset_is_a_reset(sim, get):
    sim.fail("reset")
    with pytest.raises(requests.ConnectionError, match=r"reset|aborted"):
        get(LIKED)


def test_bodies_that_are_no_answer(sim, get):
    for kind in ("html_200", "empty_200", "truncated_json"):
        sim.fail(kind)
        answer = get(LIKED)
        assert answer.status_code == 200
        with pytest.raises(ValueError, match=r"Expecting|Unterminated|Invalid"):
            answer.json()
    sim.fail("array_200")
    assert isinstance(get(LIKED).json(), list)
    sim.fail("unavailable_html", status=502)
    assert get(LIKED).status_code == 502


def test_a_cut_picture_promises_more_than_it_sends(sim, get, http):
    url = get(LIKED, count=1).json()["data"][0]["images"]["thumbnail"]["url"]
    sim.fail("truncated_picture")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        http.get(url, timeout=20)
    sim.fail("truncated_picture", short=True)
    short = http.get(url, timeout=20)
    assert int(short.headers["Content-Length"]) == len(short.content)
    with pytest.raises(OSError), Image.open(io.BytesIO(short.content)) as picture:
        picture.load()


def test_media_may_lie_or_be_gone(sim, get, http):
    url = get(LIKED, count=1).json()["data"][0]["images"]["thumbnail"]["url"]
    for kind, options, status in (
        ("missing_media", {}, 404),
        ("missing_media", {"status": 410}, 410),
        ("forbidden_media", {}, 403),
        ("wrong_type_picture", {}, 200),
    ):
        sim.fail(kind, **options)
        answer = http.get(url, timeout=20)
        assert answer.status_code == status
        assert answer.headers["Content-Type"] in {"text/plain", "image/jpeg"}
        assert answer.content[:2] != b"\xff\xd8"


def test_a_slow_answer_arrives_whole(sim, get):
    plain = get(LIKED).json()["data"]
    sim.fail("slow", seconds=0.05)
    sim.fail("slow", seconds=0.05, drip=True)
    assert get(LIKED).json()["data"] == get(LIKED).json()["data"] == plain


def test_a_repeated_page_and_a_loop_bring_nothing_new(sim, get):
    first = get(LIKED).json()
    cursor = first["pagination"]["next_max_like_id"]
    sim.fail("repeated_page")
    assert get(LIKED, max_like_id=cursor).json()["pagination"]["next_max_like_id"] == cursor
    sim.fail("cursor_loop")
    looped = get(LIKED, max_like_id=cursor).json()
    assert looped["pagination"]["next_max_like_id"] == cursor
    assert looped["data"] != first["data"]


def test_endless_paging_never_repeats_a_cursor(sim, get):
    sim.fail("endless_paging", times=None)
    pages, cursor = [], {}
    for _ in range(6):
        page = get(LIKED, "chika", **cursor).json()
        cursor = {"max_like_id": page["pagination"]["next_max_like_id"]}
        pages.append((cursor["max_like_id"], page["data"][0]["id"]))
    assert len({said for said, _ in pages}) == 6
    assert len({post for _, post in pages}) == 1


def test_an_empty_page_moves_on_and_loses_nothing(sim, walk):
    whole = ids(walk())
    sim.fail("empty_page", skip=2, times=2)
    pages = walk()
    assert [len(page["data"]) for page in pages[:6]] == [20, 20, 0, 0, 20, 20]
    assert ids(pages) == whole


def test_a_foreign_next_address_may_be_all_there_is(sim, get):
    sim.fail("foreign_next_url", host="evil.example:81")
    page = get(LIKED).json()["pagination"]
    assert page["next_url"].startswith("http://evil.example:81/v1/users/self/media/liked?")
    assert "next_max_like_id" in page
    sim.fail("foreign_next_url", cursor=False)
    assert set(get(LIKED).json()["pagination"]) == {"next_url"}
    sim.fail("only_next_url")
    assert sim.host in get(LIKED).json()["pagination"]["next_url"]


@pytest.mark.parametrize(
    "variant", ["no_media", "no_id", "null", "text", "empty", "list_images", "other"]
)
def test_one_broken_post_leaves_the_others_whole(sim, get, variant):
    good = get(LIKED).json()["data"]
    sim.fail("bad_item", position=4, variant=variant)
    bad = get(LIKED).json()["data"]
    assert bad[4] != good[4]
    assert bad[:4] + bad[5:] == good[:4] + good[5:]


def test_strange_text_and_numbers_are_on_the_wire(sim, get):
    sim.fail("strange_text")
    raw = get(LIKED).content
    assert b"\\ud83d of" in raw
    assert b"\\u0000" in raw
    sim.fail("huge_numbers")
    assert get(LIKED).json()["data"][0]["likes"]["count"] == 10**40
    sim.fail("bare_numbers")
    assert isinstance(get(LIKED).json()["pagination"]["next_max_like_id"], int)
    sim.fail("unknown_keys")
    assert get(LIKED).json()["data"][0]["type"] == "hologram"


def test_a_fault_strikes_only_where_and_whom_it_should(sim, get):
    sim.fail("dead_token", match="liked", token=sim.token("ben"), skip=1)
    assert get("/users/self", "ben").status_code == 200
    assert [get(LIKED, who).status_code for who in ("ben", "ada", "ben", "ben")] == [
        200,
        200,
        400,
        200,
    ]
    sim.fail("retired", times=None)
    assert [get(LIKED).status_code for _ in range(2)] == [400, 400]
    sim.heal()
    assert get(LIKED).status_code == 200


def test_a_fault_that_nobody_knows_is_refused(sim):
    with pytest.raises(ValueError, match="unknown kind"):
        sim.fail("gremlins")
