"""A service that is never the bottleneck: version 1's dialect from memory, in a process of its own.

A token says whose likes are asked for and how many there are: `p7-300`. `/_set` gives a person
more, `/_counts` says what was asked. Every answer waits for the latency that was ordered.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import sys
from collections import Counter
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

from benchmarks.pictures import BYTES, Pictures

PAGE = 33
_BORN = 1_400_000_000
LONGEST_FEED = 10**6
_RESET, _CUT = b"reset", b"cut"


class Service:
    """What is answered, apart from the wire."""

    def __init__(self, origin: str, size: int) -> None:
        self.origin = origin
        self.latency = 0.0
        self.faults: dict[str, float] = {}
        self.counts: Counter[str] = Counter()
        self.more: dict[str, int] = {}
        self._picture = Pictures(size) if size else None
        self._dice = random.Random(11)

    def answer(self, target: str) -> tuple[bytes, bytes]:
        """The bytes of a whole answer, and a mark when they are to be spoilt."""
        parts = urlsplit(target)
        if parts.path.startswith("/m/"):
            self.counts["media"] += 1
            return self._spoilt(int(parts.path[3:].partition(".")[0]))
        said = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path.startswith("/_"):
            return _json(self._lever(parts.path, said)), b""
        person, number, count = self._who(said.get("access_token", ""))
        if parts.path == "/v1/users/self":
            self.counts["self"] += 1
            return _json(_profile(person, number)), b""
        self.counts["page"] += 1
        if parts.path != "/v1/users/self/media/liked":
            return _json({"meta": {"code": 404}}, b"404 Not Found"), b""
        return self._page(number, count, int(said.get("max_like_id") or count), said), b""

    def _who(self, token: str) -> tuple[str, int, int]:
        person, _, count = token.partition("-")
        return person, int(person[1:]), int(count) + self.more.get(person, 0)

    def _page(self, number: int, count: int, start: int, said: dict[str, str]) -> bytes:
        """Likes from number `start` down; the highest is the newest."""
        size = min(int(said.get("count") or 20), PAGE)
        last = max(0, start - size)
        data = ",".join(self._post(number, at) for at in range(start, last, -1))
        following = {}
        if last:
            query = f"access_token={said['access_token']}&max_like_id={last}"
            following = {
                "next_url": f"{self.origin}/v1/users/self/media/liked?{query}",
                "next_max_like_id": str(last),
            }
        words = json.dumps(following)
        return _answer(
            f'{{"pagination":{words},"meta":{{"code":200}},"data":[{data}]}}'.encode(),
            b"application/json",
        )

    def _post(self, number: int, at: int) -> str:
        return _post(self.origin if self._picture else "", number * LONGEST_FEED + at)

    def _spoilt(self, number: int) -> tuple[bytes, bytes]:
        """A picture, or one of the faults that were ordered."""
        if self._picture is None:
            return _json({}, b"404 Not Found"), b""
        chance = self._dice.random()
        for kind, rate in self.faults.items():
            chance -= rate
            if chance < 0:
                self.counts[kind] += 1
                return self._fault(kind, number)
        return _answer(self._picture(number), b"image/jpeg"), b""

    def _fault(self, kind: str, number: int) -> tuple[bytes, bytes]:
        if kind == "error":
            return _answer(b"Oops", b"text/plain", b"500 Internal Server Error"), b""
        if kind == "wrong":
            return _answer(b"<!doctype html><title>Sorry</title>" * 40, b"image/jpeg"), b""
        whole = _answer(self._picture(number) if self._picture else b"", b"image/jpeg")
        return whole[: len(whole) // 3], (_RESET if kind == "reset" else _CUT)

    def _lever(self, path: str, said: dict[str, str]) -> dict[str, object]:
        if path == "/_set":
            self.more[said["person"]] = int(said["more"])
        elif path == "/_weather":
            self.latency = float(said["latency"])
            self.faults = json.loads(said.get("faults", "{}"))
            self.counts.clear()
        return {"counts": dict(self.counts)}


@lru_cache(maxsize=50_000)
def _post(origin: str, number: int) -> str:
    """One medium as version 1 wrote it, in about two kilobytes."""
    images = {
        name: {"url": f"{origin}/m/{number}.jpg", "width": side, "height": side}
        for name, side in (("thumbnail", 150), ("low_resolution", 320))
    }
    author = {"id": str(number % 97), "username": f"author{number % 97}", "full_name": "An Author"}
    author["profile_picture"] = f"{origin}/a/{number % 97}.jpg"
    standard = {"url": f"{origin}/m/{number}.jpg", "width": 640, "height": 640}
    words = f"Morning at the harbour, number {number}: boats, gulls and a little wind. "
    return json.dumps(
        {
            "id": f"{number}_{number % 97}",
            "type": "image",
            "user": author,
            "created_time": str(_BORN + number % LONGEST_FEED),
            "link": f"https://www.instagram.com/p/B{number}/",
            "filter": "Normal",
            "tags": ["harbour", f"tag{number % 50}"],
            "caption": {"id": str(number), "text": words * 3, "from": author},
            "location": {"id": number % 31 + 1, "name": "Harbour", "latitude": 54, "longitude": 9},
            "user_has_liked": True,
            "likes": {"count": 12},
            "comments": {"count": 3},
            "images": {**images, "standard_resolution": standard} if origin else {},
            "users_in_photo": [],
            "attribution": None,
        }
    )


def _profile(person: str, number: int) -> dict[str, object]:
    names = {"id": str(number + 1), "username": person, "full_name": person}
    return {"meta": {"code": 200}, "data": {**names, "profile_picture": "", "counts": {}}}


def _json(said: object, status: bytes = b"200 OK") -> bytes:
    return _answer(json.dumps(said).encode(), b"application/json", status)


def _answer(body: bytes, content_type: bytes, status: bytes = b"200 OK") -> bytes:
    head = b"HTTP/1.1 %b\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n"
    return head % (status, content_type, len(body)) + body


class Wire(asyncio.Protocol):
    """HTTP/1.1 with connections kept open, GET only: no more than the benchmark needs."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while b"\r\n\r\n" in self._heard:
            head, _, self._heard = self._heard.partition(b"\r\n\r\n")
            target = head.split(b" ", 2)[1].decode()
            if self._service.latency and not target.startswith("/_"):
                loop = asyncio.get_running_loop()
                loop.call_later(self._service.latency, self._say, target)
            else:
                self._say(target)

    def _say(self, target: str) -> None:
        if self._transport.is_closing():
            return
        answer, mark = self._service.answer(target)
        self._transport.write(answer)
        if mark == _RESET:
            self._transport.abort()
        elif mark == _CUT:
            self._transport.close()


async def serve(size: int) -> None:
    """Listen on a free port, say which, and serve until a signal or the parent's end."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    loop.add_reader(sys.stdin.fileno(), over.set)
    service = Service("", size)
    server = await loop.create_server(lambda: Wire(service), "127.0.0.1", 0, backlog=512)
    service.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    print(service.origin, flush=True)
    await over.wait()


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--size", type=int, default=BYTES, help="of a picture; 0: none at all")
    asyncio.run(serve(words.parse_args().size))


if __name__ == "__main__":
    main()
