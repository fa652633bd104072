"""Names as the AT Protocol makes them: record keys from time, CIDs from bytes, DIDs."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from datetime import UTC, datetime

_SORTED = "234567abcdefghijklmnopqrstuvwxyz"
_RAW, _DAG_CBOR = 0x55, 0x71
LIKE, POST, PROFILE = "app.bsky.feed.like", "app.bsky.feed.post", "app.bsky.actor.profile"


def tid(micros: int, clock: int = 0) -> str:
    """A record key: microseconds and a few bits of chance, in letters that sort by time."""
    number = micros << 10 | clock
    return "".join(_SORTED[number >> 5 * place & 31] for place in reversed(range(13)))


def micros_of(key: str) -> int | None:
    """The time in a record key; None when it is not of that kind."""
    if len(key) != 13 or any(letter not in _SORTED for letter in key):
        return None
    number = 0
    for letter in key:
        number = number << 5 | _SORTED.index(letter)
    return number >> 10


def cid_of_bytes(body: bytes) -> str:
    """CID v1 of a blob: what a client computes from the bytes it was sent."""
    return _cid(_RAW, body)


def cid_of_record(name: str) -> str:
    """A CID for a record: of the right form, though made from its name."""
    return _cid(_DAG_CBOR, name.encode())


def did_plc(*parts: object) -> str:
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).digest()
    return "did:plc:" + b32encode(digest).decode().lower()[:24]


def iso(at_ms: int) -> str:
    """`2026-01-02T03:04:05.678Z`"""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def uri(did: str, collection: str, key: str) -> str:
    return f"at://{did}/{collection}/{key}"


def _cid(codec: int, body: bytes) -> str:
    digest = bytes((1, codec, 0x12, 0x20)) + hashlib.sha256(body).digest()
    return "b" + b32encode(digest).decode().lower().rstrip("=")
