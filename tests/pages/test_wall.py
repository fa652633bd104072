"""The wall: every like once, newest first, under its month, whoever scrolls and however."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from accounts.models import Connection
from archive.models import Like
from tests.pages.conftest import NOON, feed_of, picture

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def shown(html: str) -> list[int]:
    """The likes on a page, in their order."""
    return [int(pk) for pk in re.findall(r'class="tile[^"]*" href="/likes/(\d+)/"', html)]


def get(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers or None)
    assert response.status_code == 200
    return response.content.decode()


def link(html: str, rel: str) -> str:
    """The address behind Older or Newer; empty where there is none."""
    found = re.search(rf'class="button[^"]*" rel="{rel}" href="([^"]+)"', html)
    return found[1].replace("&amp;", "&") if found else ""


def test_the_newest_like_comes_first_under_its_month(as_alice, hang):
    old = hang(liked_at=NOON - timedelta(days=40))
    new = hang()
    html = get(as_alice, "/likes/")
    assert shown(html) == [new.pk, old.pk]
    assert re.findall(r"<h2.*?>([A-Z]\w+ \d{4})<", html) == ["May 2014", "April 2014"]
    assert html.count("1 like<") == 2


@pytest.mark.parametrize("place", ["/likes/", "/feeds/{}/", "/likes/2014/5/", "/likes/?q=ada"])
def test_following_older_links_shows_every_like_once(alice, as_alice, hang, place):
    likes = [hang().pk for _ in range(130)]
    seen, address = [], place.format(feed_of(alice).pk)
    while address:
        html = get(as_alice, address)
        seen += shown(html)
        address = link(html, "next")
    assert seen == likes[::-1]


def test_a_page_stays_the_same_when_something_is_liked_meanwhile(as_alice, hang):
    for _ in range(70):
        hang()
    address = link(get(as_alice, "/likes/"), "next")
    before = shown(get(as_alice, address))
    hang()
    assert shown(get(as_alice, address)) == before


def test_newer_leads_back_to_where_one_came_from(as_alice, hang):
    for _ in range(130):
        hang()
    second = link(get(as_alice, "/likes/"), "next")
    third = link(get(as_alice, second), "next")
    assert link(get(as_alice, third), "prev") == second
    assert link(get(as_alice, second), "prev") == "/likes/"


def test_htmx_gets_the_next_tiles_alone_and_the_month_goes_on(as_alice, hang):
    for _ in range(70):
        hang()
    address = link(get(as_alice, "/likes/"), "next")
    part = get(as_alice, f"{address}&load=2", **HTMX)
    assert "<html" not in part
    assert len(shown(part)) == 10
    assert 'hx-swap-oob="beforeend:#m-2014-05"' in part
    assert "<h2" not in part


def test_after_five_pages_by_themselves_a_button_asks(as_alice, hang):
    first = [hang() for _ in range(70)][-1]
    sixth = get(as_alice, f"/likes/?before={first.pk}&load=6", **HTMX)
    assert "Load more" in sixth
    assert "intersect" not in sixth
    assert "intersect" in get(as_alice, f"/likes/?before={first.pk}&load=5", **HTMX)


@pytest.mark.parametrize("likes", [10, 130])
def test_the_wall_costs_few_queries_however_much_is_kept(
    as_alice, hang, likes, django_assert_max_num_queries
):
    for _ in range(likes):
        picture(hang())
    middle = Like.objects.newest_first()[likes // 2]
    with django_assert_max_num_queries(9):
        get(as_alice, f"/likes/?before={middle.pk}")
    with django_assert_max_num_queries(8):
        get(as_alice, "/likes/?q=caption")


def test_a_page_of_sixty_stays_light(as_alice, hang):
    for _ in range(60):
        picture(hang(caption="five words and some more " * 20))
    assert len(get(as_alice, "/likes/").encode()) < 100_000


def test_nobody_meets_the_likes_of_others(as_alice, hang, bob):
    mine, theirs = hang(), hang(bob)
    assert shown(get(as_alice, "/likes/")) == [mine.pk]
    for address in (
        f"/likes/?before={theirs.pk}",
        f"/likes/{theirs.pk}/",
        f"/likes/fresh/?after={theirs.pk}",
        f"/feeds/{feed_of(bob).pk}/",
    ):
        assert as_alice.get(address).status_code == 404


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "1e3", "٣"])
def test_a_nonsense_place_is_not_found(as_alice, hang, before):
    assert as_alice.get("/likes/", {"before": before}).status_code == 404


def test_search_says_how_many_it_found(as_alice, hang):
    found = hang(caption="the blue door")
    hang(caption="a red window")
    html = get(as_alice, "/likes/?q=blue+door")
    assert shown(html) == [found.pk]
    assert "1 like for" in html


@pytest.mark.parametrize("query", ["zebra", "!!", "' | 'a' & (", "%00", "<script>"])
def test_search_that_finds_nothing_says_so_and_echoes_safely(as_alice, hang, query):
    hang()
    html = get(as_alice, f"/likes/?q={query}")
    if query != "%00":
        assert "Nothing found for" in html
    assert "<script>" not in html


def test_search_that_finds_nothing_offers_the_very_words_as_beginnings(as_alice, hang):
    found = hang(caption="salt&pepperoni on toast")
    html = get(as_alice, "/likes/?q=salt%26pepper")
    (href,) = re.findall(r'href="([^"]*)">Find words that begin like this', html)
    assert parse_qs(urlsplit(unescape(href)).query) == {"q": ["salt&pepper*"]}
    assert shown(get(as_alice, unescape(href))) == [found.pk]


def test_a_month_has_an_address(as_alice, hang):
    may = hang()
    hang(liked_at=NOON + timedelta(days=40))
    assert shown(get(as_alice, "/likes/2014/5/")) == [may.pk]
    assert as_alice.get("/likes/2014/13/").status_code == 404


def test_what_a_first_visit_brings_is_arriving_until_it_is_settled(as_alice, hang):
    hang(is_settled=False)
    html = get(as_alice, "/likes/")
    assert "Arriving now" in html
    assert "May 2014" not in html


def test_an_empty_wall_says_what_to_do(as_alice, alice):
    assert "Connect a service" in get(as_alice, "/likes/")
    Connection.objects.create(user=alice, provider="instagram", upstream_id="1", username="ada")
    assert "on their way" in get(as_alice, "/likes/")


def test_new_likes_are_counted_and_not_pushed_in(as_alice, hang):
    top = hang()
    assert "new like" not in get(as_alice, f"/likes/fresh/?after={top.pk}")
    hang()
    hang()
    assert "2 new likes" in get(as_alice, f"/likes/fresh/?after={top.pk}")


def test_more_than_can_be_counted_is_said_and_not_asked_again(as_alice, hang):
    top = hang()
    for _ in range(100):
        hang()
    response = as_alice.get(f"/likes/fresh/?after={top.pk}")
    assert response.status_code == 286
    assert "99+ new likes" in response.content.decode()


def test_only_the_top_of_the_wall_waits_for_new_likes(as_alice, hang):
    old = hang(liked_at=NOON - timedelta(days=40))
    new = hang()
    assert f"/likes/fresh/?after={new.pk}" in get(as_alice, "/likes/")
    for address in (f"/likes/?before={new.pk}", "/likes/2014/4/", "/likes/?at=2014-04"):
        assert shown(get(as_alice, address)) == [old.pk]
        assert "/likes/fresh/" not in get(as_alice, address)


def test_a_tile_tells_what_it_stands_for(as_alice, hang):
    video = hang(caption="")
    picture(video)
    picture(video, kind="video")
    album = hang()
    picture(album)
    picture(album, position=1)
    picture(hang(), state="wanted")
    picture(hang(), state="gone")
    hang(caption="only words")
    html = get(as_alice, "/likes/")
    for told in ("1:14", "Video, 74 seconds", "2 pictures", "On its way", "Missing", "only words"):
        assert told in html
    assert 'class="r080 c351"' in html


def test_the_first_tiles_load_at_once_and_the_rest_when_they_are_near(as_alice, hang):
    for _ in range(60):
        picture(hang())
    html = get(as_alice, "/likes/")
    assert html.count('fetchpriority="high"') == 1
    assert html.count('loading="lazy"') == 48


def test_a_feed_alone_keeps_the_order_of_its_service(as_alice, alice, hang):
    first = hang(liked_at=NOON)
    second = hang(liked_at=NOON - timedelta(days=1))
    assert shown(get(as_alice, f"/feeds/{feed_of(alice).pk}/")) == [second.pk, first.pk]


def test_a_like_at_the_first_moment_of_a_month_hangs_in_that_month_alone(as_alice, hang):
    like = hang(liked_at=NOON.replace(month=6, day=1, hour=0))
    hang(liked_at=NOON)
    assert like.pk in shown(get(as_alice, "/likes/2014/6/"))
    assert like.pk not in shown(get(as_alice, "/likes/2014/5/"))


@pytest.mark.parametrize(
    ("place", "is_said"), [("/likes/", True), ("/likes/2014/5/", False), ("/likes/?q=ada", False)]
)
def test_only_the_end_of_the_whole_wall_is_where_the_archive_begins(as_alice, hang, place, is_said):
    hang()
    assert ("This is where your archive begins." in get(as_alice, place)) == is_said


def test_after_a_click_five_more_pages_come_by_themselves(as_alice, hang):
    for _ in range(130):
        hang()
    html = get(as_alice, "/likes/?load=6")
    assert re.search(r"before=\d+&amp;load=1\b", html)
