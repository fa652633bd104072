"""A wall or a list: each person chooses once, and every page of likes remembers."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from archive.models import Like
from tests.pages.conftest import NOON, feed_of, picture

pytestmark = pytest.mark.django_db


def choose(client: Client, layout: str, back: str = "/likes/") -> None:
    response = client.post("/settings/layout/", {"layout": layout, "next": back})
    assert (response.status_code, response.headers["Location"]) == (302, back)


def lines(client: Client, address: str = "/likes/", **headers: str) -> list[str]:
    html = client.get(address, headers=headers or None).content.decode()
    return re.findall(r'<a class="line".*?</a>', html, re.DOTALL)


def test_a_list_says_what_a_tile_does_not(as_alice, hang):
    like = hang(caption="the blue door #paint", posted_at=NOON, hashtags=["paint", "lisbon"])
    picture(like)
    choose(as_alice, "list")
    [line] = lines(as_alice)
    for told in ("ada", "the blue door #paint", "Liked around May 2014", "Posted 14 May 2014"):
        assert told in line
    assert f'href="/likes/{like.pk}/"' in line
    assert "#lisbon" in line
    assert line.count("#paint") == 1


def test_the_choice_is_remembered_for_that_person_alone(as_alice, hang, bob):
    hang()
    hang(bob)
    choose(as_alice, "list")
    again, other = Client(), Client()
    again.force_login(type(bob).objects.get(username="alice"))
    other.force_login(bob)
    assert len(lines(again)) == 1
    assert lines(other) == []
    choose(as_alice, "wall")
    assert lines(again) == []


def test_search_months_feeds_and_what_loads_below_keep_to_the_choice(as_alice, alice, hang):
    for _ in range(70):
        hang(caption="door")
    choose(as_alice, "list")
    for address in ("/likes/?q=door", "/likes/2014/5/", f"/feeds/{feed_of(alice).pk}/"):
        assert len(lines(as_alice, address)) == 60
    last = Like.objects.newest_first()[59]
    below = lines(as_alice, f"/likes/?before={last.pk}&load=2", **{"HX-Request": "true"})
    assert len(below) == 10


def test_a_choice_that_is_none_changes_nothing(as_alice, hang):
    hang()
    choose(as_alice, "list")
    as_alice.post("/settings/layout/", {"layout": "cubes"})
    assert len(lines(as_alice)) == 1


def test_one_is_led_back_to_a_page_of_this_house_alone(as_alice):
    response = as_alice.post(
        "/settings/layout/", {"layout": "list", "next": "https://elsewhere.example/"}
    )
    assert response.headers["Location"] == "/likes/"


def test_a_list_of_sixty_stays_light(as_alice, hang):
    for _ in range(60):
        picture(hang(caption="five words and some more " * 20, hashtags=["one", "two"]))
    choose(as_alice, "list")
    assert len(as_alice.get("/likes/").content) < 100_000


def test_a_picture_in_a_list_is_described_where_its_service_did(as_alice, hang):
    picture(hang(), alt="A blue door.")
    choose(as_alice, "list")
    [line] = lines(as_alice)
    assert 'alt="A blue door."' in line
