"""Sign-in as Instagram did it: a consent page, a code that works once, a token without an end."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from simulator.consent import consent_page
from simulator.payload import Payload
from simulator.people import Person
from simulator.settings import Settings
from simulator.tokens import Tokens
from simulator.wire import Answer, Request, as_json, bare, page_of
from simulator.world import World

CODE_LIFE = 600.0
_DENIED = {
    "error": "access_denied",
    "error_reason": "user_denied",
    "error_description": "The user denied your request",
}


@dataclass(frozen=True, slots=True)
class _Code:
    person: Person
    redirect_uri: str
    challenge: str
    issued: float


class OAuth:
    """Answers /oauth/authorize/ and /oauth/access_token."""

    def __init__(self, world: World, settings: Settings, tokens: Tokens, payload: Payload) -> None:
        self._world = world
        self._settings = settings
        self._tokens = tokens
        self._payload = payload
        self._codes: dict[str, _Code] = {}
        self._lock = threading.Lock()

    def authorize(self, request: Request) -> Answer:
        """The consent page, or where its form leads."""
        refused = self._refused(request.query)
        if refused is not None:
            return refused
        if request.method == "POST":
            return self._decided(request)
        shown = self._world.people.values()
        avatars = {one.key: self._payload.avatar(one.upstream_id, "") for one in shown}
        return page_of(consent_page(tuple(shown), avatars, request.query))

    def exchange(self, request: Request) -> Answer:
        """A code for a token; a code is spent by its first use, right or wrong."""
        form = request.form
        if form.get("client_id") != self._settings.client_id:
            return _refusal("Invalid Client ID")
        if not hmac.compare_digest(
            form.get("client_secret", "").encode(), self._settings.client_secret.encode()
        ):
            return _refusal("Invalid Client Secret")
        if form.get("grant_type") != "authorization_code":
            return _refusal("You must include a valid grant_type")
        return self._spent(form, request.base)

    def _spent(self, form: Mapping[str, str], base: str) -> Answer:
        with self._lock:
            code = self._codes.pop(form.get("code", ""), None)
        if code is None or time.monotonic() - code.issued > CODE_LIFE:
            return _refusal("Matching code was not found or was already used.")
        if form.get("redirect_uri") != code.redirect_uri:
            return _refusal("Redirect URI does not match registered redirect URI")
        if code.challenge and _challenge(form.get("code_verifier", "")) != code.challenge:
            return _refusal("Code verifier does not match the challenge.")
        person = self._world.people[code.person.key]
        profile = self._payload.profile(person, 0, base)
        user = {k: v for k, v in profile.items() if k not in {"counts", "is_business"}}
        return as_json({"access_token": self._tokens.issue(person), "user": user})

    def _refused(self, query: Mapping[str, str]) -> Answer | None:
        """What is wrong is not redirected: the browser shows it."""
        if query.get("client_id") != self._settings.client_id:
            return _refusal("Invalid Client ID")
        if not self._is_registered(query.get("redirect_uri", "")):
            return _refusal("Redirect URI does not match registered redirect URI")
        if query.get("response_type", "code") != "code":
            return _refusal("Implicit authentication is disabled")
        if query.get("code_challenge") and query.get("code_challenge_method") != "S256":
            return _refusal("code_challenge_method must be S256")
        return None

    def _is_registered(self, address: str) -> bool:
        if self._settings.redirect_uris:
            return address in self._settings.redirect_uris
        parts = urlsplit(address)
        return parts.scheme in {"http", "https"} and bool(parts.netloc)

    def _decided(self, request: Request) -> Answer:
        person = self._world.people.get(request.form.get("person", ""))
        if request.form.get("decision") != "allow" or person is None:
            return _back(request.query, _DENIED)
        code = secrets.token_hex(20)
        address = request.query["redirect_uri"]
        challenge = request.query.get("code_challenge", "")
        with self._lock:
            self._codes[code] = _Code(person, address, challenge, time.monotonic())
        return _back(request.query, {"code": code})


def _back(query: Mapping[str, str], said: Mapping[str, str]) -> Answer:
    """Send the browser back to the app; the state is echoed untouched."""
    words = dict(said)
    if "state" in query:
        words["state"] = query["state"]
    address = query["redirect_uri"]
    joint = "&" if urlsplit(address).query else "?"
    return Answer(302, headers={"Location": address + joint + urlencode(words)})


def _refusal(message: str) -> Answer:
    return bare("OAuthException", message)


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
