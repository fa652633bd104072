"""The levers of the sky: deeds, faults, limits, moves; all of it remembered."""

from __future__ import annotations

import pytest
import requests

from tests.simulator.conftest import Get


def records(xrpc: Get, repo: str, base: str = "") -> requests.Response:
    said = {"repo": repo, "collection": "app.bsky.feed.like", "limit": 3}
    return xrpc("com.atproto.repo.listRecords", base, **said)


def test_a_new_like_is_at_the_top_and_an_unlike_takes_its_record_away(sim, xrpc):
    liked = sim.bluesky.like("marek", 2)
    said = records(xrpc, "marek.test").json()["records"]
    assert [one["value"]["subject"]["uri"] for one in said[:2]] == liked[::-1]
    assert sim.bluesky.unlike("marek") == liked[1]
    said = records(xrpc, "marek.test").json()["records"]
    assert said[0]["value"]["subject"]["uri"] == liked[0]


def test_a_like_can_be_of_anything_with_any_key_and_time(sim, xrpc):
    subject = "at://did:plc:x/app.bsky.feed.generator/quiet"
    sim.bluesky.like("tove", subject=subject, rkey="self.made", created_at="1999-01-01T00:00:00Z")
    (record,) = records(xrpc, "tove.test").json()["records"]
    assert record["uri"].endswith("/self.made")
    assert record["value"]["subject"]["uri"] == subject
    assert record["value"]["createdAt"] == "1999-01-01T00:00:00Z"


def test_a_deleted_post_leaves_its_like_dangling_and_takes_its_pictures_along(sim, xrpc):
    likes = sim.bluesky.truth("marek", hashes=True)["likes"]
    like = next(one for one in likes if one.get("media"))
    blob = {"did": like["author_did"], "cid": like["media"][0]["cid"]}
    assert xrpc("com.atproto.sync.getBlob", **blob).status_code == 200
    sim.bluesky.delete_post(uri=like["subject"])
    assert xrpc("app.bsky.feed.getPosts", uris=like["subject"]).json() == {"posts": []}
    assert xrpc("com.atproto.sync.getBlob", **blob).json()["error"] == "BlobNotFound"
    after = sim.bluesky.truth("marek")["likes"]
    assert [one["subject"] for one in after] == [one["subject"] for one in likes]
    assert next(one for one in after if one["subject"] == like["subject"])["is_gone"]


def test_people_are_made_up_with_exactly_so_many_plain_likes(sim, xrpc):
    card = sim.bluesky.set_likes("New Person", 40)
    assert (card["handle"], card["likes"]) == ("new-person.test", 40)
    likes = sim.bluesky.truth(card["did"])["likes"]
    assert len({like["subject"] for like in likes}) == 40
    assert not any(like["is_gone"] for like in likes)
    assert records(xrpc, card["did"]).json()["cursor"] == likes[2]["rkey"]


def test_the_text_of_a_profile_is_what_was_written_last(sim, xrpc):
    record = {"repo": "tove.test", "collection": "app.bsky.actor.profile", "rkey": "self"}
    assert xrpc("com.atproto.repo.getRecord", **record).json()["error"] == "RecordNotFound"
    sim.bluesky.profile_text("tove", "likelist code: 4711")
    said = xrpc("com.atproto.repo.getRecord", **record).json()["value"]["description"]
    shown = xrpc("app.bsky.actor.getProfile", actor="tove.test").json()["description"]
    assert said == shown == "likelist code: 4711"


def test_the_next_call_fails_as_ordered_and_the_one_after_does_not(sim, xrpc):
    sim.bluesky.fail(502, "UpstreamFailure", match="records")
    first, second = records(xrpc, "lina.test"), records(xrpc, "lina.test")
    assert (first.status_code, first.json()["error"]) == (502, "UpstreamFailure")
    assert second.status_code == 200
    sim.bluesky.fail(429, "RateLimitExceeded", headers={"RateLimit-Reset": "1900000000"})
    assert records(xrpc, "lina.test").headers["RateLimit-Reset"] == "1900000000"


def test_a_blob_can_come_with_other_bytes_than_were_asked_for(sim, xrpc):
    likes = sim.bluesky.truth("marek", hashes=True)["likes"]
    like = next(one for one in likes if one.get("media"))
    blob = {"did": like["author_did"], "cid": like["media"][0]["cid"]}
    good = xrpc("com.atproto.sync.getBlob", **blob).content
    sim.fail("other_bytes")
    assert xrpc("com.atproto.sync.getBlob", **blob).content == good + b"\0"


def test_a_host_that_was_asked_too_often_says_until_when(sim, xrpc):
    other = sim.second()
    sim.bluesky.limit(2, window=60)
    answers = [records(xrpc, "lina.test") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[2].json()["error"] == "RateLimitExceeded"
    assert answers[2].headers["RateLimit-Remaining"] == "0"
    said = xrpc("app.bsky.actor.getProfile", other, actor="lina.test")
    assert said.headers["RateLimit-Limit"] == "3000"


def test_an_account_that_moved_is_found_at_its_new_origin_only(sim, xrpc, http):
    other = sim.second()
    did = sim.bluesky.truth("lina")["person"]["did"]
    before = records(xrpc, did).json()
    assert records(xrpc, did, other).json()["error"] == "RepoNotFound"
    sim.bluesky.move("lina", other)
    document = http.get(f"{sim.url}/{did}", timeout=20).json()
    assert document["service"][0]["serviceEndpoint"] == other
    assert records(xrpc, did).json()["error"] == "RepoNotFound"
    assert records(xrpc, did, other).json() == before


def test_requests_are_counted_by_what_they_asked(sim, xrpc, http):
    sim.forget_requests()
    records(xrpc, "lina.test")
    xrpc("app.bsky.feed.getPosts", uris="at://x/y/z")
    http.get(f"{sim.url}/did:plc:nobody", timeout=20)
    assert sim.counts() == {"records": 1, "posts": 1, "plc": 1}


def test_a_restart_finds_the_same_sky(sim, xrpc):
    other = sim.second()
    sim.bluesky.like("lina", 2)
    sim.bluesky.unlike("lina", position=4)
    sim.bluesky.delete_post(person="lina", position=0)
    sim.bluesky.set_likes("p", 5)
    sim.bluesky.rename("marek", "marek.moved.test")
    sim.bluesky.move("p", other)
    before = [sim.bluesky.truth(one) for one in ("lina", "marek", "p")]
    sim.restart()
    assert records(xrpc, "p.test", other).json()["records"]
    assert [sim.bluesky.truth(one) for one in ("lina", "marek", "p")] == before
    assert sim.second() == other


def test_the_environment_it_offers_points_at_itself(sim):
    said = sim.bluesky_env()
    assert {said[f"BLUESKY_{name}_URL"] for name in ("APPVIEW", "PLC", "CDN")} == {sim.url}
    assert said["FETCH_ALLOW_PRIVATE_HOSTS"] == sim.host


@pytest.mark.parametrize(
    ("lever", "said"),
    [
        ("like", {"person": "nobody"}),
        ("unlike", {"person": "tove"}),
        ("delete_post", {"uri": "at://x/app.bsky.feed.post/3kaaaaaaaaaaa"}),
        ("move", {"person": "lina", "to": "http://elsewhere.test"}),
        ("set_likes", {"count": 3}),
    ],
)
def test_a_senseless_order_is_refused_with_a_reason(sim, lever, said):
    with pytest.raises(ValueError, match="error"):
        sim.control("POST", f"bluesky/{lever}", **said)
