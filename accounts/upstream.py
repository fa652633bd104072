"""Services and clients, built from settings: who may ask, and how often."""

from __future__ import annotations

import time
from functools import partial

from django.conf import settings
from django.db import connection as database

from accounts import tokens
from accounts.models import Connection
from providers.errors import NeedsReauth
from providers.registry import SERVICES
from providers.service import Client, Service

_RESERVE = """
UPDATE accounts_connection
   SET next_call_at = greatest(next_call_at, clock_timestamp()) + make_interval(secs => %(seconds)s)
 WHERE id = %(connection)s
RETURNING extract(epoch FROM next_call_at - clock_timestamp()) - %(seconds)s
"""


def service(provider: str) -> Service:
    """The service called `provider`; KeyError for an unknown one."""
    return SERVICES[provider](settings.UPSTREAM)


def services() -> list[Service]:
    """Every service a person can sign in with here."""
    built = [build(settings.UPSTREAM) for build in SERVICES.values()]
    return [service for service in built if service.configured]


def is_open(provider: str) -> bool:
    """Whether a person can sign in with the service of that name."""
    return provider in SERVICES and service(provider).configured


def client(connection: Connection) -> Client:
    """A client that reads as this connection, politely.

    NeedsReauth when the grant is gone, or was given by another host than the one that would
    be asked: a grant goes to nobody else.
    """
    there = service(connection.provider)
    if connection.instance != there.instance:
        raise NeedsReauth("elsewhere", "This account is at another address of the service.")
    grant = tokens.open_grant(connection)
    return there.client(grant, pace=partial(wait_turn, connection.pk))


def wait_turn(connection_id: int) -> None:
    """Sleep until this connection may ask again; turns are handed out by the database."""
    seconds = settings.CRAWL_REQUEST_INTERVAL.total_seconds()
    with database.cursor() as cursor:
        cursor.execute(_RESERVE, {"seconds": seconds, "connection": connection_id})
        row = cursor.fetchone()
    if row and row[0] > 0:
        time.sleep(float(row[0]))
