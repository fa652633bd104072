"""Signed, expiring media addresses, as a CDN hands them out."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from dataclasses import dataclass

from simulator.world import World

_DAY = 86_400
_LIVES = {"s": 90 * _DAY, "v": 2 * _DAY, "a": 365 * _DAY}
_SHAPE = re.compile(r"^/media/vp/([0-9a-f]{16})/([0-9a-f]{8})/([sva])/(\d+)_(\d+)_(\d+)\.(\w+)$")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a media address asks for: a still, a video or an avatar, and how wide."""

    family: str
    number: int
    position: int
    width: int
    extension: str


class Addresses:
    """Writes addresses, and reads them back when their signature holds."""

    def __init__(self, world: World) -> None:
        self._world = world

    def write(self, base: str, wanted: Wanted) -> str:
        """The address of a picture or video; the same all day, so that pages repeat exactly."""
        expiry = (int(time.time()) // _DAY * _DAY) + _DAY + _LIVES[wanted.family]
        name = f"{wanted.number}_{wanted.position}_{wanted.width}.{wanted.extension}"
        tail = f"{expiry:08x}/{wanted.family}/{name}"
        return f"{base}/media/vp/{self._signature(tail)}/{tail}"

    def read(self, path: str) -> Wanted | bool | None:
        """What the address asks for; None when it never was one, False when it has run out."""
        found = _SHAPE.match(path)
        if not found:
            return None
        signature, expiry, family, number, position, width, extension = found.groups()
        wanted = Wanted(family, int(number), int(position), int(width), extension)
        tail = path.split("/", 4)[4]
        if not hmac.compare_digest(signature, self._signature(tail)):
            return False
        return wanted if int(expiry, 16) > time.time() else False

    def _signature(self, tail: str) -> str:
        key = f"{self._world.seed}|{self._world.address_generation}".encode()
        return hmac.new(key, tail.encode(), hashlib.sha256).hexdigest()[:16]
