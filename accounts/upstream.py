"""Services and clients, built from settings: who may ask, and how often."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from django.conf import settings

from accounts import tokens
from accounts.budget import Budget, hourly
from accounts.models import Connection
from accounts.turns import TurnsOf
from providers.errors import NeedsReauth
from providers.registry import SERVICES
from providers.service import Builder, Client, Service
from providers.shapes import Account


def service(provider: str) -> Service:
    """The service called `provider`; KeyError for an unknown one."""
    # Whatever stands in the registry can be hashed, be it a class or an object.
    return _built(SERVICES[provider], _frozen(settings.UPSTREAM))  # type: ignore[arg-type]  # see above


def title(provider: str) -> str:
    """What a service is called; by its key, where this house does not know it."""
    return service(provider).title if provider in SERVICES else provider


def services() -> list[Service]:
    """Every service that this house knows."""
    return [service(provider) for provider in SERVICES]


def client(connection: Connection) -> Client:
    """A client that reads as this connection, politely.

    NeedsReauth when the grant is gone, or was given by another host than the one that would
    be asked: a grant goes to nobody else.
    """
    there = service(connection.provider)
    if connection.instance != there.instance:
        raise NeedsReauth("elsewhere", "This account is at another address of the service.")
    grant = tokens.open_grant(connection) if connection.grant else None
    account = Account(connection.upstream_id, connection.username, grant)
    return there.client(account, turns=TurnsOf(connection.pk, hourly(there.hourly)))


def budget(connection: Connection) -> Budget | None:
    """How much of its hour this connection has used, by the row as it was read.

    None where nobody counts connections: public lists are limited by their hosts.
    """
    most = hourly(service(connection.provider).hourly)
    return None if most is None else Budget.of(connection, most)


def _frozen(values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(values.items()))


@lru_cache
def _built(builder: Builder, values: tuple[tuple[str, str], ...]) -> Service:
    """One service per process: its connections and what it has learned are kept."""
    return builder.from_values(dict(values))
