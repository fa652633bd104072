"""A tile says what it stands for, to those who see and those who hear, whatever its row holds."""

from __future__ import annotations

import re
from html import unescape

import pytest

from archive.models import Blob, Like, MediaItem
from tests.pages.conftest import NOON, picture

pytestmark = pytest.mark.django_db


def wall(client, address: str = "/likes/") -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def attribute(html: str, name: str) -> str:
    return unescape(re.search(rf'<img [^>]*\b{name}="([^"]*)"', html)[1])


def test_what_is_gone_upstream_and_kept_says_only_here_now(as_alice, hang):
    picture(hang(gone_at=NOON))
    html = wall(as_alice)
    assert "#gone" in html
    assert "Only here now: deleted at Instagram" in html


def test_every_mark_has_words_for_those_who_hear_it(as_alice, hang):
    film = hang(gone_at=NOON)
    picture(film)
    picture(film, kind="video")
    marks = re.findall(r'<span class="mark">.*?</span></span>', wall(as_alice))
    assert len(marks) == 2
    assert all(re.search(r'<span class="away">\w[^<]+</span>', mark) for mark in marks)


def test_words_stand_in_for_a_picture_that_is_on_its_way(as_alice, hang):
    picture(hang(caption="A blue door"), state="wanted")
    html = wall(as_alice)
    assert '<span class="away">On its way</span>' in html
    assert re.search(r'<span class="says" aria-hidden="true"><b>\w+</b><i>A blue door</i>', html)


@pytest.mark.parametrize(
    "bad",
    [
        {"attached": ["no card at all"]},
        {"attached": 5},
        {"attached": {"kind": "link"}},
        {"provider": "nowhere"},
    ],
    ids=str,
)
def test_a_bad_row_becomes_one_tile_that_says_so(as_alice, hang, bad):
    good, spoilt = hang(caption="a good one"), hang(caption="")
    Like.objects.filter(pk=spoilt.pk).update(**bad)
    html = wall(as_alice)
    assert html.count("This like cannot be shown") == 1
    assert f'href="/likes/{spoilt.pk}/"' in html
    assert "a good one" in html
    assert f'href="/likes/{good.pk}/"' in html


@pytest.mark.parametrize("bad", [{"colour": "#zzzzzz"}, {"previews": 7}, {"previews": [None, "x"]}])
def test_a_bad_file_row_becomes_one_tile_that_says_so(as_alice, hang, bad):
    picture(hang())
    Blob.objects.update(**bad)
    hang(caption="a good one")
    html = wall(as_alice)
    assert html.count("This like cannot be shown") == 1
    assert "a good one" in html


def test_a_bad_row_breaks_no_list_either(as_alice, alice, hang):
    type(alice).objects.update(layout="list")
    spoilt = hang(caption="")
    Like.objects.filter(pk=spoilt.pk).update(attached=["no card at all"])
    assert "This like cannot be shown" in wall(as_alice)


def test_a_picture_is_described_by_its_service_else_by_who_when_and_what(as_alice, hang):
    picture(hang(posted_at=NOON, caption="the blue door"))
    assert attribute(wall(as_alice), "alt") == "Photo by ada, posted 14 May 2014: the blue door"
    MediaItem.objects.update(alt="A blue door in a white wall")
    assert attribute(wall(as_alice), "alt") == "A blue door in a white wall"


def test_a_browser_is_told_how_wide_a_picture_will_be(as_alice, hang):
    picture(hang())
    html = wall(as_alice)
    assert attribute(html, "sizes") == "(width < 48rem) 33vw, 188px"
    assert re.fullmatch(r"\S+-320 320w, \S+-960 960w", attribute(html, "srcset"))
