"""The repositories: records by the page, one record, one blob."""

from __future__ import annotations

from typing import Any

from simulator.bluesky import records
from simulator.bluesky.accounts import Account
from simulator.bluesky.blobs import Blob, Blobs
from simulator.bluesky.hosts import Hosts
from simulator.bluesky.ids import LIKE, POST, PROFILE, cid_of_record, uri
from simulator.bluesky.likes import Like
from simulator.bluesky.world import Sky
from simulator.bluesky.xrpc import XrpcError, required, whole
from simulator.wire import Answer, Request, as_json

_MOST, _USUAL = 100, 50


class Pds:
    """Answers com.atproto.repo.* and com.atproto.sync.getBlob. Posts are read one by one only."""

    def __init__(self, sky: Sky, blobs: Blobs, hosts: Hosts) -> None:
        self._sky = sky
        self._blobs = blobs
        self._hosts = hosts
        self._posts = records.PostRecords(blobs)

    def list_records(self, request: Request) -> Answer:
        """Likes, newest first; a cursor on every page that is not empty, also the last."""
        account = self._here(request, "repo")
        collection = required(request, "collection")
        limit = whole(request, "limit", _USUAL, _MOST)
        if collection != LIKE:
            return as_json({"records": []})
        reverse = request.query.get("reverse") == "true"
        with self._sky.lock:
            likes = self._sky.likes(account)
            rows = likes.page(request.query.get("cursor", ""), limit, reverse=reverse)
        did = self._hosts.did(account, request)
        page: dict[str, Any] = {"records": [_listed(did, row) for row in rows]}
        return as_json(page | ({"cursor": rows[-1].rkey} if rows else {}))

    def get_record(self, request: Request) -> Answer:
        """A profile, a like or a post."""
        account = self._here(request, "repo")
        collection, rkey = required(request, "collection"), required(request, "rkey")
        address = uri(self._hosts.did(account, request), collection, rkey)
        value = self._value(account, collection, rkey)
        if value is None:
            raise XrpcError("RecordNotFound", f"Could not locate record: {address}")
        return as_json({"uri": address, "cid": cid_of_record(address), "value": value})

    def get_blob(self, request: Request) -> Answer:
        """The bytes as they were uploaded."""
        account = self._here(request, "did")
        cid = required(request, "cid")
        blob = self._blobs.find(account.key, cid)
        if blob is None or self.is_gone(account, blob):
            raise XrpcError("BlobNotFound", f"Blob not found: {cid}")
        headers = {
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        }
        return Answer(200, self._blobs.body(blob), blob.kind, headers)

    def is_gone(self, account: Account, blob: Blob) -> bool:
        """Whether the post that the blob belonged to was deleted."""
        return uri(account.did, POST, blob.name.partition("/")[0]) in self._sky.deleted

    def _here(self, request: Request, name: str) -> Account:
        said = required(request, name)
        account = self._sky.account(said, self._hosts.web(request))
        if account is None or self._hosts.home(account, request) != request.base:
            raise XrpcError("RepoNotFound", f"Could not find repo: {said}")
        return account

    def _value(self, account: Account, collection: str, rkey: str) -> dict[str, Any] | None:
        if collection == PROFILE and rkey == "self" and account.text is not None:
            return records.profile(account, self._blobs)
        if collection == LIKE:
            rows = self._sky.likes(account).rows
            return next((records.like(row) for row in rows if row.rkey == rkey), None)
        post = self._sky.post(uri(account.did, POST, rkey)) if collection == POST else None
        return self._posts.of(post) if post else None


def _listed(did: str, row: Like) -> dict[str, Any]:
    address = uri(did, LIKE, row.rkey)
    return {"uri": address, "cid": cid_of_record(address), "value": records.like(row)}
