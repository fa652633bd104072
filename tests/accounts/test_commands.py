"""What an operator does from the shell about people: connect, invite, change the keys."""

from __future__ import annotations

import io
from collections.abc import Callable
from importlib import import_module
from io import StringIO
from urllib.parse import urlsplit

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command, load_command_class

from accounts import tokens
from accounts.models import Connection, Invitation, User
from accounts.tokens import SealBroken
from providers.shapes import Grant

pytestmark = pytest.mark.django_db
OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def told(name: str, *options: str) -> str:
    """Everything a command says, on both ways out."""
    out = StringIO()
    try:
        call_command(name, *options, stdout=out, stderr=out, no_color=True)
    except SystemExit as end:
        return f"{out.getvalue()}exit {end.code}"
    return out.getvalue()


CONNECT = ("--provider", "instagram", "--token")


def connect(name: str, token: str) -> str:
    return told("connect", name, *CONNECT, token)


def test_connect_asks_the_service_whose_token_it_is(instagram, alice):
    connect("alice", instagram.token("dora"))
    connection = Connection.objects.get(user=alice)
    (dora,) = (person for person in instagram.people() if person["key"] == "dora")
    assert (connection.upstream_id, connection.username) == (dora["id"], dora["username"])
    assert connection.state == "connected"
    assert tokens.open_grant(connection).access_token


@pytest.mark.parametrize("form", ["{url}", "{host}", "{url}/v1"])
def test_connect_takes_the_place_where_the_service_is(instagram, form):
    place = form.format(url=instagram.url, host=urlsplit(instagram.url).hostname)
    said = told("connect", "carol", *CONNECT, instagram.token("dora"), "--instance", place)
    assert "is connected" in said


@pytest.mark.parametrize("place", ["https://elsewhere.example", "http://[", "elsewhere"])
def test_connect_knows_no_other_place(instagram, place):
    with pytest.raises(CommandError, match="leave --instance out"):
        told("connect", "carol", *CONNECT, instagram.token("dora"), "--instance", place)
    assert not User.objects.exists()


def test_connect_creates_the_person_without_a_password(instagram):
    connect("carol", instagram.token("dora"))
    carol = User.objects.get(username="carol")
    assert not carol.has_usable_password()
    assert not carol.is_staff
    assert carol.connections.count() == 1


def test_connect_takes_the_token_from_standard_input(instagram, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{instagram.token('dora')}\n"))
    connect("carol", "-")
    assert Connection.objects.get().user.username == "carol"


def test_connect_again_renews_the_grant(instagram, alice):
    connect("alice", instagram.token("dora"))
    Connection.objects.update(state="needs_you")
    connect("alice", token := instagram.token("dora"))
    connection = Connection.objects.get()
    assert connection.state == "connected"
    assert tokens.open_grant(connection).access_token == token


def test_connect_never_says_the_token(instagram, alice, caplog):
    token = instagram.token("dora")
    said = connect("alice", token)
    assert token not in said
    assert token not in caplog.text


def test_an_account_of_somebody_else_is_refused_and_nobody_is_created(instagram, alice):
    connect("alice", instagram.token("dora"))
    with pytest.raises(CommandError, match=r"^@\S+ at Instagram is connected to somebody else"):
        connect("carol", instagram.token("dora"))
    assert not User.objects.filter(username="carol").exists()


def test_a_dead_token_is_one_sentence_and_nobody_is_created(instagram):
    with pytest.raises(CommandError, match=r"^Instagram does not accept this token: .*\.$") as no:
        connect("carol", "nobody-gave-this-token")
    assert "nobody-gave-this-token" not in str(no.value)
    assert not User.objects.exists()


@pytest.mark.parametrize("token", ["", "  ", "two\nlines", "schlüssel"])
def test_what_cannot_be_a_token_is_sent_nowhere(instagram, token):
    with pytest.raises(CommandError, match="The token is empty or not a token"):
        connect("carol", token)
    assert instagram.requests() == []


def test_what_cannot_be_a_username_is_one_sentence(instagram):
    with pytest.raises(CommandError, match="cannot be a username"):
        connect("carol and bob", instagram.token("dora"))


def test_a_person_who_is_deactivated_is_not_connected(instagram, alice):
    User.objects.update(is_active=False)
    with pytest.raises(CommandError, match="alice is deactivated"):
        connect("alice", instagram.token("dora"))


@pytest.fixture
def sealed(alice, settings) -> Callable[..., Connection]:
    """Makes a connection whose grant is sealed with the newest of some keys."""

    def make(name: str, *keys: str) -> Connection:
        settings.TOKEN_KEYS = list(keys)
        connection = Connection(user=alice, provider="instagram", upstream_id=name, username=name)
        connection.grant = tokens.seal(connection, Grant(f"token of {name}"))
        connection.save()
        return connection

    return make


def opens(connection: Connection) -> bool:
    connection.refresh_from_db()
    try:
        return tokens.open_grant(connection).access_token == f"token of {connection.upstream_id}"
    except SealBroken:
        return False


def test_after_a_rotation_the_old_key_is_not_needed(sealed, settings):
    connections = [sealed(name, OLD) for name in "abc"]
    settings.TOKEN_KEYS = [NEW, OLD]
    assert told("rotate_tokens") == "3 of 3 grants are sealed with the newest key.\n"
    settings.TOKEN_KEYS = [NEW]
    assert all(opens(connection) for connection in connections)


def test_a_rotation_may_be_cut_off_anywhere_and_repeated(sealed, settings, monkeypatch):
    module = import_module("accounts.management.commands.rotate_tokens")
    monkeypatch.setattr(module, "PAGE", 2)
    connections = [sealed(name, OLD) for name in "abcde"]
    settings.TOKEN_KEYS = [NEW, OLD]
    for done in range(6):
        for connection in list(module._sealed())[:done]:
            tokens.reseal(connection)
        assert all(opens(connection) for connection in connections)
    told("rotate_tokens")
    told("rotate_tokens")
    settings.TOKEN_KEYS = [NEW]
    assert all(opens(connection) for connection in connections)


def test_a_grant_that_does_not_open_is_named_and_left_as_it_is(sealed, settings):
    lost = sealed("lost", Fernet.generate_key().decode())
    fine = sealed("fine", OLD)
    settings.TOKEN_KEYS = [NEW, OLD]
    said = told("rotate_tokens")
    assert "1 of 2 grants are sealed" in said
    assert f"Connection {lost.pk} (instagram · @lost) does not open." in said
    assert said.endswith("exit 1")
    assert opens(fine)
    assert Connection.objects.get(pk=lost.pk).grant == lost.grant


def test_a_grant_of_one_account_does_not_open_as_another(sealed):
    one, other = sealed("one", OLD), sealed("other", OLD)
    Connection.objects.filter(pk=other.pk).update(grant=one.grant)
    assert not opens(other)


def test_a_token_is_in_no_dump_and_no_name_of_its_connection(sealed):
    connection = sealed("one", OLD)
    shown = told("dumpdata", "accounts") + repr(connection) + str(connection)
    assert connection.upstream_id in shown
    assert "token of one" not in shown


def test_an_invitation_is_a_link_that_lets_one_person_in(client, settings):
    settings.SIGNUPS = "invite"
    link = told("invite").strip()
    assert link == f"http://testserver/accounts/signup/?invite={Invitation.objects.get().code}"
    form = {"username": "carol", "password1": "a-good-password", "password2": "a-good-password"}
    client.get(link)
    client.post("/accounts/signup/", form)
    assert Invitation.objects.get().used_by.username == "carol"


def test_an_invitation_says_when_nobody_needs_or_can_use_it(settings):
    settings.SIGNUPS = "open"
    assert "anybody may join" in told("invite")
    settings.SIGNUPS = "closed"
    assert "nobody can use this link" in told("invite")


OURS = {
    "accounts": ["connect", "invite", "rotate_tokens"],
    "archive": ["export"],
    "harvester": ["verify_archive"],
}


@pytest.mark.parametrize("name", [(app, name) for app, names in OURS.items() for name in names])
def test_the_help_of_every_command_teaches_by_example(name):
    command = load_command_class(*name)
    shown = command.create_parser("manage.py", name[1]).format_help()
    assert f"manage.py {name[1]}" in shown.partition("Example")[2] or "To change the key:" in shown
    assert command.help in " ".join(shown.split())
