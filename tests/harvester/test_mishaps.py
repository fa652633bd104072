"""From what went wrong with a picture to what becomes of it: what may change is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Count
from django.utils import timezone

from accounts.models import Connection
from archive import wanted
from archive.models import Feed, Like, MediaItem
from harvester import claims, getting, mishaps, plan
from harvester.download import Download
from providers.errors import RateLimited
from providers.fetch import LIMITS, Fetcher, Limits
from providers.shapes import MediaSource
from tests.conftest import visit
from tests.harvester.test_download import again, download, temporary_files

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def one(connect, shelves, instagram) -> MediaItem:
    """A picture that is wanted, and nothing else is."""
    plan.adopt(account := connect("tess", 12))
    visit(Feed.objects.get(connection=account))
    alone = Like.objects.annotate(parts=Count("media")).filter(parts=1)
    item = MediaItem.objects.filter(kind="image", like__in=alone).order_by("pk").first()
    MediaItem.objects.exclude(pk=item.pk).delete()
    instagram.forget_requests()
    return item


def days_pass(days: float) -> None:
    """Everything that was noted lies so much further back."""
    for item in MediaItem.objects.exclude(gone_at=None):
        MediaItem.objects.filter(pk=item.pk).update(gone_at=item.gone_at - days * DAY)


@pytest.mark.parametrize(
    ("fault", "options", "trouble"),
    [
        ("truncated_picture", {}, "cut"),
        ("truncated_picture", {"short": True}, "undecodable"),
        ("wrong_type_picture", {}, "wrong_type"),
        ("unavailable_html", {"match": "media"}, "http_503"),
        ("reset", {"match": "media"}, "no_answer"),
        ("empty_200", {"match": "media"}, "empty"),
        ("rate_limit", {"match": "media"}, "http_429"),
        ("forbidden_media", {}, "http_403"),
    ],
)
def test_what_may_change_is_wanted_again_a_little_later(one, instagram, fault, options, trouble):
    instagram.fail(fault, **options)
    download()
    item = again(one)
    assert (item.state, item.attempts, item.trouble) == ("wanted", 1, trouble)
    assert (item.claim, item.claimed_until) == (None, None)
    assert not temporary_files()
    download()
    assert again(one).state == "stored"


def test_in_one_go_nothing_is_tried_twice(one, instagram):
    instagram.fail("unavailable_html", times=None, match="media")
    Download(impatient=True).run()
    assert len(instagram.requests("media")) == 1


def test_each_wait_may_be_twice_as_long(one, instagram, settings):
    settings.BACKOFF_CAP = timedelta(hours=1)
    instagram.fail("unavailable_html", times=None, match="media")
    for longest in (4, 8, 16):
        began = timezone.now()
        download()
        wait = (again(one).not_before - began).total_seconds()
        assert 2 <= wait <= longest + 5


def test_a_host_that_asks_to_wait_is_waited_for(one):
    (item,) = claims.take(claims.uuid.uuid4(), None)
    mishaps.note(item, RateLimited("http_429", "slowly", 600.0))
    assert again(one).not_before > timezone.now() + timedelta(minutes=9)


def test_the_same_bytes_three_times_are_refused(one, instagram):
    instagram.fail("wrong_type_picture", times=None)
    for times in (1, 2):
        download()
        assert (again(one).state, again(one).refused_times) == ("wanted", times)
    download()
    assert (again(one).state, again(one).trouble) == ("refused", "wrong_type")
    instagram.forget_requests()
    download()
    assert not instagram.requests("media")


NOWHERE = "http://10.9.8.7/picture.jpg"


@pytest.fixture
def forbidden(one: MediaItem) -> MediaItem:
    """Its address leads where we do not go, and was tried as often as it is."""
    MediaItem.objects.update(source_url=NOWHERE)
    for _ in range(3):
        assert again(one).state == "wanted"
        download()
    assert (again(one).state, again(one).trouble) == ("refused", "private_address")
    return again(one)


def seen_again(item: MediaItem, address: str) -> str:
    """The page that has it is read again; what it is then."""
    wanted.note([(item.like, [MediaSource("image", 0, address)])])
    return again(item).state


def test_what_our_policy_forbids_is_asked_for_again_a_day_later(forbidden):
    assert forbidden.not_before > timezone.now() + timedelta(hours=23)
    assert seen_again(forbidden, NOWHERE) == "refused"
    MediaItem.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    assert seen_again(forbidden, NOWHERE) == "wanted"
    for _ in range(2):
        download()
        assert again(forbidden).state == "wanted"
    download()
    assert again(forbidden).state == "refused"


def test_what_our_policy_forbids_is_asked_for_at_another_address(forbidden, instagram):
    assert seen_again(forbidden, f"{NOWHERE}?signed=1") == "refused"
    assert seen_again(forbidden, f"{instagram.url}/elsewhere.jpg") == "wanted"


def test_bytes_that_were_refused_stay_so_wherever_they_are(one, instagram):
    instagram.fail("wrong_type_picture", times=None)
    for _ in range(3):
        download()
    MediaItem.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    assert seen_again(one, f"{instagram.url}/elsewhere.jpg") == "refused"


def test_other_bad_bytes_each_time_are_not(one, instagram):
    for _ in range(2):
        instagram.fail("wrong_type_picture")
        instagram.fail("truncated_picture", short=True)
        download()
        download()
    item = again(one)
    assert (item.state, item.attempts, item.refused_times) == ("wanted", 4, 1)


def test_an_empty_answer_is_never_final(one, instagram):
    instagram.fail("empty_200", times=None, match="media")
    for _ in range(5):
        download()
    assert again(one).state == "wanted"


def test_gone_twice_a_day_apart_is_gone(one, instagram):
    instagram.fail("missing_media", times=None)
    download()
    item = again(one)
    assert (item.state, item.attempts) == ("wanted", 1)
    assert item.not_before > timezone.now() + timedelta(hours=23)
    instagram.forget_requests()
    download(impatient=True)
    assert not instagram.requests("media")
    days_pass(1.01)
    download()
    assert again(one).state == "gone"
    assert len(instagram.requests("media")) == 1


def test_gone_and_then_back_is_stored(one, instagram):
    instagram.fail("missing_media")
    download()
    days_pass(1.01)
    download()
    item = again(one)
    assert (item.state, item.gone_at, item.trouble) == ("stored", None, "")


def test_a_denied_address_is_asked_for_anew(one, instagram):
    instagram.expire_media()
    download()
    item = again(one)
    assert (item.state, item.trouble) == ("wanted", "http_403")
    assert item.source_url != one.source_url
    assert len(instagram.requests("post")) == 1
    Download().run()
    assert again(one).state == "stored"


def test_also_after_other_trouble(one, instagram):
    instagram.fail("unavailable_html", match="media")
    download()
    instagram.expire_media()
    download()
    download()
    assert again(one).state == "stored"


def test_but_not_again_and_again(one, instagram):
    instagram.fail("forbidden_media", times=None)
    for _ in range(4):
        download()
    assert len(instagram.requests("post")) == 1
    assert (again(one).state, again(one).attempts) == ("wanted", 4)


def test_nobody_is_asked_for_addresses_who_asked_us_to_wait(one, instagram):
    Connection.objects.update(not_before=timezone.now() + DAY)
    instagram.fail("forbidden_media")
    download()
    assert not instagram.requests("post")


def test_what_was_gone_is_wanted_again_at_another_place(one, instagram):
    MediaItem.objects.update(state="gone", gone_at=timezone.now() - DAY)
    note(one, one.source_url + "?signed=anew")
    assert again(one).state == "gone"
    note(one, one.source_url.replace("/media/", "/media/./", 1))
    assert (again(one).state, again(one).gone_at) == ("wanted", None)


def test_a_fresh_signature_does_not_make_gone_unsaid(one, instagram):
    instagram.fail("missing_media")
    download()
    then = again(one).gone_at
    note(one, one.source_url + "?signed=anew")
    assert (again(one).gone_at, again(one).source_url) == (then, one.source_url + "?signed=anew")


def note(item, address) -> None:
    """A page lists the medium at this address."""
    wanted.note([(item.like, [MediaSource(item.kind, item.position, address)])])


@pytest.mark.parametrize(("trouble", "at_once"), [("http_403", True), ("http_503", False)])
def test_a_fresh_signature_is_tried_at_once_where_the_old_one_was_denied(one, trouble, at_once):
    MediaItem.objects.update(trouble=trouble, not_before=timezone.now() + DAY)
    note(one, one.source_url + "?signed=anew")
    assert (again(one).not_before is None) is at_once


def test_the_next_visit_brings_fresh_addresses_too(one, instagram):
    instagram.expire_media()
    visit(Feed.objects.get())
    item = MediaItem.objects.filter(like=one.like, kind="image").first()
    assert item.source_url != one.source_url


def test_a_post_that_is_gone_gives_no_fresh_address(one, instagram):
    instagram.fail("forbidden_media")
    instagram.fail("not_found", match="post")
    download()
    assert (again(one).state, again(one).source_url) == ("wanted", one.source_url)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/p.jpg", "http://[::1]/p.jpg", "ftp://x/p"])
def test_an_address_that_is_forbidden_is_refused_in_the_end(one, instagram, address):
    MediaItem.objects.update(source_url=address)
    for _ in range(2):
        download()
        assert again(one).state == "wanted"
    download()
    assert again(one).state == "refused"
    assert not instagram.requests("media")


def test_trouble_of_other_kinds_does_not_make_the_first_refusal_final(one, instagram):
    instagram.fail("unavailable_html", times=None, match="media")
    for _ in range(5):
        download()
    MediaItem.objects.update(source_url="http://127.0.0.1:1/p.jpg")
    download()
    assert again(one).state == "wanted"


def test_over_a_cap_is_refused_at_once(one, instagram, small_fetcher):
    download()
    assert (again(one).state, again(one).trouble) == ("refused", "too_large")


@pytest.fixture
def small_fetcher(monkeypatch, instagram):
    """Takes files of at most ten bytes."""
    limits = {kind: Limits(10, 5, one.types) for kind, one in LIMITS.items()}
    small = Fetcher(frozenset({instagram.host}), limits=limits)
    monkeypatch.setattr(getting, "fetcher", lambda: small)


def die(times: int) -> None:
    """So many workers claimed it and were never heard of again."""
    for _ in range(times):
        claims.take(claims.uuid.uuid4(), None)
        past = timezone.now() - timedelta(seconds=1)
        MediaItem.objects.exclude(claim=None).update(claimed_until=past)


def test_deaths_are_no_attempts(one):
    die(2)
    download()
    item = again(one)
    assert (item.state, item.deaths, item.attempts) == ("stored", 2, 0)


@pytest.mark.parametrize(
    "noted",
    [
        lambda item: mishaps.note(item, RateLimited("http_429", "slowly", 600.0)),
        mishaps.note_storage,
        mishaps.note_killer,
    ],
)
def test_who_slept_too_long_writes_nothing_over_whoever_holds_it_now(one, noted):
    (slept,) = claims.take(claims.uuid.uuid4(), None)
    MediaItem.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert claims.take(claims.uuid.uuid4(), None) == [one]
    held = MediaItem.objects.values().get()
    noted(slept)
    assert MediaItem.objects.values().get() == held


def test_a_claim_given_back_is_no_death(one):
    for _ in range(5):
        claim = claims.uuid.uuid4()
        claims.take(claim, None)
        claims.release(claim)
    assert again(one).deaths == 0


def test_after_three_deaths_it_is_handed_out_alone(connect, one):
    die(3)
    plan.adopt(other := connect("bo", 3))
    visit(other.feeds.get())
    first = claims.take(claims.uuid.uuid4(), None)
    assert first
    assert one not in first
    assert claims.take(claims.uuid.uuid4(), None, suspects=False) == []
    assert claims.take(claims.uuid.uuid4(), None) == [one]


def test_while_a_suspect_is_in_the_air_nothing_else_is(connect, one, instagram):
    die(3)
    plan.adopt(other := connect("bo", 3))
    visit(other.feeds.get())
    instagram.forget_requests()
    download()
    asked = instagram.requests("media")
    assert again(one).state == "stored"
    assert asked[-1]["path"] == one.source_url.removeprefix(instagram.url).partition("?")[0]
    assert not MediaItem.objects.wanted().exists()


def test_a_death_while_alone_leaves_it_in_peace_for_a_day(one, instagram):
    die(4)
    Download().run()
    item = again(one)
    assert (item.state, item.trouble, item.attempts) == ("wanted", "kills_workers", 0)
    assert item.deaths == claims.SUSPECT
    assert item.not_before > timezone.now() + timedelta(hours=23)
    assert not instagram.requests("media")


def test_then_it_is_tried_alone_again(one, instagram):
    die(4)
    Download().run()
    download()
    assert again(one).state == "stored"


def test_a_death_while_alone_costs_the_others_nothing(connect, one):
    die(4)
    plan.adopt(other := connect("bo", 3))
    visit(other.feeds.get())
    Download().run()
    assert again(one).trouble == "kills_workers"
    assert not MediaItem.objects.of(other.user).wanted().exists()
