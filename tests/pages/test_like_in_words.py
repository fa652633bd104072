"""The page of a like without pictures, or with more: where it came from, what hangs on it."""

from __future__ import annotations

import pytest
from django.test import Client

from archive.models import Entry, Like
from tests.pages.conftest import NOON, feed_of, picture

pytestmark = pytest.mark.django_db

QUOTE = {"kind": "quote", "title": "Mo", "text": "a small letter", "link": "https://q.example/1"}


def page(client: Client, like: Like) -> str:
    response = client.get(f"/likes/{like.pk}/")
    assert response.status_code == 200
    return response.content.decode()


def also_in(like: Like, feed) -> None:
    """The like stands in another list too."""
    seen = {"first_seen_at": NOON, "last_seen_at": NOON, "placed_at": NOON}
    rank = {"rank": like.rank, "placed_visit": 1, "last_visit": 1}
    Entry.objects.create(feed=feed, like=like, **rank, **seen)


def test_what_hangs_on_a_post_is_shown_and_opens_without_telling_who_asks(as_alice, hang):
    html = page(as_alice, hang(attached=[QUOTE]))
    assert "a small letter" in html
    assert 'href="https://q.example/1" rel="noopener noreferrer nofollow"' in html


@pytest.mark.parametrize("with_picture", [True, False])
@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "http://[", ""])
def test_only_web_addresses_on_cards_become_links(as_alice, hang, link, with_picture):
    like = hang(attached=[QUOTE | {"link": link, "title": "<b>bold</b>"}])
    if with_picture:
        picture(like)
    html = page(as_alice, like)
    assert "a small letter" in html
    assert f'href="{link}" rel' not in html
    assert "<b>bold" not in html


def test_a_smaller_copy_is_called_one(as_alice, hang):
    like = hang()
    picture(like, is_copy=True)
    assert "A smaller copy: the original could not be had." in page(as_alice, like)


def test_a_deleted_post_says_when_that_was_noticed(as_alice, hang):
    assert "Deleted at Instagram; noticed on 14 May 2014." in page(as_alice, hang(gone_at=NOON))


def test_a_vague_row_says_what_is_known_and_why_not_more(as_alice, alice, hang):
    like = hang(feed=feed_of(alice, standing="file"), caption="", is_vague=True, is_exact=True)
    html = page(as_alice, like)
    assert "but not which post" in html
    assert "14 May 2014, 12:00" in html
    assert "gallery-dl" not in html


def test_a_time_of_an_export_is_said_to_be_of_the_export(as_alice, alice, hang):
    like = hang(feed=feed_of(alice, standing="file"), is_exact=True)
    assert "Your Instagram export says so." in page(as_alice, like)


def test_a_time_of_the_service_itself_is_said_to_be_its_own(as_alice, alice, hang):
    like = hang(is_exact=True)
    also_in(like, feed_of(alice, standing="file"))
    assert "Instagram says so itself." in page(as_alice, like)


def test_every_door_that_brought_it_is_named_and_leads_to_its_list(as_alice, alice, hang):
    like, export = hang(), feed_of(alice, standing="file")
    saved = feed_of(alice, standing="file", kind="saved")
    recipes = feed_of(alice, standing="file", kind="collection:00", title="Recipes")
    for feed in (export, saved, recipes):
        also_in(like, feed)
    html = page(as_alice, like)
    for told, feed in (
        ("Instagram · @alice", like.wall_feed),
        ("Instagram export", export),
        ("Instagram export, Saved", saved),
        ("Instagram export, Recipes", recipes),
    ):
        assert f"<bdi>{told}</bdi>" in html
        assert f'href="/feeds/{feed.pk}/"' in html


def test_only_what_an_export_alone_brought_is_told_how_to_get_its_picture(as_alice, alice, hang):
    export = feed_of(alice, standing="file")
    told, found = hang(feed=export), hang()
    also_in(found, export)
    assert "gallery-dl" in page(as_alice, told)
    assert "gallery-dl" not in page(as_alice, found)
    picture(told)
    assert "gallery-dl" not in page(as_alice, told)
