"""Signing in through a service: out to its consent page, back as somebody."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Connection, PendingSignIn, User
from providers.instagram import Instagram
from providers.registry import SERVICES
from tests.accounts.browsing import (
    CALLBACK,
    LEAVE,
    asked,
    back,
    consent,
    is_signed_in,
    leave,
    sign_in,
)

pytestmark = pytest.mark.django_db


def test_a_newcomer_gets_in_and_is_who_they_are_there(client, instagram, sven):
    response = sign_in(client, sven)
    assert response.status_code == 302
    assert response["Location"] == "/welcome/"
    person = User.objects.get()
    kept = Connection.objects.get()
    assert is_signed_in(client)
    assert (kept.user, kept.state) == (person, "connected")
    assert kept.upstream_id == instagram.truth("sven")["person"]["id"]
    assert person.username == kept.username
    assert not person.has_usable_password()


def test_who_comes_again_is_the_same_person(client, sven):
    sign_in(client, sven)
    sign_in(Client(), sven)
    assert (User.objects.count(), Connection.objects.count()) == (1, 1)


def test_whatever_they_are_called_now(client, instagram, sven):
    sign_in(client, sven)
    name = User.objects.get().username
    instagram.rename("sven", "sven_the_second")
    sign_in(Client(), sven)
    assert User.objects.get().username == name
    assert Connection.objects.get().username == "sven_the_second"


def test_people_with_the_same_name_are_told_apart(client, instagram, sven, lena):
    instagram.rename("sven", "same")
    instagram.rename("lena", "Same")
    sign_in(client, sven)
    sign_in(Client(), lena)
    assert set(User.objects.values_list("username", flat=True)) == {"same", "Same-2"}


def test_who_is_here_already_adds_an_account_of_theirs(client, alice, sven):
    client.force_login(alice)
    sign_in(client, sven)
    assert Connection.objects.get().user == alice
    assert User.objects.count() == 1


def test_nobody_takes_over_an_account_that_is_somebody_elses(client, bob, sven):
    sign_in(Client(), sven)
    client.force_login(bob)
    response = sign_in(client, sven)
    assert response.status_code == 400
    assert Connection.objects.get().user != bob
    assert client.session["_auth_user_id"] == str(bob.pk)


def test_a_deactivated_person_does_not_come_in(client, sven):
    sign_in(Client(), sven)
    User.objects.update(is_active=False)
    assert sign_in(client, sven).status_code == 403
    assert not is_signed_in(client)


def test_after_a_reconnect_the_connection_works_again(client, sven):
    sign_in(client, sven)
    later = timezone.now() + timedelta(hours=1)
    Connection.objects.update(state="needs_you", trouble="token_invalid", not_before=later)
    sign_in(client, sven)
    kept = Connection.objects.get()
    assert (kept.state, kept.trouble, kept.not_before) == ("connected", "", None)


def check_refused(response, client, instagram) -> None:
    """A friendly page; nobody is in, nothing was asked upstream."""
    assert response.status_code == 400
    assert b"not valid any more" in response.content
    assert b"Start again" in response.content or b"start again" in response.content
    assert not is_signed_in(client)
    assert not instagram.requests("exchange")
    assert not User.objects.exists()


@pytest.mark.parametrize("query", [{}, {"code": "x"}, {"code": "x", "state": "wrong"}])
def test_a_callback_nobody_left_for_is_refused_and_gets_no_session(client, instagram, query):
    response = client.get(CALLBACK, query)
    check_refused(response, client, instagram)
    assert "session" not in response.cookies
    assert not Session.objects.exists()


def test_a_wrong_state_is_refused_also_for_who_has_left(client, instagram):
    leave(client)
    check_refused(client.get(CALLBACK, {"code": "x", "state": "wrong"}), client, instagram)


def test_a_state_works_once(client, instagram, sven):
    callback = back(consent(leave(client), sven))
    client.get(callback)
    instagram.forget_requests()
    response = client.get(callback)
    assert response.status_code == 400
    assert b"not valid any more" in response.content
    assert not instagram.requests("exchange")


def test_a_state_works_for_ten_minutes(client, instagram, sven):
    callback = back(consent(leave(client), sven))
    PendingSignIn.objects.update(begun_at=timezone.now() - timedelta(minutes=10, seconds=1))
    check_refused(client.get(callback), client, instagram)


def test_a_state_works_in_the_browser_that_left(client, instagram, sven):
    callback = back(consent(leave(client), sven))
    stranger = Client()
    check_refused(stranger.get(callback), stranger, instagram)
    leave(stranger)
    check_refused(stranger.get(callback), stranger, instagram)
    assert client.get(callback).status_code == 302


def test_a_state_works_for_the_service_it_was_made_for(client, instagram, sven, monkeypatch):
    monkeypatch.setitem(SERVICES, "elsewhere", Instagram)
    callback = back(consent(leave(client), sven))
    PendingSignIn.objects.update(provider="elsewhere")
    check_refused(client.get(callback), client, instagram)


def test_a_state_cannot_be_guessed(client):
    states = {asked(leave(client))["state"] for _ in range(5)}
    assert len(states) == 5
    assert all(len(state) >= 43 for state in states)
    assert not PendingSignIn.objects.filter(state_hash__in=states).exists()


def test_old_states_are_forgotten(client):
    leave(client)
    PendingSignIn.objects.update(begun_at=timezone.now() - timedelta(minutes=11))
    leave(client)
    assert PendingSignIn.objects.count() == 1


def test_the_challenge_goes_along_and_the_verifier_stays(client):
    response = client.get(LEAVE)
    said = asked(response["Location"])
    verifier = PendingSignIn.objects.get().verifier
    assert said["code_challenge_method"] == "S256"
    assert len(said["code_challenge"]) == 43
    shown = response.content.decode() + response["Location"] + str(response.cookies)
    assert verifier not in shown


def test_a_code_without_its_verifier_is_worth_nothing(client, sven):
    callback = back(consent(leave(client), sven))
    PendingSignIn.objects.update(verifier="x" * 64)
    assert client.get(callback).status_code == 400
    assert not is_signed_in(client)
    assert not Connection.objects.exists()


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Forwarded"])
def test_where_people_come_back_to_is_never_read_from_the_request(client, settings, header):
    settings.ALLOWED_HOSTS = ["*"]
    forged = "host=evil.example" if header == "Forwarded" else "evil.example"
    response = client.get(LEAVE, headers={header: forged})
    assert asked(response["Location"])["redirect_uri"] == f"http://testserver{CALLBACK}"


@pytest.mark.parametrize(
    ("site", "host", "moves"),
    [
        ("http://127.0.0.1:8000", "localhost:8000", True),
        ("http://localhost:8000", "127.0.0.1:8000", True),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", False),
        ("http://127.0.0.1:8000", "localhost:8001", False),
        ("https://likes.example", "127.0.0.1:8000", False),
    ],
)
def test_who_calls_the_house_by_its_other_name_leaves_from_where_they_come_back_to(
    client, settings, site, host, moves
):
    settings.SITE_URL = site
    response = client.get(f"{LEAVE}?next=/sources/", headers={"Host": host})
    assert response.status_code == 302
    assert (response["Location"] == f"{site}{LEAVE}?next=/sources/") == moves
    assert PendingSignIn.objects.exists() != moves


def test_a_forged_host_gets_no_page(client):
    assert client.get(LEAVE, headers={"Host": "evil.example"}).status_code == 400


def test_who_says_no_is_told_that_this_is_fine(client, instagram, sven):
    response = client.get(back(consent(leave(client), sven, "deny")))
    assert response.status_code == 400
    assert b"You said no" in response.content
    assert not instagram.requests("exchange")
    assert not is_signed_in(client)


def test_what_a_callback_says_is_not_repeated(client):
    state = asked(leave(client))["state"]
    said = {"error": "<script>1</script>", "error_description": "<script>2</script>Rosebud"}
    response = client.get(CALLBACK, {"state": state, **said})
    assert response.status_code == 400
    assert b"<script>1" not in response.content
    assert b"Rosebud" not in response.content


@pytest.mark.parametrize(
    ("fault", "status"),
    [("unavailable_html", 503), ("reset", 503), ("html_200", 503), ("array_200", 400)],
)
def test_a_service_that_does_not_answer_lets_nobody_in(client, instagram, sven, fault, status):
    callback = back(consent(leave(client), sven))
    instagram.fail(fault, match="exchange")
    response = client.get(callback)
    assert response.status_code == status
    assert not is_signed_in(client)
    assert not User.objects.exists()


def test_the_session_gets_a_new_key_and_the_old_one_is_dead(client, sven):
    leave(client)
    before = client.session.session_key
    sign_in(client, sven)
    assert client.session.session_key != before
    old = Client()
    old.cookies["session"] = before
    assert old.get("/likes/").status_code == 302
    assert not Session.objects.filter(session_key=before).exists()


def test_a_stranger_service_is_not_there(client):
    assert client.get("/accounts/signin/nowhere/").status_code == 404
    assert client.get("/accounts/callback/nowhere/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_equal_callbacks_one_wins(client, sven):
    callback = back(consent(leave(client), sven))
    cookies = client.cookies
    statuses = in_threads(2, lambda number: browser_with(cookies).get(callback).status_code)
    assert sorted(statuses) == [302, 400]
    assert (User.objects.count(), Connection.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_who_comes_in_through_two_browsers_at_once_is_one_person(sven):
    browsers = [Client(), Client(), Client()]
    callbacks = [back(consent(leave(browser), sven)) for browser in browsers]
    statuses = in_threads(3, lambda number: browsers[number].get(callbacks[number]).status_code)
    assert statuses == [302, 302, 302]
    assert (User.objects.count(), Connection.objects.count()) == (1, 1)


def browser_with(cookies) -> Client:
    browser = Client()
    browser.cookies = cookies
    return browser


def in_threads(count, deed):
    """Do it so many times at the same moment, each with a connection of its own."""
    start = threading.Barrier(count)

    def alone(number):
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            return deed(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(alone, range(count)))
