"""Blobs by address: the original at its author's server, or the CDN's smaller copy."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from urllib.parse import urlencode

from providers.bluesky.documents import Document, Documents
from providers.bluesky.syntax import is_cid, is_did
from providers.bluesky.xrpc import host_of
from providers.errors import Gone, ProviderError, Refused, Unexpected
from providers.shapes import Whereabouts
from providers.turns import AT_ONCE, Turns

_ADDRESS = re.compile(r"at://([^/?#]+)/blob/([^/?#]+)(\?as=video)?")
_RAW_SHA256 = b"\x01\x55\x12\x20"  # CID 1, raw bytes, SHA-256 of 32 bytes
# Older than this, what we know of an account is asked for again before its original is given up.
_FRESH_SECONDS = 600.0


class Blobs:
    """Where blobs are. Thread-safe."""

    def __init__(
        self, documents: Documents, cdn_url: str, *, fresh_seconds: float = _FRESH_SECONDS
    ) -> None:
        self._documents = documents
        self._cdn_url = cdn_url
        self._fresh_seconds = fresh_seconds

    def whereabouts(self, address: str, turns: Turns = AT_ONCE) -> Iterator[Whereabouts]:
        """The original first; a copy, of pictures only, when the caller asks on.

        TryLater when the author's server cannot be found out at the moment; Gone or Refused
        when there is none and no copy either.
        """
        if address.startswith(("https://", "http://")):
            yield Whereabouts(address)
            return
        did, cid, is_video = _read(address)
        try:
            yield from self._originals(did, cid, turns)
        except (Gone, Refused, Unexpected):
            if is_video:
                raise
        if not is_video:
            yield Whereabouts(
                f"{self._cdn_url}/img/feed_fullsize/plain/{did}/{cid}@jpeg", is_copy=True
            )

    def _originals(self, did: str, cid: str, turns: Turns) -> Iterator[Whereabouts]:
        if not sha256_of(cid):
            # Whatever its server sends could pass for it.
            raise Refused("unproven", "The blob's name does not say what its bytes hash to.")
        pds = self._documents.of(did, turns).pds
        yield _original(pds, did, cid)
        moved_to = self._newer(did, turns)
        if moved_to is not None and moved_to.pds != pds:
            yield _original(moved_to.pds, did, cid)

    def _newer(self, did: str, turns: Turns) -> Document | None:
        """The document again when ours is old; None when it is not, or cannot be had."""
        if self._documents.age(did) < self._fresh_seconds:
            return None
        try:
            return self._documents.again(did, turns)
        except ProviderError:
            return None


def address_of(did: str, cid: str, *, is_video: bool = False) -> str:
    """How a blob is named in our rows; what follows the question mark may get lost there."""
    return f"at://{did}/blob/{cid}{'?as=video' if is_video else ''}"


def _read(address: str) -> tuple[str, str, bool]:
    found = _ADDRESS.fullmatch(address)
    if found is None or not is_did(found[1]) or not is_cid(found[2]):
        raise Refused("bad_address", "The address names no blob.")
    return found[1], found[2], bool(found[3])


def _original(pds: str, did: str, cid: str) -> Whereabouts:
    query = urlencode({"did": did, "cid": cid})
    url = f"{pds}/xrpc/com.atproto.sync.getBlob?{query}"
    return Whereabouts(url, sha256_of(cid), host=host_of(url))


def sha256_of(cid: str) -> str:
    """What a content id says that its bytes hash to, in hex; "" when it says it otherwise."""
    letters = cid[1:].upper()
    try:
        raw = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        return ""
    is_ours = cid[:1] == "b" and len(raw) == 36 and raw.startswith(_RAW_SHA256)
    return raw[4:].hex() if is_ours else ""
