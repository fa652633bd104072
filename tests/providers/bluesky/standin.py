"""A small network on loopback ports: directory, two servers of accounts, AppView, CDN, names."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from dns.resolver import Resolver

from tests.providers.servers import Answer, Heard

LIKE, POST = "app.bsky.feed.like", "app.bsky.feed.post"
Query = dict[str, list[str]]


def did(letter: str) -> str:
    """An account in the directory."""
    return f"did:plc:{letter * 24}"


ALICE, ADA = did("a"), did("b")


def cid_of(data: bytes) -> str:
    """The content id of raw bytes."""
    raw = b"\x01\x55\x12\x20" + hashlib.sha256(data).digest()
    return "b" + base64.b32encode(raw).decode().rstrip("=").lower()


def blob(data: bytes, kind: str = "image/jpeg") -> dict[str, Any]:
    """A blob as records refer to it."""
    ref = {"$link": cid_of(data)}
    return {"$type": "blob", "ref": ref, "mimeType": kind, "size": len(data)}


def wrong(name: str, message: str = "", status: int = 400) -> Answer:
    """An error as all these servers tell it."""
    return Answer(status, {"error": name, "message": message})


class Place:
    """A server that hands every request to one function and remembers what it heard."""

    def __init__(self, answer: Callable[[str, Query], Answer]) -> None:
        self.heard: list[Heard] = []
        self.instead: dict[str, Answer] = {}  # by the path's last part, whatever is asked
        self.left = 3000
        place = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = parse_qs(parts.query)
                place.heard.append(
                    Heard("GET", parts.path, query, dict(self.headers), "", self.client_address)
                )
                given = place.instead.get(parts.path.rpartition("/")[2])
                self.say(given or answer(unquote(parts.path), query))

            def say(self, found: Answer) -> None:
                payload = found.bytes()
                place.left -= 1
                headers = {
                    "Content-Type": "application/json; charset=utf-8",
                    "Content-Length": str(len(payload)),
                    "Access-Control-Allow-Origin": "*",
                    "RateLimit-Limit": "3000",
                    "RateLimit-Remaining": str(place.left),
                    "RateLimit-Reset": str(int(time.time()) + 300),
                    "RateLimit-Policy": "3000;w=300",
                    **found.headers,
                }
                self.send_response(found.status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                with suppress(OSError):
                    self.wfile.write(payload)

            def log_message(self, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self.url = f"http://{self.host}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    def asked(self, method: str) -> list[Query]:
        """The queries of all requests whose path ends like this."""
        return [heard.query for heard in self.heard if heard.path.endswith(method)]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Pds(Place):
    """A server of accounts: records by collection and key, and blobs."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.repos: dict[str, dict[str, dict[str, Any]]] = {}
        self.blobs: dict[tuple[str, str], bytes] = {}

    def put(self, repo: str, collection: str, key: str, value: Any) -> str:
        """Write a record; its address."""
        self.repos.setdefault(repo, {}).setdefault(collection, {})[key] = value
        return f"at://{repo}/{collection}/{key}"

    def like(self, repo: str, key: str, uri: str, at: str = "2026-01-02T03:04:05.678Z") -> str:
        """Write a like; its address."""
        subject = {"uri": uri, "cid": "bafyreipost"}
        return self.put(repo, LIKE, key, {"$type": LIKE, "subject": subject, "createdAt": at})

    def _answer(self, path: str, query: Query) -> Answer:
        method = path.removeprefix("/xrpc/")
        told = {name: values[0] for name, values in query.items()}
        if method == "com.atproto.sync.getBlob":
            data = self.blobs.get((told["did"], told["cid"]))
            return wrong("InvalidRequest", "blob not found") if data is None else Answer(200, data)
        if told.get("repo") not in self.repos:
            return wrong("InvalidRequest", f"Could not find repo: {told.get('repo')}")
        records = self.repos[told["repo"]].get(told["collection"], {})
        if method == "com.atproto.repo.getRecord":
            return self._record(told, records)
        return self._records(told, records)

    def _record(self, told: dict[str, str], records: dict[str, Any]) -> Answer:
        uri = f"at://{told['repo']}/{told['collection']}/{told['rkey']}"
        if told["rkey"] not in records:
            return wrong("RecordNotFound", f"Could not locate record: {uri}")
        return Answer(200, {"uri": uri, "cid": "bafyrecord", "value": records[told["rkey"]]})

    def _records(self, told: dict[str, str], records: dict[str, Any]) -> Answer:
        below = told.get("cursor")
        keys = sorted((key for key in records if below is None or key < below), reverse=True)
        keys = keys[: min(int(told.get("limit", 50)), 100)]
        prefix = f"at://{told['repo']}/{told['collection']}"
        listed = [
            {"uri": f"{prefix}/{key}", "cid": f"bafyreilike{key}", "value": records[key]}
            for key in keys
        ]
        return Answer(200, {"records": listed, **({"cursor": keys[-1]} if keys else {})})


class Network:
    """All of it, empty; accounts and posts are written into it."""

    def __init__(self) -> None:
        self.documents: dict[str, Any] = {}
        self.handles: dict[str, str] = {}  # what the AppView resolves
        self.posts: dict[str, Any] = {}
        self.refused: set[str] = set()  # addresses that the AppView finds malformed
        self.txt: dict[str, list[str]] = {}
        self.plc = Place(self._document)
        self.home, self.other = Pds(), Pds()
        self.appview = Place(self._view)
        self.cdn = Place(lambda path, query: Answer(404, b"no"))
        self.names = NameServer(self.txt)
        self.places = [self.plc, self.home, self.other, self.appview, self.cdn]

    def clear(self) -> None:
        """Nobody there, nothing heard."""
        for place in self.places:
            place.heard.clear()
            place.instead.clear()
        for pds in (self.home, self.other):
            pds.repos.clear()
            pds.blobs.clear()
        for kept in (self.documents, self.handles, self.posts, self.txt, self.refused):
            kept.clear()

    def settle(self, who: str, handle: str, pds: str | None = None) -> None:
        """Give an account a document and a handle that the AppView knows."""
        self.handles[handle] = who
        self.documents[who] = document(who, handle, pds or self.home.url)
        self.home.repos.setdefault(who, {})

    def post(self, who: str, key: str, **record: Any) -> str:
        """Show a post; `view`, `author` go beside the record."""
        uri = f"at://{who}/{POST}/{key}"
        view, author = record.pop("view", None), record.pop("author", {})
        written = {"$type": POST, "text": "hi", "createdAt": "2026-01-01T00:00:00.000Z", **record}
        self.posts[uri] = {
            "uri": uri,
            "cid": "bafyreipost",
            "author": {"did": who, "handle": "ada.example", "displayName": "Ada", **author},
            "record": written,
            **({"embed": view} if view else {}),
            "likeCount": 1,
            "indexedAt": "2026-01-01T00:00:01.000Z",
            "labels": [],
        }
        return uri

    def _document(self, path: str, query: Query) -> Answer:
        found = self.documents.get(path[1:])
        if isinstance(found, Answer):
            return found
        if found is None:
            return Answer(404, {"message": f"DID not registered: {path[1:]}"})
        return Answer(200, found)

    def _view(self, path: str, query: Query) -> Answer:
        if path.endswith("resolveHandle"):
            found = self.handles.get(query["handle"][0])
            return (
                Answer(200, {"did": found})
                if found
                else wrong("InvalidRequest", "Unable to resolve handle")
            )
        uris = query["uris"]
        if len(uris) > 25 or any(uri in self.refused or f"/{POST}/" not in uri for uri in uris):
            return wrong("InvalidRequest", "Error: uris must be valid")
        return Answer(200, {"posts": [self.posts[uri] for uri in uris[::-1] if uri in self.posts]})

    def close(self) -> None:
        for place in self.places:
            place.close()
        self.names.close()


def document(who: str, handle: str, pds: str) -> dict[str, Any]:
    """A DID document as the directory serves it."""
    service = {
        "id": "#atproto_pds",
        "type": "AtprotoPersonalDataServer",
        "serviceEndpoint": pds,
    }
    return {
        "@context": ["https://www.w3.org/ns/did/v1"],
        "id": who,
        "alsoKnownAs": [f"at://{handle}"],
        "verificationMethod": [],
        "service": [service],
    }


class NameServer:
    """Answers TXT questions from a table over UDP; it does not know any other name."""

    def __init__(self, txt: dict[str, list[str]]) -> None:
        self._txt = txt
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self.resolver = Resolver(configure=False)
        self.resolver.nameservers = ["127.0.0.1"]
        self.resolver.port = self._socket.getsockname()[1]

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                data, sender = self._socket.recvfrom(4096)
                if not data:
                    return
                self._socket.sendto(self._answer(dns.message.from_wire(data)), sender)

    def _answer(self, question: dns.message.Message) -> bytes:
        name = question.question[0].name
        texts = self._txt.get(name.to_text().rstrip("."))
        reply = dns.message.make_response(question)
        reply.flags |= dns.flags.RA
        if texts is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        else:
            said = [json.dumps(text) for text in texts]
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *said))
        return reply.to_wire()

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ender:
            ender.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()
