"""Public lists: followed by a name alone, claimed by a code that only their owner can show."""

from __future__ import annotations

import secrets
import time
from dataclasses import asdict, dataclass

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from accounts import signin, upstream
from accounts.models import Connection, User
from accounts.turns import TurnsOfAll
from providers.errors import NoSuchAccount
from providers.registry import SERVICES
from providers.service import Handles
from providers.shapes import Profile

LONGEST = 300
# A code is for now: whoever takes longer gets another one.
LIFE = 3600.0
_PROOF = "proof"


class NotProven(Exception):
    """The code does not stand in the profile (yet)."""


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
    """Who is meant; NoSuchAccount and every other ProviderError."""
    door = handles(provider)
    if door is None:
        raise NoSuchAccount("no_handles", "This service has no public lists.")
    return door.find(typed[:LONGEST], TurnsOfAll())


def follow(user: User | None, provider: str, profile: Profile, *, invite: str = "") -> Connection:
    """Keep the public lists of an account for `user`, or for a newcomer named after it.

    Others may follow it as well; nobody learns of anybody. Safe to repeat. NotInvited.
    """
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
    if door is None or proof.code not in door.profile_text(proof.upstream_id, TurnsOfAll()):
        raise NotProven
    profile = Profile(proof.upstream_id, proof.username)
    connection = signin.connect(user, proof.provider, None, profile, invite=invite)
    session.pop(_PROOF, None)
    return connection
