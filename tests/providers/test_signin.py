"""Signing in: addresses, the exchange of a code, and configuration that cannot work."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

from providers.errors import (
    BadConfiguration,
    ProviderError,
    RateLimited,
    SignInFailed,
    Unavailable,
    Unexpected,
)
from providers.registry import SERVICES
from providers.shapes import Grant
from tests.providers.servers import Answer

VERIFIER = "verifier-" * 6
TOKEN = "77.abc.0123456789"
USER = {"id": "77", "username": "lena", "full_name": "Lena L."}


def exchange(instagram):
    return instagram.exchange(code="c0de-123", redirect_uri="http://x/cb", verifier=VERIFIER)


def test_the_consent_page_gets_scope_state_and_a_challenge(api, instagram):
    address = instagram.authorize_url(redirect_uri="http://x/cb", state="st", verifier=VERIFIER)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
    assert address.startswith(f"{api.url}/oauth/authorize/?")
    assert parse_qs(urlsplit(address).query) == {
        "client_id": ["demo"],
        "redirect_uri": ["http://x/cb"],
        "response_type": ["code"],
        "scope": ["basic public_content"],
        "state": ["st"],
        "code_challenge": [challenge.rstrip(b"=").decode()],
        "code_challenge_method": ["S256"],
    }
    assert VERIFIER not in address


def test_a_code_becomes_a_grant_and_a_profile(api, instagram):
    api.answers["/oauth/access_token"] = Answer(body={"access_token": TOKEN, "user": USER})
    grant, profile = exchange(instagram)
    assert (grant.access_token, grant.expires_at, grant.refresh_token) == (TOKEN, None, "")
    assert (profile.upstream_id, profile.username, profile.full_name) == ("77", "lena", "Lena L.")
    assert parse_qs(api.heard[0].body) == {
        "grant_type": ["authorization_code"],
        "client_id": ["demo"],
        "client_secret": ["CANARY-client-secret"],
        "redirect_uri": ["http://x/cb"],
        "code": ["c0de-123"],
        "code_verifier": [VERIFIER],
    }


def test_a_token_and_a_name_may_hold_the_code_by_chance(api, instagram):
    said = {"access_token": f"c0de-123.{TOKEN}", "user": {"id": "77", "username": "c0de-123"}}
    api.answers["/oauth/access_token"] = Answer(body=said)
    grant, profile = exchange(instagram)
    assert (grant.access_token, profile.username) == (f"c0de-123.{TOKEN}", "c0de-123")


@pytest.mark.parametrize("user", [{"id": 77}, {"id": 77, "username": None, "bio": None}])
def test_a_profile_may_be_an_id_alone(api, instagram, user):
    api.answers["/oauth/access_token"] = Answer(body={"access_token": TOKEN, "user": user})
    assert exchange(instagram)[1].upstream_id == "77"


@pytest.mark.parametrize("user", [None, [], {}, {"id": None}, {"username": "lena"}])
def test_a_service_that_does_not_say_who_is_asked(api, instagram, user):
    api.answers["/oauth/access_token"] = Answer(body={"access_token": TOKEN, "user": user})
    api.answers["/v1/users/self"] = Answer(body={"meta": {"code": 200}, "data": USER})
    assert exchange(instagram)[1].username == "lena"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(400, {"code": 400, "error_type": "OAuthException"}), SignInFailed),
        (Answer(400, {"meta": {"code": 400, "error_type": "OAuthException"}}), SignInFailed),
        (Answer(200, {}), SignInFailed),
        (Answer(200, {"access_token": 7}), SignInFailed),
        (Answer(200, {"access_token": ""}), SignInFailed),
        (Answer(200, {"access_token": "a b"}), Unexpected),
        (Answer(200, {"access_token": "x" * 5000}), Unexpected),
        (Answer(429, {"code": 429}), RateLimited),
        (Answer(502, b"<html>"), Unavailable),
        (Answer(200, b"<html>"), Unavailable),
        (Answer(302, b"", {"Location": "https://evil.example/"}), Unexpected),
    ],
)
def test_an_exchange_that_fails_says_what_to_do(api, instagram, answer, error):
    api.answers["/oauth/access_token"] = answer
    with pytest.raises(error):
        exchange(instagram)
    assert len(api.heard) == 1


def test_a_grant_does_not_show_its_tokens():
    assert "secret" not in repr(Grant("secret-a", refresh_token="secret-r"))


def test_whose_token_it_is_can_be_asked(api, client):
    api.answers["/v1/users/self"] = Answer(body={"data": {"id": 77, "username": "lena"}})
    assert client.profile().upstream_id == "77"


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": {"username": "x"}}])
def test_a_profile_without_an_id_is_unexpected(api, client, body):
    api.answers["/v1/users/self"] = Answer(body=body)
    with pytest.raises(Unexpected):
        client.profile()


def test_without_an_app_nobody_can_sign_in():
    assert not SERVICES["instagram"].from_values({}).consent
    assert not SERVICES["instagram"].from_values({"INSTAGRAM_CLIENT_ID": "x"}).consent
    app = {"INSTAGRAM_CLIENT_ID": "x", "INSTAGRAM_CLIENT_SECRET": "y"}
    assert SERVICES["instagram"].from_values(app).consent


def test_liked_posts_are_followed_by_default_and_own_ones_are_not_likes():
    kinds = SERVICES["instagram"].from_values({}).kinds
    assert (kinds["liked"].default, kinds["liked"].on_wall) == (True, True)
    assert (kinds["own"].default, kinds["own"].on_wall) == (False, False)


@pytest.mark.parametrize(
    "values",
    [
        {"INSTAGRAM_DIALECT": "login"},
        {"INSTAGRAM_DIALECT": "v2"},
        {"INSTAGRAM_API_URL": "http://api.example/v1"},
        {"INSTAGRAM_API_URL": "api.example/v1"},
        {"INSTAGRAM_OAUTH_URL": "https://u:p@api.example"},
        {"INSTAGRAM_OAUTH_URL": "https://api.example/?a=b"},
        {"INSTAGRAM_OAUTH_URL": "https://[::1"},
        {"FETCH_ALLOW_PRIVATE_HOSTS": "localhost"},
    ],
)
def test_a_setting_that_cannot_work_is_named(values):
    name = next(iter(values))
    with pytest.raises(BadConfiguration, match=name):
        SERVICES["instagram"].from_values(values)
    assert not issubclass(BadConfiguration, ProviderError)
