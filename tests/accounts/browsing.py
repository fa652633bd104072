"""A browser that signs in: our pages by Django's client, the consent page over HTTP."""

from __future__ import annotations

import http.client
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client

LEAVE = "/accounts/signin/instagram/"
CALLBACK = "/accounts/callback/instagram/"


def leave(client: Client, **query: str) -> str:
    """Off to the service: the address of its consent page."""
    response = client.get(LEAVE, query)
    assert response.status_code == 302
    return str(response["Location"])


def consent(address: str, person: str, decision: str = "allow") -> str:
    """Fill in the form that stands at `address`; where its answer leads."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        form = urlencode({"person": person, "decision": decision})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", f"{parts.path}?{parts.query}", form, headers)
        answer = connection.getresponse()
        answer.read()
    finally:
        connection.close()
    assert answer.status == 302
    return str(answer.headers["Location"])


def sign_in(client: Client, person: str, **query: str):
    """The whole way; the answer to the callback."""
    return client.get(back(consent(leave(client, **query), person)))


def back(address: str) -> str:
    """The path and query of a callback."""
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc, parts.path) == ("http", "testserver", CALLBACK)
    return f"{parts.path}?{parts.query}"


def asked(address: str) -> dict[str, str]:
    """The query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def is_signed_in(client: Client) -> bool:
    # A test client makes itself a session when asked for one that is not there.
    return "session" in client.cookies and "_auth_user_id" in client.session
