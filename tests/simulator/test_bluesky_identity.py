"""Who is who in the sky: handles, DIDs and their documents."""

from __future__ import annotations

LIKE = "app.bsky.feed.like"


def test_a_handle_and_its_did_know_each_other(sim, xrpc, http):
    lina = xrpc("com.atproto.identity.resolveHandle", handle="Lina.test").json()["did"]
    assert lina == sim.bluesky.truth("lina")["person"]["did"]
    document = http.get(f"{sim.url}/{lina}", timeout=20).json()
    assert document["alsoKnownAs"] == ["at://lina.test"]
    assert document["service"][0]["id"].endswith("#atproto_pds")
    assert document["service"][0]["serviceEndpoint"] == sim.url
    well_known = f"{sim.url}/.well-known/atproto-did"
    assert http.get(well_known, headers={"Host": "lina.test"}, timeout=20).text == lina


def test_a_host_can_be_an_account(sim, xrpc, http):
    did = xrpc("com.atproto.identity.resolveHandle", handle="wim.test").json()["did"]
    assert did == "did:web:" + sim.host.replace(":", "%3A")
    document = http.get(f"{sim.url}/.well-known/did.json", timeout=20).json()
    assert (document["id"], document["alsoKnownAs"]) == (did, ["at://wim.test"])
    said = xrpc("com.atproto.repo.listRecords", repo=did, collection=LIKE).json()["records"]
    assert len(said) == 12
    assert said[0]["uri"].startswith(f"at://{did}/")


def test_one_author_has_a_handle_that_does_not_hold(sim, xrpc, http):
    author = sim.bluesky.truth("author:5")["person"]
    document = http.get(f"{sim.url}/{author['did']}", timeout=20).json()
    assert f"at://{author['handle']}" not in document["alsoKnownAs"]
    said = xrpc("app.bsky.actor.getProfile", actor=author["did"]).json()
    assert said["handle"] == "handle.invalid"


def test_what_nobody_is_called_is_not_found(sim, xrpc, http):
    unknown = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"
    assert xrpc("com.atproto.identity.resolveHandle", handle="no.test").status_code == 400
    assert http.get(f"{sim.url}/{unknown}", timeout=20).status_code == 404
    said = xrpc("com.atproto.repo.listRecords", repo=unknown, collection=LIKE)
    assert (said.status_code, said.json()["error"]) == (400, "RepoNotFound")
