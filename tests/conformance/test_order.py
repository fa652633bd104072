"""The order of a service is the order of the archive, whatever people do; nothing is removed."""

from __future__ import annotations

from archive.models import Feed, Like
from harvester.models import Crawl
from providers.registry import SERVICES
from tests.conformance.cast import CAST
from tests.conftest import visit
from tests.shelves import check_laws, check_settled, everything, kept, missing


def test_every_service_of_the_registry_is_played_here() -> None:
    assert CAST.keys() == SERVICES.keys()
    assert all(played.key == key for key, played in CAST.items())


def check_same(feed, service) -> None:
    assert kept(feed) == service.order()
    check_laws(feed)
    check_settled(feed)


def test_a_first_visit_keeps_the_order(feed, service):
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.trouble, crawl.rejected) == (Crawl.State.DONE, "", 0)
    assert (crawl.new_entries, crawl.unknown_keys) == (18, {})
    check_same(feed, service)


def test_new_likes_come_on_top(feed, service):
    visit(feed)
    service.like(7)
    crawl, _ = visit(feed)
    assert crawl.new_entries == 7
    check_same(feed, service)


def test_what_is_liked_again_moves_to_the_top(feed, service):
    visit(feed)
    for post_id in (service.order()[11], service.order()[3], service.order()[17]):
        service.relike(post_id)
    service.like(2)
    crawl, _ = visit(feed)
    assert crawl.state == Crawl.State.DONE
    assert len(everything(feed)) == 20
    check_same(feed, service)


def test_a_visit_that_finds_nothing_new_stores_nothing_and_stops(feed, service):
    visit(feed)
    before = rows(feed)
    service.forget()
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.pages, crawl.new_entries) == (Crawl.State.DONE, 1, 0)
    assert len(service.asked_pages()) == 1
    assert rows(feed) == before


def test_what_is_gone_from_the_top_is_noticed_and_stays(feed, service):
    visit(feed)
    gone = service.order()[1]
    service.unlike(gone)
    visit(feed)
    visit(feed)
    assert missing(feed) == {gone}
    assert len(everything(feed)) == Like.objects.count() == 18
    check_same(feed, service)


def test_a_whole_walk_notices_whatever_is_gone(feed, service):
    visit(feed)
    gone = {service.order()[at] for at in (2, 9, 16)}
    for post_id in gone:
        service.unlike(post_id)
    for seen in (set(), gone):
        Feed.objects.update(walked_whole_at=None)
        crawl, _ = visit(feed)
        assert crawl.whole
        assert missing(feed) == seen
    assert len(everything(feed)) == Like.objects.count() == 18
    check_same(feed, service)


def test_when_it_was_liked_is_exact_where_the_service_says_so(feed, service):
    visit(feed)
    for given in service.listed():
        like = Like.objects.get(post_id=given.post_id)
        assert like.is_exact == service.tells_when
        assert (like.said_at == given.at) == service.tells_when
        assert (like.liked_at == given.at) == service.tells_when


def test_a_post_that_its_author_took_away_stays_as_it_was(feed, service):
    visit(feed)
    post_id = service.order()[2]
    before = Like.objects.get(post_id=post_id)
    service.delete(post_id)
    visit(feed)
    visit(feed)
    after = Like.objects.get(post_id=post_id)
    assert (after.caption, after.author) == (before.caption, before.author)
    assert after.caption
    assert missing(feed) == (set() if service.keeps_dangling else {post_id})
    assert (after.gone_at is not None) == service.keeps_dangling


def test_a_list_without_anything_is_complete(service, feed):
    service.likes["tess"] = []
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.pages, len(everything(feed))) == (Crawl.State.DONE, 1, 0)


def rows(feed: Feed) -> list[tuple[object, ...]]:
    """Everything about a feed's likes but when they were seen last."""
    told = ("post_id", "rank", "liked_at", "caption", "author", "link", "posted_at", "is_exact")
    return list(Like.objects.of(feed.user).newest_first().values_list(*told))
