"""A handle is followed by anybody, and opens an archive to nobody but who proves it is theirs."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection as database
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import following, turns
from accounts.models import Connection, Host, User
from providers.errors import RateLimited, Unavailable
from providers.shapes import Profile

pytestmark = pytest.mark.django_db
Standing = Connection.Standing
FOLLOW, PROVE = (
    reverse("accounts:follow", args=["bluesky"]),
    reverse("accounts:prove", args=["bluesky"]),
)


@pytest.fixture
def sky(instagram):
    """Whoever is at Bluesky; their profiles say nothing."""
    for person in ("lina", "marek"):
        instagram.bluesky.profile_text(person, "")
    return instagram.bluesky


def here(client: Client) -> User | None:
    pk = client.session.get("_auth_user_id")
    return User.objects.get(pk=pk) if pk else None


def code_of(client: Client, handle: str) -> str:
    client.post(PROVE, {"handle": handle})
    return str(client.session["proof"]["code"])


def test_a_stranger_types_a_handle_and_has_an_archive(client, sky):
    answer = client.post(FOLLOW, {"handle": "@lina.test"})
    assert answer["Location"] == reverse("harvester:welcome")
    source = Connection.objects.get()
    assert (source.username, source.standing, source.grant) == ("lina.test", "followed", "")
    assert here(client) == source.user
    assert not source.user.has_usable_password()


def test_of_two_who_follow_a_handle_each_has_an_archive_of_their_own(sky):
    one, other = Client(), Client()
    one.post(FOLLOW, {"handle": "lina.test"})
    other.post(FOLLOW, {"handle": "lina.test"})
    assert here(one) != here(other)
    assert Connection.objects.count() == 2


def test_who_is_here_follows_beside_what_they_have(client, alice, sky):
    client.force_login(alice)
    client.post(FOLLOW, {"handle": "lina.test"})
    client.post(FOLLOW, {"handle": "lina.test"})
    assert list(Connection.objects.values_list("user", flat=True)) == [alice.pk]
    assert User.objects.count() == 1


@pytest.mark.parametrize("typed", ["nobody.test", "", "no handle at all", "\x00", "127.0.0.1"])
def test_a_handle_that_leads_nowhere_creates_nobody(client, sky, typed):
    answer = client.post(FOLLOW, {"handle": typed})
    assert answer.status_code == 400
    assert b'role="alert"' in answer.content
    assert not User.objects.exists()


def test_where_nobody_new_is_let_in_no_handle_is_even_looked_up(client, sky, settings, instagram):
    settings.SIGNUPS = "closed"
    instagram.forget_requests()
    assert client.post(FOLLOW, {"handle": "lina.test"}).status_code == 403
    assert not instagram.requests()
    assert not User.objects.exists()


@pytest.mark.parametrize("url", [FOLLOW, PROVE])
def test_a_name_we_do_not_go_to_and_one_that_is_not_known_look_alike(client, sky, url, instagram):
    pages = set()
    for typed in ("did:web:localhost", "did:web:db.internal", "did:web:nobody-at-all.invalid"):
        answer = client.post(url, {"handle": typed})
        assert answer.status_code == 400
        pages.add(answer.content.decode().partition('role="alert"')[2].partition("</")[0])
    assert len(pages) == 1
    assert "no account that can be read" in pages.pop()


@pytest.mark.parametrize("url", [FOLLOW, PROVE])
def test_who_asks_for_handle_after_handle_is_told_to_come_later(client, sky, url, instagram):
    for _ in range(following.MOST):
        assert client.post(url, {"handle": "no handle"}).status_code == 400
    instagram.forget_requests()
    assert client.post(url, {"handle": "lina.test"}).status_code == 429
    assert not instagram.requests()
    assert not User.objects.exists()


def test_an_hour_later_handles_may_be_asked_for_again(client, sky, monkeypatch):
    for _ in range(following.MOST):
        client.post(FOLLOW, {"handle": "no handle"})
    later = following.time.time() + following.HOUR + 1
    monkeypatch.setattr(following.time, "time", lambda: later)
    assert client.post(FOLLOW, {"handle": "lina.test"}).status_code == 302


def test_looking_for_a_code_counts_as_a_look_up(client, sky):
    code_of(client, "lina.test")
    for _ in range(following.MOST - 1):
        assert client.post(PROVE).status_code == 400
    assert client.post(PROVE).status_code == 429


def test_handles_are_looked_up_at_few_places_at_once(client, sky, instagram):
    code_of(client, "lina.test")
    instagram.forget_requests()
    with following._place(), following._place():
        assert client.post(FOLLOW, {"handle": "lina.test"}).status_code == 503
        assert b"Too many handles" in client.post(PROVE).content
    assert not instagram.requests()
    assert client.post(FOLLOW, {"handle": "lina.test"}).status_code == 302


def test_a_look_up_that_took_too_long_asks_nobody_more(sky, instagram, monkeypatch):
    monkeypatch.setattr(following, "SECONDS", 0.0)
    instagram.forget_requests()
    with pytest.raises(Unavailable):
        following.find("bluesky", "lina.test")
    assert not instagram.requests()


def is_waited_for() -> bool:
    """Whether somebody waits for a row of an open transaction."""
    with database.cursor() as cursor:
        # Unlike pg_stat_activity, which stays as it was when the transaction first looked.
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_two_strangers_who_type_one_handle_at_one_moment_both_have_an_archive():
    lina = Profile("did:plc:lina", "lina.test")
    made: list[Connection] = []

    def other() -> None:
        made.append(following.follow(None, "bluesky", lina))
        database.close()

    thread = threading.Thread(target=other)
    with transaction.atomic():
        first = following.follow(None, "bluesky", lina)
        thread.start()
        while thread.is_alive() and not is_waited_for():
            time.sleep(0.01)
    thread.join()
    assert [source.user.username for source in (first, *made)] == ["lina.test", "lina.test-2"]


def test_whose_handle_it_is_shows_a_code_in_the_profile(client, alice, sky):
    client.force_login(alice)
    client.post(FOLLOW, {"handle": "lina.test"})
    sky.profile_text("lina", f"painter, {code_of(client, 'lina.test')}")
    assert client.post(PROVE)["Location"] == reverse("harvester:welcome")
    assert Connection.objects.get().standing == Standing.SIGNED_IN


def test_without_the_code_nothing_is_proven(client, alice, sky):
    client.force_login(alice)
    client.post(FOLLOW, {"handle": "lina.test"})
    code_of(client, "lina.test")
    assert client.post(PROVE).status_code == 400
    assert Connection.objects.get().standing == Standing.FOLLOWED


@pytest.mark.parametrize("method", ["get", "head"])
def test_reading_the_page_of_a_code_lets_nobody_in(client, sky, method):
    sky.profile_text("lina", code_of(client, "lina.test"))
    assert getattr(client, method)(PROVE).status_code == 200
    assert here(client) is None
    assert not Connection.objects.exists()


def test_the_owner_comes_back_in_by_a_fresh_code(sky):
    first = Client()
    first.post(FOLLOW, {"handle": "lina.test"})
    sky.profile_text("lina", code_of(first, "lina.test"))
    first.post(PROVE)
    later = Client()
    sky.profile_text("lina", code_of(later, "lina.test"))
    later.post(PROVE)
    assert here(later) == here(first) == Connection.objects.get().user


def test_who_only_followed_is_not_whom_the_owner_becomes(sky):
    curious, owner = Client(), Client()
    curious.post(FOLLOW, {"handle": "lina.test"})
    sky.profile_text("lina", code_of(owner, "lina.test"))
    owner.post(PROVE)
    assert here(owner) != here(curious)
    assert set(Connection.objects.values_list("standing", flat=True)) == {"followed", "signed_in"}


def test_a_code_of_another_browser_proves_nothing(sky):
    one, other = Client(), Client()
    sky.profile_text("lina", code_of(one, "lina.test"))
    code_of(other, "lina.test")
    assert other.post(PROVE).status_code == 400
    assert here(other) is None


def test_a_code_works_once(client, sky):
    sky.profile_text("lina", code_of(client, "lina.test"))
    client.post(PROVE)
    client.post(reverse("accounts:signout"))
    again = Client()
    again.cookies = client.cookies
    again.post(PROVE)
    assert here(again) is None


def test_also_in_the_browser_that_is_still_signed_in(client, sky):
    sky.profile_text("lina", code_of(client, "lina.test"))
    assert client.post(PROVE)["Location"] == reverse("harvester:welcome")
    assert client.post(PROVE).status_code == 200
    assert following.proof_of(client.session, "bluesky") is None


def test_a_code_is_good_for_the_account_it_was_made_for(client, sky):
    code = code_of(client, "lina.test")
    sky.profile_text("marek", code)
    assert client.post(PROVE).status_code == 400


def test_a_code_that_is_old_proves_nothing(client, sky, monkeypatch):
    sky.profile_text("lina", code_of(client, "lina.test"))
    later = following.time.time() + following.LIFE + 1
    monkeypatch.setattr(following.time, "time", lambda: later)
    client.post(PROVE)
    assert here(client) is None


def test_what_is_proven_to_be_somebody_elses_here_stays_theirs(alice, sky):
    owner, other = Client(), Client()
    sky.profile_text("lina", code_of(owner, "lina.test"))
    owner.post(PROVE)
    other.force_login(alice)
    sky.profile_text("lina", code_of(other, "lina.test"))
    assert other.post(PROVE).status_code == 400
    assert Connection.objects.get().user != alice


def test_who_is_deactivated_does_not_come_in_by_a_code(sky):
    owner, again = Client(), Client()
    sky.profile_text("lina", code_of(owner, "lina.test"))
    owner.post(PROVE)
    User.objects.update(is_active=False)
    sky.profile_text("lina", code_of(again, "lina.test"))
    assert again.post(PROVE).status_code == 403
    assert here(again) is None


def test_the_page_of_signing_in_leads_to_where_a_handle_is_typed(client, sky):
    answer = client.get(reverse("accounts:provider", args=["bluesky"]))
    assert answer["Location"] == reverse("accounts:handle", args=["bluesky"])


@pytest.mark.parametrize("name", ["handle", "follow", "prove"])
@pytest.mark.parametrize("provider", ["instagram", "nobody"])
def test_where_no_list_is_public_there_is_no_such_page(client, instagram, name, provider):
    answer = client.post(reverse(f"accounts:{name}", args=[provider]), {"handle": "x"})
    assert answer.status_code in {404, 405}


def test_a_host_that_asked_to_wait_is_left_alone_by_all(alice, bob, sky, instagram):
    source = following.follow(alice, "bluesky", following.find("bluesky", "lina.test"))
    turns.rest(instagram.host, timedelta(seconds=600))
    instagram.forget_requests()
    with pytest.raises(RateLimited) as caught:
        following.find("bluesky", "marek.test")
    assert caught.value.host == instagram.host
    with pytest.raises(RateLimited):
        turns.TurnsOf(source.pk).wait(instagram.host)
    assert not instagram.requests()


def test_a_longer_rest_is_not_cut_short(db):
    turns.rest("pds.test:443", timedelta(hours=2))
    turns.rest("pds.test:443", timedelta(minutes=1))
    assert Host.objects.get().not_before > timezone.now() + timedelta(hours=1)


def test_nobody_has_to_wait_longer_than_a_day(db):
    turns.rest("pds.test:443", timedelta(days=400))
    assert Host.objects.get().not_before < timezone.now() + timedelta(days=1, minutes=1)


def test_a_rest_that_is_over_leaves_no_row_behind(db):
    turns.rest("one.test:443", timedelta(seconds=-1))
    turns.rest("two.test:443", timedelta(seconds=60))
    assert list(Host.objects.values_list("name", flat=True)) == ["two.test:443"]


def test_a_turn_asks_for_its_own_host_only(db, django_assert_num_queries):
    turns.rest("one.test:443", timedelta(seconds=60))
    with django_assert_num_queries(1) as asked:
        turns.TurnsOfAll().wait("two.test:443")
    assert "two.test:443" in asked.captured_queries[0]["sql"]
