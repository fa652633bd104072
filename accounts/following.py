"""Public lists: followed by a name alone, claimed by a code that only their owner can show."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop

from accounts import signin, upstream
from accounts.models import Connection, User
from accounts.turns import TurnsOfAll
from providers.deadline import deadline
from providers.errors import NoSuchAccount, Unavailable
from providers.registry import SERVICES
from providers.service import Handles
from providers.shapes import Profile

LONGEST = 300
# A code is for now: whoever takes longer gets another one.
LIFE = 3600.0
_PROOF = "proof"
# A look-up holds a thread of the web while others answer, and spends what they grant us all.
AT_ONCE = 2
SECONDS = 10.0
BUSY = "busy"
_CROWDED = gettext_noop("Too many handles are being looked up at this moment.")
_places = threading.BoundedSemaphore(AT_ONCE)
# So many look-ups a browser has in an hour.
MOST, HOUR = 20, 3600.0
_ASKED = "handles_asked"
# Two newcomers of one name take two tries; who comes with more friends takes more.
_TRIES = 3


class NotProven(Exception):
    """The code does not stand in the profile (yet)."""


class TooOften(Exception):
    """This browser has asked for too many handles within the hour."""


class Hurried(TurnsOfAll):
    """Turns for which somebody waits: when the time is over there is none any more."""

    def __init__(self) -> None:
        self._end = time.monotonic() + SECONDS

    def wait(self, host: str) -> None:
        """At once; Unavailable when the look-up has taken too long; RateLimited."""
        if time.monotonic() >= self._end:
            raise Unavailable("too_slow", "The handle could not be looked up in time.")
        super().wait(host)


@dataclass(frozen=True, slots=True)
class Proof:
    """A claim to an account, and the code that its owner shows in its profile, once."""

    provider: str
    upstream_id: str
    username: str
    code: str
    begun: float


def handles(provider: str) -> Handles | None:
    """The door of a service at which a name is enough; None where there is none."""
    return upstream.service(provider).handles if provider in SERVICES else None


def find(provider: str, typed: str) -> Profile:
    """Who is meant; NoSuchAccount and every other ProviderError, Unavailable("busy") among them."""
    door = handles(provider)
    if door is None:
        raise NoSuchAccount("no_handles", "This service has no public lists.")
    with _place():
        return door.find(typed[:LONGEST], Hurried())


def count(session: SessionBase) -> None:
    """One more look-up of this browser; TooOften."""
    now = time.time()
    asked = [at for at in session.get(_ASKED, []) if now - at < HOUR]
    if len(asked) >= MOST:
        raise TooOften
    session[_ASKED] = [*asked, now]


@contextmanager
def _place() -> Iterator[None]:
    """One of the few places of this process at which handles are looked up, for so long."""
    if not _places.acquire(blocking=False):
        raise Unavailable(BUSY, _CROWDED)
    try:
        with deadline(SECONDS):
            yield
    finally:
        _places.release()


def follow(user: User | None, provider: str, profile: Profile, *, invite: str = "") -> Connection:
    """Keep the public lists of an account for `user`, or for a newcomer named after it.

    Others may follow it as well; nobody learns of anybody. Safe to repeat. NotInvited.
    """
    for _ in range(_TRIES - 1):
        try:
            return _followed(user, provider, profile, invite)
        except IntegrityError:
            # Another newcomer took the name a moment ago: now it is seen to be taken.
            continue
    return _followed(user, provider, profile, invite)


def _followed(user: User | None, provider: str, profile: Profile, invite: str) -> Connection:
    there = {
        "provider": provider,
        "instance": upstream.service(provider).instance,
        "upstream_id": profile.upstream_id,
    }
    with transaction.atomic():
        owner = user or signin.newcomer(profile, invite)
        # Two requests of one person must not both find nothing.
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)
        connection = Connection.objects.filter(user=owner, **there).first()
        if connection is None:
            connection = Connection(user=owner, standing=Connection.Standing.FOLLOWED, **there)
        return signin.revived(connection, profile)


def begin_proof(session: SessionBase, provider: str, profile: Profile) -> Proof:
    """A new code for this browser; the one before it is worth nothing any more."""
    code = f"likelist-{secrets.token_hex(8)}"
    proof = Proof(provider, profile.upstream_id, profile.username, code, time.time())
    session[_PROOF] = asdict(proof)
    return proof


def proof_of(session: SessionBase, provider: str) -> Proof | None:
    """The code that this browser was given for the service, unless it has run out."""
    kept = session.get(_PROOF)
    proof = Proof(**kept) if kept else None
    if proof is None or proof.provider != provider or time.time() - proof.begun > LIFE:
        return None
    return proof


def prove(user: User | None, session: SessionBase, proof: Proof, invite: str = "") -> Connection:
    """Look for the code in the profile; found, the account is `user`'s or lets its owner in.

    NotProven; ProviderError; SignInRefused when it is somebody else's here; NotInvited. The
    code works once.
    """
    door = handles(proof.provider)
    if door is None or proof.code not in _profile_text(door, proof):
        raise NotProven
    profile = Profile(proof.upstream_id, proof.username)
    connection = signin.connect(user, proof.provider, None, profile, invite=invite)
    session.pop(_PROOF, None)
    return connection


def _profile_text(door: Handles, proof: Proof) -> str:
    with _place():
        return door.profile_text(proof.upstream_id, Hurried())
