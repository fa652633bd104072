"""Around one like: its star, its author, its place in the timeline, a caption to follow."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.test import Client

from archive import browse, captions, timeline
from archive.models import Like
from tests.conftest import visit
from tests.house.builders import connect
from tests.house.builders import like as hang_many
from tests.pages.conftest import NOON, feed_of, picture
from tests.plans import AROUND, plan

pytestmark = pytest.mark.django_db

UPWARDS = ("liked_at", "rank", "pk")


def html_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return unescape(response.content.decode())


def star(client: Client, like: Like, word: str, **how: object) -> bool:
    client.post(f"/likes/{like.pk}/favourite/", {"favourite": word}, **how)
    like.refresh_from_db()
    return like.is_favourite


def test_a_caption_in_pieces_is_the_caption():
    for text in (
        "",
        "#a#b ##c",
        "x (https://a.example/b_(c)). #día",
        "&#39; a/#b #",
        "#東京の夜 ok",
    ):
        assert "".join(part.text for part in captions.parts(text)) == text


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("at #Dusk, again", ["#Dusk"]),
        ("see https://a.example/x?y=1.", ["https://a.example/x?y=1"]),
        ("(https://a.example/b_(c))", ["https://a.example/b_(c)"]),
        ("https://a.example/#part", ["https://a.example/#part"]),
        ("mail&#39; C# a/#b", []),
        ("https://evil.test\\@x.example https://a@b.example/", []),
        ("#東京の夜", ["#東京の夜"]),
    ],
)
def test_hashtags_and_addresses_in_a_caption_can_be_followed(text, linked):
    assert [part.text for part in captions.parts(text) if part.href] == linked


def test_a_link_reads_as_what_it_leads_to(as_alice, hang):
    like = hang(caption="\u202ehttps://evil.example/\u202emoc.knab//:sptth")
    html = html_of(as_alice, f"/likes/{like.pk}/")
    assert "<bdi>https://evil.example/</bdi></a>" in html
    assert 'href="https://evil.example/"' in html


def test_a_hashtag_of_a_caption_finds_the_like(as_alice, hang):
    like = hang(caption="the sea #Dusk", hashtags=["dusk", "quiet"])
    picture(like)
    html = html_of(as_alice, f"/likes/{like.pk}/")
    assert html.count("?q=%23Dusk") == 1
    assert html.count("?q=%23quiet") == 1
    assert f'href="/likes/{like.pk}/"' in html_of(as_alice, "/likes/?q=%23Dusk")


def test_a_star_is_given_and_taken_as_often_as_one_likes(as_alice, hang):
    like = hang()
    assert [star(as_alice, like, word) for word in ("on", "on", "off", "off")] == [
        *(True, True),
        *(False, False),
    ]
    answer = as_alice.post(
        f"/likes/{like.pk}/favourite/", {"favourite": "on"}, headers={"HX-Request": "true"}
    )
    assert 'aria-pressed="true"' in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_no_visit_touches_a_star(feed):
    visit(feed)
    starred = list(Like.objects.newest_first()[:3])
    Like.objects.filter(pk__in=[like.pk for like in starred]).update(is_favourite=True)
    Like.objects.update(author="renamed")
    visit(feed)
    assert set(Like.objects.filter(is_favourite=True)) == set(starred)
    assert not Like.objects.filter(author="renamed", is_favourite=True).exists()


def test_an_author_is_one_person_under_all_their_names(as_alice, hang):
    mine = [
        hang(author_id="7", author="ada", heard_names=["ada_of_old"]),
        hang(author_id="7", author="ada.new", author_name="Ada Lovelace"),
    ]
    other = hang(author_id="8", author="ada.new")
    html = html_of(as_alice, "/authors/instagram/7/")
    assert "<h1><bdi>ada.new</bdi></h1>" in html
    for name in ("ada", "ada_of_old", "Ada Lovelace"):
        assert f"<bdi>{name}</bdi>" in html
    assert all(f'href="/likes/{like.pk}/"' in html for like in mine)
    assert f'href="/likes/{other.pk}/"' not in html


def test_an_author_is_known_since_their_oldest_like_if_that_has_its_month(as_alice, hang):
    for year in (2021, 2023, 2025):
        hang(author_id="7", liked_at=datetime(year, 3, 9, tzinfo=UTC))
    assert "3 likes, the oldest from March 2021" in html_of(as_alice, "/authors/instagram/7/")
    Like.objects.filter(liked_at__year=2021).update(is_settled=False)
    assert "the oldest from" not in html_of(as_alice, "/authors/instagram/7/")


def test_an_authors_page_is_linked_by_id_and_else_by_name(as_alice, hang):
    for author_id, href in (
        ("7", "/authors/instagram/7/"),
        ("did:plc:abc", "/authors/instagram/did:plc:abc/"),
        ("", "/likes/?q=ada"),
        ("..", "/likes/?q=ada"),
        ("a/b\nc", "/likes/?q=ada"),
    ):
        like = hang(author_id=author_id)
        assert f'<h1><a href="{href}">' in html_of(as_alice, f"/likes/{like.pk}/")
        if author_id and href.startswith("/authors/"):
            assert as_alice.get(href).status_code == 200


def test_an_author_nobody_liked_and_somebody_elses_are_not_there(as_alice, bob, hang):
    hang(bob, author_id="7")
    for path in ("/authors/instagram/7/", "/authors/instagram/x%00/", "/authors/nowhere/7/"):
        assert as_alice.get(path).status_code == 404, path


def test_the_pages_of_an_author_reach_every_like_once(client, alice):
    connection_ = connect(alice)
    likes = hang_many(connection_.feeds.get(), 130, pictures=0)
    client.force_login(alice)
    path, seen = f"/authors/instagram/{likes[0].author_id}/", []
    while path:
        page = client.get(path)
        seen += [tile.pk for month in page.context["months"] for tile in month.tiles]
        path = page.context["pager"].older
    assert seen == [like.pk for like in likes]


def test_an_authors_likes_are_read_in_order_from_an_index(alice, hang):
    likes = Like.objects.of(alice).on_wall().by("instagram", "7")
    for query in (likes.newest_first(), browse.after(likes, hang()).order_by(*UPWARDS)):
        read = plan(query[:61], "like_of_author", *AROUND)
        assert "like_of_author" in read
        assert "Sort" not in read


def test_the_timeline_shows_a_like_on_the_page_that_holds_it(client, alice):
    likes = hang_many(connect(alice).feeds.get(), 200, pictures=0)
    client.force_login(alice)
    for place in (0, 5, timeline.ABOVE, 60, 137, 199):
        like = likes[place]
        where = urlsplit(client.get(f"/likes/{like.pk}/").context["timeline"])
        assert where.fragment == f"like-{like.pk}"
        page = client.get(f"{where.path}?{where.query}")
        shown = [tile.pk for month in page.context["months"] for tile in month.tiles]
        assert shown.index(like.pk) == min(place, timeline.ABOVE - 1)
        assert page.content.decode().count(f'id="{where.fragment}"') == 1


def test_a_date_leads_to_what_was_liked_last_until_then(as_alice, alice, hang):
    old, new = hang(liked_at=NOON), hang(liked_at=NOON + timedelta(days=3))
    for day, like in (
        ("2014-05-14", old),
        ("2014-05-16", old),
        ("2014-05-17", new),
        ("2030-01-01", new),
        ("2000-01-01", old),
    ):
        assert as_alice.get(f"/likes/date/?on={day}")["Location"].endswith(f"#like-{like.pk}")
    assert timeline.on(Like.objects.none(), date(2014, 5, 14)) == "/likes/"


@pytest.mark.parametrize("text", ["2014-13-01", "yesterday", "9999-12-31", "\x00", "2014-W20-3"])
def test_what_is_no_date_is_asked_for_again(as_alice, text):
    answer = as_alice.get("/likes/date/", {"on": text})
    assert answer.status_code == 400
    assert "not a date like" in answer.content.decode()


def test_over_the_wall_a_like_comes_without_the_frame_of_the_page(as_alice, hang):
    answer = as_alice.get(f"/likes/{hang().pk}/", headers={"HX-Request": "true"})
    assert "<article" in answer.content.decode()
    assert "<html" not in answer.content.decode()
    assert "HX-Request" in answer["Vary"]


def test_the_pictures_beside_a_like_are_known_before_the_step(as_alice, hang):
    old, middle, new = hang(), hang(), hang()
    beside = [picture(old).blob_id, picture(new).blob_id]
    html = html_of(as_alice, f"/likes/{middle.pk}/")
    assert all(f'data-src="/media/{old.user_id}/' in html and each in html for each in beside)


def test_a_like_that_only_a_saved_list_brought_has_no_place_on_the_wall(as_alice, alice, hang):
    like = hang(alice, feed_of(alice, kind="saved"), author_id="7")
    Like.objects.filter(pk=like.pk).update(wall_feed=None)
    html = html_of(as_alice, f"/likes/{like.pk}/")
    assert "Show in timeline" not in html
    assert "/authors/" not in html
