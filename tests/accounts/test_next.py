"""After signing in people are sent to a plain path of this site, or nowhere special."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.addresses import safe_path
from accounts.models import User
from tests.accounts.browsing import sign_in

GOOD = [
    "/likes/",
    "/likes/12/",
    "/likes/?q=sea&before=7",
    "/likes/?q=https://elsewhere.example/",
    "/likes/?q=%E6%9D%B1%E4%BA%AC",
    "/feeds/3/#below",
    "/",
]
BAD = [
    "",
    "likes/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    " //evil.example",
    " /likes/",
    "https:evil.example",
    "https://evil.example/",
    "http:///evil.example",
    "HTTPS://evil.example",
    "//testserver@evil.example",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "javascript:alert(1)",
    "data:text/html,hello",
    "/%2f/evil.example",
    "/%2Fevil.example",
    "/%5cevil.example",
    "/%252f/evil.example",
    "/%09/evil.example",
    "/a\r\nSet-Cookie: x=1",
    "/a%0d%0aSet-Cookie: x=1",
    "/a\0",
    "/\u2028/evil.example",
    "/" + "a" * 600,
]


@pytest.mark.parametrize("path", GOOD)
def test_a_path_of_ours_is_taken(path):
    assert safe_path(path, "default") == path


@pytest.mark.parametrize("path", BAD)
def test_anything_else_is_not(path):
    assert safe_path(path, "default") == "default"


PARTS = [
    "/",
    "\\",
    "%2f",
    "%5c",
    "%252f",
    "%09",
    "%00",
    "a",
    ".",
    "@",
    "?",
    "#",
    "https:",
    "evil.example",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*PARTS, " ", "\t", "\n", "\0", "é"]), max_size=6).map("".join))
def test_whatever_is_asked_it_stays_on_this_site(path):
    taken = safe_path(f"/{path}", "/")
    for form in (taken, unquote(taken)):
        assert form.startswith("/")
        assert not form.startswith(("//", "/\\"))
        assert form.isprintable()


@pytest.mark.django_db
def test_through_a_service_people_come_back_to_where_they_were_going(client, sven):
    assert sign_in(client, sven, next="/likes/?q=sea")["Location"] == "/likes/?q=sea"


@pytest.mark.django_db
@pytest.mark.parametrize("path", BAD[2::4])
def test_but_never_elsewhere(client, sven, path):
    assert sign_in(client, sven, next=path)["Location"] == "/welcome/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "place"), [("/likes/?q=sea", "/likes/?q=sea"), *[(p, "/") for p in BAD]]
)
def test_with_a_password_it_is_the_same(alice, path, place):
    form = {"username": "alice", "password": "a-good-password", "next": path}
    response = Client().post("/accounts/signin/", form)
    assert (response.status_code, response["Location"]) == (302, place)


@pytest.mark.django_db
@pytest.mark.parametrize("path", BAD)
def test_no_address_is_an_error_of_ours(client, path):
    assert client.get("/accounts/signin/", {"next": path}).status_code == 200
    assert client.get("/accounts/signin/instagram/", {"next": path}).status_code == 302


@pytest.mark.django_db
def test_who_has_to_sign_in_first_comes_back(client, alice):
    response = client.get("/likes/?q=sea")
    assert response["Location"] == "/accounts/signin/?next=/likes/%3Fq%3Dsea"
    page = client.get(response["Location"]).content.decode()
    assert 'value="/likes/?q=sea"' in page
    assert not User.objects.filter(username="nobody").exists()


def test_who_joins_lands_where_they_wanted_to_go(client, db):
    form = {"username": "zoe", "password1": "a-long-enough-one", "password2": "a-long-enough-one"}
    answer = client.post("/accounts/signup/?next=/sources/import/", form)
    assert answer["Location"] == "/sources/import/"


def test_who_joins_is_sent_to_no_other_house(client, db):
    form = {"username": "zoe", "password1": "a-long-enough-one", "password2": "a-long-enough-one"}
    answer = client.post("/accounts/signup/?next=//elsewhere.example/", form)
    assert answer["Location"] == "/welcome/"
