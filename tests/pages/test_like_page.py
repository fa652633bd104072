"""The page of one like: everything that is known, nothing that is not, and no trick in it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from archive import serving
from archive.facts import liked
from archive.letters import shorten
from archive.models import Blob, Like
from tests.pages.conftest import NOON, picture

pytestmark = pytest.mark.django_db

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7|add:7 }}{% include 'x' %}",
    "</textarea><svg/onload=alert(1)>",
    "\u202egnihtyreve desrever\u202c",
    "a" + "\u0301" * 10_000,
]


def page(client: Client, like: Like) -> str:
    response = client.get(f"/likes/{like.pk}/")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"is_exact": True}, "14 May 2014, 12:00"),
        ({"is_settled": False}, "arriving now"),
        ({"liked_before": NOON}, "before 14 May 2014"),
        ({"liked_after": NOON - timedelta(hours=1), "liked_before": NOON}, "on 14 May 2014"),
        (
            {"liked_after": NOON - timedelta(days=2), "liked_before": NOON},
            "between 12 and 14 May 2014",
        ),
        (
            {"liked_after": NOON - timedelta(days=20), "liked_before": NOON},
            "between 24 April and 14 May 2014",
        ),
        ({"liked_after": NOON - timedelta(days=90), "liked_before": NOON}, "around May 2014"),
        ({"liked_after": NOON}, "around May 2014"),
    ],
)
def test_when_it_was_liked_is_said_no_sharper_than_known(known, said):
    facts = {"liked_at": NOON, "is_settled": True, "is_exact": False}
    assert liked(Like(**(facts | known))) == said


def test_how_we_know_is_told(as_alice, hang):
    like = hang(liked_after=NOON - timedelta(days=2), liked_before=NOON)
    html = page(as_alice, like)
    assert "How do we know?" in html
    assert "Not before 12 May 2014, 12:00" in html
    assert "Not after 14 May 2014, 12:00" in html


@pytest.mark.parametrize(
    "link",
    [
        *("javascript:alert(1)", "data:text/html,x", "//evil.test", "x", "http://["),
        *("https://evil.test\\@instagram.com/p/1", "https://instagram.com@evil.test/"),
    ],
)
def test_only_web_addresses_become_links(as_alice, hang, link):
    assert "Open on Instagram" not in page(as_alice, hang(link=link))


def test_the_original_opens_without_telling_who_asks(as_alice, hang):
    html = page(as_alice, hang(link="https://example.org/p/1"))
    assert 'rel="noopener noreferrer nofollow"' in html


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_strangers_stays_text(as_alice, hang, text):
    like = hang(
        caption=text,
        author=text[:200],
        author_name=text[:200],
        place=text[:200],
        hashtags=[text[:9]],
    )
    picture(like, alt=text)
    for html in (page(as_alice, like), as_alice.get("/likes/").content.decode()):
        for harm in ("<script>alert", "<img src=x", "onmouseover='", "<svg/onload", "14{%"):
            assert harm not in html


def test_what_is_not_here_says_why(as_alice, hang):
    like = hang()
    picture(like, state="wanted")
    picture(like, state="gone", position=1, kind="video")
    picture(like, state="refused", position=2)
    html = page(as_alice, like)
    assert "This picture is on its way." in html
    assert "no longer had this video" in html
    assert "could not be kept" in html


def test_the_stage_has_a_preview_and_the_original_and_a_gif_moves(as_alice, hang):
    like = hang()
    blob = picture(like).blob
    Blob.objects.update(width=2000, height=2500)
    (known,) = re.findall(r'srcset="([^"]+)"', page(as_alice, like))
    assert re.fullmatch(r"\S+-960 960w, (\S+) 2000w", known)
    assert "-960" not in known.split(", ")[1]
    Blob.objects.filter(pk=blob.pk).update(content_type="image/gif")
    assert "srcset" not in page(as_alice, like)


def test_an_album_that_begins_with_a_film_shows_the_film_first(as_alice, hang):
    like = hang()
    for position, kind in ((0, "image"), (0, "video"), (1, "image")):
        picture(like, position=position, kind=kind)
    html = page(as_alice, like)
    assert html.count("<video") == 1
    assert html.index("<video") < html.index("<img")


def test_a_video_is_shown_once_with_its_poster(as_alice, hang):
    like = hang()
    picture(like)
    picture(like, kind="video")
    html = page(as_alice, like)
    assert html.count("<video") == 1
    assert "poster=" in html
    assert "<img" not in html


def test_neighbours_are_one_step_away(as_alice, hang):
    old, middle, new = hang(), hang(), hang()
    html = page(as_alice, middle)
    assert f'rel="prev" href="/likes/{new.pk}/"' in html
    assert f'rel="next" href="/likes/{old.pk}/"' in html


def test_bytes_are_for_their_owner_only(as_alice, client, alice, bob, hang):
    item = picture(hang())
    default_storage.save(item.blob.preview_key(320), ContentFile(b"bytes"))
    address = serving.address(alice.pk, item.blob_id, 320)
    assert as_alice.get(address).status_code == 200
    forged = address.replace(f"/media/{alice.pk}/", f"/media/{bob.pk}/")
    assert as_alice.get(forged).status_code == 404
    assert as_alice.get(address[:-3] + "321").status_code == 404
    client.force_login(bob)
    assert client.get(address).status_code == 404
    assert client.get(forged).status_code == 404
    client.logout()
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("short", 80, "short"),
        ("two\n lines", 80, "two lines"),
        ("abcdef", 3, "abc…"),
        ("cafe\u0301 noir", 4, "caf…"),
        ("👩\u200d👩\u200d👧 family", 2, "…"),
        ("a" + "\u0301" * 10_000, 80, "…"),
    ],
)
def test_words_are_never_cut_inside_a_letter(text, most, short):
    assert shorten(text, most) == short


def test_a_video_is_named_by_what_is_to_be_seen_in_it(as_alice, hang):
    like = hang()
    picture(like, kind="video", alt="A dog runs.")
    video = re.search(r"<video[^>]*>", page(as_alice, like))
    assert video
    assert 'aria-label="A dog runs."' in video[0]
