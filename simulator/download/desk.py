"""The counter: asks what somebody wants, gets it ready, hands it out."""

from __future__ import annotations

import re
import secrets
import string
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from simulator.download.forms import ready_page, refusal_page, request_page
from simulator.download.order import BadChoice, Order, order_of
from simulator.download.told import collections_of, saved_rows, told
from simulator.download.zipped import zips
from simulator.payload import Payload
from simulator.people import Person
from simulator.wire import Answer, Request, page_of
from simulator.world import World

REQUEST, FILES = "/download/request", "/download/files/"
_KEPT = 6
_LETTERS = string.ascii_letters + string.digits
_FILE = re.compile(r"^/download/files/([A-Za-z0-9]{24})/(?:([A-Za-z0-9._-]+\.zip))?$")
Ready = dict[str, bytes]


class Desk:
    """Answers /download/…; the last few exports stay ready until the program ends."""

    def __init__(self, world: World, payload: Payload) -> None:
        self._world = world
        self._payload = payload
        self._ready: OrderedDict[str, Ready] = OrderedDict()
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Answer:
        if request.path.rstrip("/") != REQUEST:
            return self._hand_out(request.path)
        if request.method == "POST":
            return self._take(request.form)
        shown = tuple(self._world.people.values())
        faces = {one.key: self._payload.avatar(one.upstream_id, "") for one in shown}
        return page_of(request_page(shown, faces))

    def prepare(self, person: Person, said: Mapping[str, Any]) -> list[str]:
        """Make an export; the paths of its zips. BadChoice: it is not offered."""
        order = order_of(said)
        letters = "".join(secrets.choice(_LETTERS) for _ in range(24))
        bodies = zips(told(self._world, person, order.range), order)
        ready = dict(zip(_names(person, order, letters[:8]), bodies, strict=True))
        with self._lock:
            self._ready[letters] = ready
            while len(self._ready) > _KEPT:
                self._ready.popitem(last=False)
        return [f"{FILES}{letters}/{name}" for name in ready]

    def levers(self) -> Mapping[str, Callable[[Mapping[str, Any]], Any]]:
        """The same behind the scenes: an export without the page, and what is saved."""
        return {"POST export": self._export, "GET saved": self._saved}

    def _export(self, said: Mapping[str, Any]) -> Any:
        return {"files": self.prepare(self._person(said), said)}

    def _saved(self, said: Mapping[str, Any]) -> Any:
        """What an export of all time says is saved, and in which collections."""
        person = self._person(said)
        rows = saved_rows(self._world, person)
        return {
            "saved": [
                {"post_id": str(row.post.media), "at": row.at, "author": row.post.author.username}
                for row in rows
            ],
            "collections": {
                one.name: [str(row.post.media) for row in one.rows]
                for one in collections_of(self._world, person)
            },
        }

    def _person(self, said: Mapping[str, Any]) -> Person:
        person = self._world.person(str(said.get("person", "")))
        if person is None:
            raise BadChoice("person is somebody who has an account here")
        return person

    def _take(self, form: Mapping[str, str]) -> Answer:
        try:
            first = self.prepare(self._person(form), form)[0]
        except BadChoice as refused:
            return page_of(refusal_page(str(refused)), 400)
        return Answer(303, headers={"Location": first.rpartition("/")[0] + "/"})

    def _hand_out(self, path: str) -> Answer:
        found = _FILE.match(path)
        with self._lock:
            ready = self._ready.get(found[1]) if found else None
        if found is None or ready is None:
            return page_of(refusal_page("This download has run out. Ask for it again."), 404)
        if found[2] is None:
            return page_of(ready_page({name: len(body) for name, body in ready.items()}))
        if found[2] not in ready:
            return page_of(refusal_page("This download has no such part."), 404)
        name = {"Content-Disposition": f'attachment; filename="{found[2]}"'}
        return Answer(200, ready[found[2]], "application/zip", name)


def _names(person: Person, order: Order, letters: str) -> list[str]:
    """What the files are called; several are numbered."""
    day = datetime.now(UTC).date().isoformat()
    name = f"instagram-{person.username}-{day}-{letters}"
    if order.parts == 1:
        return [f"{name}.zip"]
    return [f"{name}_{number}.zip" for number in range(1, order.parts + 1)]
