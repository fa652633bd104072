"""Grants under seal: the only code that turns a stored grant into a token and back."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from accounts.models import Connection
from providers.errors import NeedsReauth, TryLater
from providers.shapes import Grant


class SealBroken(TryLater):
    """A grant cannot be opened: TOKEN_KEYS lacks its key, or it belongs to another row."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(
            "seal", f"The grant of connection {connection.pk} does not open: see TOKEN_KEYS."
        )


@lru_cache
def _seals(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def seal(connection: Connection, grant: Grant) -> str:
    """`grant` sealed with the newest key and bound to the upstream account it belongs to."""
    content = {
        "for": _owner(connection),
        "access": grant.access_token,
        "refresh": grant.refresh_token,
        "expires": grant.expires_at.isoformat() if grant.expires_at else None,
        "scope": grant.scope,
    }
    return _seals(tuple(settings.TOKEN_KEYS)).encrypt(json.dumps(content).encode()).decode()


def open_grant(connection: Connection) -> Grant:
    """The grant of a connection.

    NeedsReauth when there is none; SealBroken when the keys or the row are not the ones
    it was sealed with.
    """
    if not connection.grant:
        raise NeedsReauth("no_grant", "There is no permission to read this account.")
    try:
        content = json.loads(_seals(tuple(settings.TOKEN_KEYS)).decrypt(connection.grant.encode()))
    except InvalidToken:
        content = {}
    if content.get("for") != _owner(connection):
        raise SealBroken(connection)
    expires = content["expires"]
    return Grant(
        access_token=content["access"],
        refresh_token=content["refresh"],
        expires_at=datetime.fromisoformat(expires) if expires else None,
        scope=content["scope"],
    )


def reseal(connection: Connection) -> bool:
    """Seal again with the newest key. False when somebody replaced the grant meanwhile."""
    sealed = seal(connection, open_grant(connection))
    mine = Connection.objects.filter(pk=connection.pk, grant=connection.grant)
    return bool(mine.update(grant=sealed))


def _owner(connection: Connection) -> str:
    return f"{connection.provider}|{connection.instance}|{connection.upstream_id}"
