"""Who may join: everybody, those who were invited, nobody; and coming in with a password."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts import invitations
from accounts.models import Invitation, User
from tests.accounts.browsing import is_signed_in, sign_in

pytestmark = pytest.mark.django_db
FORM = {"username": "nina", "password1": "a-long-new-word", "password2": "a-long-new-word"}


def sign_up(client: Client):
    return client.post("/accounts/signup/", FORM)


def test_open_means_everybody(client, sven):
    assert sign_up(client)["Location"] == "/welcome/"
    assert is_signed_in(client)
    assert sign_in(Client(), sven).status_code == 302
    assert User.objects.count() == 2


@pytest.mark.parametrize("policy", ["invite", "closed"])
def test_otherwise_nobody_just_so(client, settings, sven, policy):
    settings.SIGNUPS = policy
    assert sign_up(client).status_code == 403
    assert sign_in(client, sven).status_code == 403
    assert not User.objects.exists()
    assert not is_signed_in(client)


@pytest.mark.parametrize("policy", ["invite", "closed"])
def test_who_is_known_always_comes_in(client, settings, sven, policy):
    sign_in(Client(), sven)
    settings.SIGNUPS = policy
    assert sign_in(client, sven).status_code == 302


def test_who_was_invited_joins_with_a_password(client, settings):
    settings.SIGNUPS = "invite"
    client.get("/accounts/signup/", {"invite": invitations.invite().code})
    assert sign_up(client).status_code == 302
    assert Invitation.objects.get().used_by == User.objects.get()


def test_or_through_a_service(client, settings, sven):
    settings.SIGNUPS = "invite"
    client.get("/accounts/signup/", {"invite": invitations.invite().code})
    assert sign_in(client, sven).status_code == 302
    assert Invitation.objects.get().used_by == User.objects.get()


def test_an_invitation_is_for_one(client, settings, sven):
    settings.SIGNUPS = "invite"
    code = invitations.invite().code
    client.get("/accounts/signup/", {"invite": code})
    sign_up(client)
    other = Client()
    other.get("/accounts/signup/", {"invite": code})
    assert sign_in(other, sven).status_code == 403
    assert User.objects.count() == 1


@pytest.mark.parametrize("code", ["", "wrong", "x" * 500])
def test_a_wrong_invitation_is_none(client, settings, code):
    settings.SIGNUPS = "invite"
    invitations.invite()
    client.get("/accounts/signup/", {"invite": code})
    assert sign_up(client).status_code == 403


def test_a_closed_house_takes_no_invitation(client, settings):
    code = invitations.invite().code
    settings.SIGNUPS = "closed"
    client.get("/accounts/signup/", {"invite": code})
    assert sign_up(client).status_code == 403


def test_a_refused_newcomer_spends_no_invitation(client, settings):
    settings.SIGNUPS = "invite"
    client.get("/accounts/signup/", {"invite": invitations.invite().code})
    client.post("/accounts/signup/", {**FORM, "password2": "another"})
    assert Invitation.objects.get().used_by is None


def test_with_a_password_one_comes_in(client, alice):
    client.post("/accounts/signin/", {"username": "alice", "password": "a-good-password"})
    assert is_signed_in(client)


@pytest.mark.parametrize(
    "form",
    [
        {"username": "alice", "password": "wrong"},
        {"username": "nobody", "password": "a-good-password"},
        {"username": "", "password": ""},
        {"username": "alice\0", "password": "a-good-password"},
    ],
)
def test_without_the_right_one_nobody_does(client, alice, form):
    assert client.post("/accounts/signin/", form).status_code == 200
    assert not is_signed_in(client)


def test_somebody_from_a_service_has_no_password_to_guess(client, sven):
    sign_in(Client(), sven)
    form = {"username": User.objects.get().username, "password": ""}
    client.post("/accounts/signin/", form)
    assert not is_signed_in(client)


def test_a_password_changes_the_key_of_the_session(client, alice):
    client.get("/accounts/signup/", {"invite": "anything"})
    before = client.session.session_key
    client.post("/accounts/signin/", {"username": "alice", "password": "a-good-password"})
    assert client.session.session_key != before


def test_the_way_out_ends_the_session(client, alice):
    client.force_login(alice)
    key = client.session.session_key
    assert client.get("/accounts/signout/").status_code == 405
    assert client.post("/accounts/signout/").status_code == 302
    old = Client()
    old.cookies["session"] = key
    assert old.get("/likes/").status_code == 302


def test_usernames_are_told_apart_whatever_their_case(client, alice):
    assert client.post("/accounts/signup/", {**FORM, "username": "ALICE"}).status_code == 200
    assert User.objects.count() == 1


def test_what_a_password_has_to_be_like_is_said_in_one_line(client: Client) -> None:
    said = "Eight characters or more, not digits alone, and nothing that is easy to guess."
    user = User.objects.create_user("dora")
    assert said in client.get("/accounts/signup/").content.decode()
    client.force_login(user)
    assert said in client.get("/settings/password/").content.decode()
    user.set_password("a-good-password")
    user.save()
    client.force_login(user)
    html = client.get("/settings/password/").content.decode()
    assert said in html
    assert "<li>" not in html[html.index("<form") : html.rindex("</form>")]


CHANGED = {"new_password1": "a-better-password", "new_password2": "a-better-password"}


def test_who_has_a_password_is_asked_for_it_before_a_new_one(client, alice):
    client.force_login(alice)
    new = {"password1": "a-better-password", "password2": "a-better-password"}
    client.post("/settings/password/", {**CHANGED, **new})
    client.post("/settings/password/", {**CHANGED, **new, "old_password": "a-guess"})
    alice.refresh_from_db()
    assert alice.check_password("a-good-password")


def test_who_sets_a_password_stays_in(client, alice):
    client.force_login(alice)
    client.post("/settings/password/", {**CHANGED, "old_password": "a-good-password"})
    alice.refresh_from_db()
    assert alice.check_password("a-better-password")
    assert client.get("/settings/").status_code == 200
