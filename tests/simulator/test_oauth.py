"""Sign-in by code: the page, the redirect, the exchange and everything that is refused."""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from urllib.parse import parse_qs, urlsplit

import pytest

from simulator.serve import Simulator

BACK = "http://127.0.0.1:8000/accounts/callback/instagram/"


def ask(sim, http, **more):
    query = {
        "client_id": "demo",
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "basic public_content",
        "state": "st&te=1",
        **more,
    }
    return http.get(f"{sim.url}/oauth/authorize/", params=query, timeout=20)


def decide(sim, http, person="ada", decision="allow", **more):
    page = ask(sim, http, **more)
    form = {"person": person, "decision": decision}
    answer = http.post(page.url, data=form, allow_redirects=False, timeout=20)
    assert answer.status_code == 302
    address = answer.headers["Location"]
    assert address.startswith(BACK + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def exchange(sim, http, code, **more):
    form = {
        "client_id": "demo",
        "client_secret": sim.client_secret,
        "grant_type": "authorization_code",
        "redirect_uri": BACK,
        "code": code,
        **more,
    }
    return http.post(f"{sim.url}/oauth/access_token", data=form, timeout=20)


def test_the_page_is_one_form_whose_first_person_likes_more_than_the_window(sim, http):
    page = ask(sim, http).text
    assert page.count("<form") == 1
    radios = re.findall(r'<input type="radio" name="person" value="(\w+)" ?(checked)?', page)
    assert radios[0] == ("ada", "checked")
    assert [checked for _, checked in radios[1:]] == [""] * 4
    assert re.findall(r'name="decision" value="(\w+)"', page) == ["allow", "deny"]
    assert len(sim.truth("ada")["likes"]) > 300


def test_consent_leads_back_with_a_code_and_the_state(sim, http):
    said = decide(sim, http, person="ben")
    assert said["state"] == "st&te=1"
    token = exchange(sim, http, said["code"]).json()
    assert token["access_token"] == sim.token("ben")
    assert re.fullmatch(r"1000017\.[0-9a-f]{7}\.[0-9a-f]{32}", token["access_token"])
    assert token["user"]["id"] == "1000017"
    assert set(token) == {"access_token", "user"}


def test_a_refusal_leads_back_with_its_exact_words(sim, http):
    assert decide(sim, http, decision="deny") == {
        "error": "access_denied",
        "error_reason": "user_denied",
        "error_description": "The user denied your request",
        "state": "st&te=1",
    }


@pytest.mark.parametrize("wrong", [{"client_id": "other"}, {"redirect_uri": ""}])
def test_a_wrong_client_or_address_is_shown_and_not_redirected(sim, http, wrong):
    answer = ask(sim, http, **wrong)
    assert answer.status_code == 400
    assert answer.json()["error_type"] == "OAuthException"
    assert answer.history == []


def test_a_code_works_once(sim, http):
    code = decide(sim, http)["code"]
    assert exchange(sim, http, code).status_code == 200
    assert exchange(sim, http, code).json() == {
        "code": 400,
        "error_type": "OAuthException",
        "error_message": "Matching code was not found or was already used.",
    }


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"redirect_uri": BACK + "x"}, "Redirect URI does not match registered redirect URI"),
        ({"client_secret": "guess"}, "Invalid Client Secret"),
        ({"client_id": "other"}, "Invalid Client ID"),
        ({"grant_type": "password"}, "You must include a valid grant_type"),
    ],
)
def test_an_exchange_with_anything_wrong_is_refused_bare(sim, http, wrong, words):
    answer = exchange(sim, http, decide(sim, http)["code"], **wrong)
    assert answer.status_code == 400
    assert answer.json()["error_message"] == words
    assert "meta" not in answer.json()


def test_a_challenge_must_be_met_by_its_verifier(sim, http):
    verifier = "v" * 50
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = urlsafe_b64encode(digest).rstrip(b"=").decode()
    sent = {"code_challenge": challenge, "code_challenge_method": "S256"}
    for attempt, status in (
        ({}, 400),
        ({"code_verifier": "w" * 50}, 400),
        ({"code_verifier": verifier}, 200),
    ):
        code = decide(sim, http, **sent)["code"]
        assert exchange(sim, http, code, **attempt).status_code == status


def test_registered_addresses_are_the_only_ones(http):
    with Simulator(redirect_uris=(BACK,)) as sim:
        assert ask(sim, http).status_code == 200
        assert ask(sim, http, redirect_uri=BACK + "?x=1").status_code == 400


def test_a_killed_token_stays_dead_and_a_new_sign_in_brings_another(sim, http, get):
    old = sim.token()
    sim.kill_token()
    sim.restart()
    answer = get("/users/self", access_token=old)
    assert answer.status_code == 400
    assert answer.json()["meta"]["error_type"] == "OAuthAccessTokenException"
    fresh = exchange(sim, http, decide(sim, http)["code"]).json()["access_token"]
    assert fresh != old
    assert get("/users/self", access_token=fresh).status_code == 200


def test_the_same_id_may_come_with_another_name(sim, get):
    sim.rename("ada", "ada.renamed")
    said = get("/users/self").json()["data"]
    assert (said["id"], said["username"]) == ("1000009", "ada.renamed")


def test_without_a_token_the_api_asks_for_one(sim, http):
    meta = http.get(f"{sim.api}/users/self", timeout=20).json()["meta"]
    assert meta["error_type"] == "OAuthParameterException"
    assert meta["error_message"] == "Missing client_id or access_token URL parameter."
