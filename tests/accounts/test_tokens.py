"""Grants under seal: unreadable without the keys, bound to their row, and renewed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet

from accounts import tokens
from accounts.models import Connection
from accounts.tokens import SealBroken
from providers.errors import NeedsReauth
from providers.shapes import Grant

pytestmark = pytest.mark.django_db
GRANT = Grant("canary-token", "canary-refresh", datetime(2030, 1, 1, tzinfo=UTC), "basic")


@pytest.fixture
def connection(alice) -> Connection:
    kept = Connection(user=alice, provider="instagram", upstream_id="7", username="alice")
    kept.grant = tokens.seal(kept, GRANT)
    kept.save()
    return kept


def test_what_was_sealed_is_opened_again(connection):
    assert tokens.open_grant(connection) == GRANT


def test_nothing_of_it_can_be_read(connection):
    assert "canary" not in connection.grant
    assert "canary" not in f"{connection!r} {connection} {GRANT!r}"


def test_sealed_twice_it_looks_different(connection):
    assert tokens.seal(connection, GRANT) != tokens.seal(connection, GRANT)


@pytest.mark.parametrize(
    "other", [{"upstream_id": "8"}, {"provider": "else"}, {"instance": "a.example"}]
)
def test_a_seal_is_bound_to_its_row(alice, connection, other):
    theirs = {"provider": "instagram", "upstream_id": "7", "instance": "", **other}
    copied = Connection(user=alice, grant=connection.grant, **theirs)
    with pytest.raises(SealBroken):
        tokens.open_grant(copied)


def test_a_seal_that_was_tampered_with_does_not_open(connection):
    connection.grant = connection.grant[:-5] + "AAAA="
    with pytest.raises(SealBroken):
        tokens.open_grant(connection)


def test_without_its_key_it_does_not_open(connection, settings):
    settings.TOKEN_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(SealBroken) as broken:
        tokens.open_grant(connection)
    assert connection.grant not in str(broken.value)


def test_no_grant_needs_its_person(connection):
    connection.grant = ""
    with pytest.raises(NeedsReauth):
        tokens.open_grant(connection)


def test_keys_can_be_changed_one_after_the_other(connection, settings):
    (old,) = settings.TOKEN_KEYS
    new = Fernet.generate_key().decode()
    settings.TOKEN_KEYS = [new, old]
    assert tokens.open_grant(connection) == GRANT
    assert tokens.reseal(connection)
    settings.TOKEN_KEYS = [new]
    connection.refresh_from_db()
    assert tokens.open_grant(connection) == GRANT


def test_a_new_grant_is_sealed_with_the_newest_key(connection, settings):
    (old,) = settings.TOKEN_KEYS
    new = Fernet.generate_key().decode()
    settings.TOKEN_KEYS = [new, old]
    connection.grant = tokens.seal(connection, GRANT)
    settings.TOKEN_KEYS = [new]
    assert tokens.open_grant(connection) == GRANT


def test_a_grant_that_was_replaced_meanwhile_is_left_alone(connection):
    stale = Connection.objects.get()
    fresh = tokens.seal(connection, Grant("another"))
    Connection.objects.update(grant=fresh)
    assert not tokens.reseal(stale)
    assert Connection.objects.get().grant == fresh
