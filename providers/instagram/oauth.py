"""Signing in with Instagram: addresses and bodies by oauthlib, answers read liberally."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from oauthlib.oauth2 import WebApplicationClient

from providers.errors import ProviderError, SignInFailed, Unexpected
from providers.shapes import Grant, Profile
from providers.text import clean, identifier, is_plain

SCOPES = ("basic", "public_content")
_TOKEN_CHARS = 4096
# oauthlib prepares queries for https addresses only, which is right for everybody but a simulator
# on this machine; the address itself is checked where it is configured, so only the query is taken.
_PREPARED_FOR = "https://service.invalid/"


def authorize_query(client_id: str, *, redirect_uri: str, state: str, verifier: str) -> str:
    """The query of the consent page. PKCE goes along; version 1 ignores it."""
    client = WebApplicationClient(client_id)
    challenge = client.create_code_challenge(verifier, "S256")
    address = client.prepare_request_uri(
        _PREPARED_FOR,
        redirect_uri=redirect_uri,
        scope=list(SCOPES),
        state=state,
        code_challenge=challenge,
        code_challenge_method="S256",
    )
    return urlsplit(str(address)).query


def exchange_form(client_id: str, redirect_uri: str) -> dict[str, str]:
    """The fields of the code exchange that are no secret."""
    client = WebApplicationClient(client_id)
    body = client.prepare_request_body(code="", redirect_uri=redirect_uri)
    return {name: value for name, value in parse_qsl(body) if name != "code"}


def read_grant(body: Mapping[str, Any]) -> tuple[Grant, Profile | None] | ProviderError:
    """The grant and, if told, whose it is. An error is returned: a frame that raises would hold
    the token among its local variables.
    """
    token = body.get("access_token")
    if not isinstance(token, str) or not token:
        return SignInFailed("no_token", "Instagram's answer holds no token.")
    if len(token) > _TOKEN_CHARS or not is_plain(token) or not token.isascii():
        return Unexpected("bad_token", "Instagram's token cannot be one.")
    grant = Grant(access_token=token, scope=" ".join(SCOPES))
    return grant, read_profile(body.get("user"))


def read_profile(user: object) -> Profile | None:
    """A profile from a user object, None when it does not say who it is."""
    if not isinstance(user, Mapping):
        return None
    upstream_id = identifier(user.get("id"))
    if not upstream_id:
        return None
    return Profile(upstream_id, clean(user.get("username"), 255), full_name(user))


def full_name(user: Mapping[str, Any]) -> str:
    """The name for people; the oldest answers split it into two."""
    whole = clean(user.get("full_name"), 255)
    parts = (clean(user.get(key), 127) for key in ("first_name", "last_name"))
    return whole or " ".join(part for part in parts if part)
