"""A row that nobody could have written costs its own part of a page, and never the page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from archive.models import Blob, Like
from tests.pages.conftest import Hang, picture

pytestmark = pytest.mark.django_db

ROWS: list[dict[str, Any]] = [
    {"attached": ["no card at all"]},
    {"attached": 5},
    {"attached": {"kind": "link"}},
    {"attached": [{"title": 5, "link": None}]},
    {"hashtags": [None]},
    {"provider": "nowhere"},
]
FILES: list[dict[str, Any]] = [
    {"colour": "#zzzzzz"},
    {"previews": 7},
    {"previews": [None, "x"]},
]
LIKE, FILE = "One part of this like cannot be read", "is kept, but its row cannot be read"
rows = pytest.mark.parametrize("bad", ROWS, ids=str)
files = pytest.mark.parametrize("bad", FILES, ids=str)
pictured = pytest.mark.parametrize("has_picture", [True, False], ids=["pictured", "bare"])


def get(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def spoil(like: Like, bad: dict[str, Any]) -> None:
    Like.objects.filter(pk=like.pk).update(**bad)


@pytest.fixture
def three(hang: Hang) -> list[Like]:
    """Likes of one author, oldest first, each with a picture."""
    likes = [hang(author_id="17", caption=f"the {word} one") for word in ("old", "odd", "new")]
    for like in likes:
        picture(like)
    return likes


@rows
@pictured
def test_a_bad_row_has_a_page_that_says_so_and_leads_on(as_alice, three, bad, has_picture):
    old, odd, new = three
    if not has_picture:
        odd.media.all().delete()
    spoil(odd, bad)
    html = get(as_alice, f"/likes/{odd.pk}/")
    assert html.count(LIKE) == 1
    assert "the odd one" in html
    assert f'rel="prev" href="/likes/{new.pk}/"' in html
    assert f'rel="next" href="/likes/{old.pk}/"' in html


@files
def test_a_bad_file_row_costs_its_place_on_the_stage_alone(as_alice, three, bad):
    odd = three[1]
    picture(odd, position=1)
    Blob.objects.filter(media__like=odd, media__position=0).update(**bad)
    html = get(as_alice, f"/likes/{odd.pk}/")
    assert f"This picture {FILE}" in html
    assert "1 / 2" in html
    assert html.count("<img ") == 1


@rows
def test_a_bad_row_is_stepped_over_from_both_sides(as_alice, three, bad):
    old, odd, new = three
    spoil(odd, bad)
    for like, way in ((old, "prev"), (new, "next")):
        html = get(as_alice, f"/likes/{like.pk}/")
        assert f'rel="{way}" href="/likes/{odd.pk}/"' in html
        assert LIKE not in html


@files
def test_a_bad_file_row_is_stepped_over_from_both_sides(as_alice, three, bad):
    old, odd, new = three
    Blob.objects.filter(media__like=odd).update(**bad)
    for like, way in ((old, "prev"), (new, "next")):
        html = get(as_alice, f"/likes/{like.pk}/")
        assert f'rel="{way}" href="/likes/{odd.pk}/"' in html
        assert FILE not in html


@rows
@pytest.mark.parametrize("layout", ["wall", "list"])
def test_a_bad_row_breaks_no_page_of_its_author(as_alice, alice, three, bad, layout):
    type(alice).objects.update(layout=layout)
    spoil(three[1], bad)
    html = get(as_alice, "/authors/instagram/17/")
    assert all(f'href="/likes/{like.pk}/"' in html for like in (three[0], three[2]))
    assert get(as_alice, "/likes/").count('id="like-') == len(three)


def test_an_author_of_a_service_that_is_not_known_has_a_page(as_alice, three):
    spoil(three[1], {"provider": "nowhere"})
    assert f'href="/likes/{three[1].pk}/"' in get(as_alice, "/authors/nowhere/17/")


@rows
def test_a_bad_row_breaks_no_day(as_alice, three, bad):
    Like.objects.update(is_exact=True)
    spoil(three[1], bad)
    html = get(as_alice, "/on-this-day/?day=05-14")
    assert all(f'href="/likes/{like.pk}/"' in html for like in three)


@files
def test_a_bad_file_row_breaks_no_day_and_no_author(as_alice, three, bad):
    Like.objects.update(is_exact=True)
    Blob.objects.filter(media__like=three[1]).update(**bad)
    for address in ("/on-this-day/?day=05-14", "/authors/instagram/17/"):
        assert get(as_alice, address).count("This like cannot be shown") == 1
