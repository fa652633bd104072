"""Pictures and videos on demand, drawn once and then kept beside the world."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from pathlib import Path

from simulator.addresses import Addresses, Wanted
from simulator.people import Person
from simulator.pictures import Order, encode
from simulator.posts import Member
from simulator.settings import Settings
from simulator.video import encode_video
from simulator.wire import Answer, Request
from simulator.world import World

_TYPES = {
    "jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif",
    "mp4": "video/mp4",
}  # fmt: skip
_KEPT_BYTES = 64 * 1024 * 1024
_MOST_FILES = 4_000


class Media:
    """Answers /media/…"""

    def __init__(self, world: World, settings: Settings, addresses: Addresses) -> None:
        self._world = world
        self._addresses = addresses
        self._tiny = settings.tiny
        self._folder = settings.data / "media"
        self._kept: OrderedDict[Wanted, bytes] = OrderedDict()
        self._size = 0
        self._files = sum(1 for _ in self._folder.glob("*/*"))
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Answer:
        """The bytes; 404 for what never was or was deleted, 403 for an old address."""
        wanted = self._addresses.read(request.path)
        if isinstance(wanted, bool):
            return Answer(403, b"URL signature expired", "text/plain")
        if wanted is None:
            return Answer(404, b"Not Found", "text/plain")
        body = self._avatar(wanted) if wanted.family == "a" else self._of_post(wanted)
        if body is None:
            return Answer(404, b"Not Found", "text/plain")
        headers = {
            "Cache-Control": "max-age=1209600",
            "Last-Modified": "Mon, 08 Apr 2013 10:00:00 GMT",
        }
        return Answer(200, body, _TYPES[wanted.extension], headers)

    def warm(self, person: Person) -> None:
        """Draw what a person's window shows before anybody asks, as a CDN has its files ready."""
        with self._world.lock:
            window = self._world.shelf(person).window()[::-1]
        for row in window:
            post = self._world.post(row.media)
            for member in post.members if post else ():
                if member.kind == "image" or member.poster:
                    self.sha256(row.media, member, member.width, "s")
                if member.kind == "video":
                    self.sha256(row.media, member, member.width, "v")

    def sha256(self, media: int, member: Member, width: int, family: str) -> str:
        """The hash of what the address of that member and width answers."""
        extension = "mp4" if family == "v" else member.extension
        body = self._of_post(Wanted(family, media, member.position, width, extension))
        return hashlib.sha256(body or b"").hexdigest()

    def _of_post(self, wanted: Wanted) -> bytes | None:
        post = self._world.post(wanted.number)
        if post is None or wanted.position >= len(post.members):
            return None
        return self._remembered(wanted, post.members[wanted.position])

    def _avatar(self, wanted: Wanted) -> bytes:
        member = Member(0, "image", "portrait", 320, 320, "jpg", style=str(wanted.number))
        return self._remembered(wanted, member)

    def _remembered(self, wanted: Wanted, member: Member) -> bytes:
        with self._lock:
            found = self._kept.get(wanted)
        return found if found is not None else self._keep(wanted, self._made(wanted, member))

    def _made(self, wanted: Wanted, member: Member) -> bytes:
        if self._tiny:
            return self._drawn(wanted, member)
        name = f"{wanted.family}{wanted.number}_{wanted.position}_{wanted.width}"
        path = self._folder / f"{wanted.number % 97:02d}" / f"{name}.{wanted.extension}"
        if path.exists():
            return path.read_bytes()
        body = self._drawn(wanted, member)
        if self._files < _MOST_FILES:
            self._files += 1
            _write(path, body)
        return body

    def _drawn(self, wanted: Wanted, member: Member) -> bytes:
        seed = f"{self._world.seed}|{wanted.family == 'a'}|{wanted.number}|{wanted.position}"
        height = _height(wanted, member)
        order = Order(seed, member.subject, wanted.width, height, wanted.extension, member.style)
        return encode_video(order) if wanted.family == "v" else encode(order)

    def _keep(self, wanted: Wanted, body: bytes) -> bytes:
        with self._lock:
            self._size += 0 if wanted in self._kept else len(body)
            self._kept[wanted] = body
            while self._size > _KEPT_BYTES:
                self._size -= len(self._kept.popitem(last=False)[1])
        return body


def _height(wanted: Wanted, member: Member) -> int:
    """Thumbnails are square, all else keeps the shape of the picture."""
    if wanted.family == "v":
        return member.video_height(wanted.width)
    return wanted.width if wanted.width in {150, 4} else member.still_height(wanted.width)


def _write(path: Path, body: bytes) -> None:
    """Into a name of its own first: a kill leaves no half picture under the real one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{threading.get_ident()}.part")
    part.write_bytes(body)
    part.replace(path)
