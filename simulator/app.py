"""Puts the rooms together and leads each request to its own."""

from __future__ import annotations

import os
import threading
from dataclasses import replace

from simulator.addresses import Addresses
from simulator.api import Api
from simulator.bluesky.app import Bluesky
from simulator.bluesky.levers import Levers
from simulator.control import Control
from simulator.download.desk import Desk
from simulator.faults import Faults
from simulator.living import Living
from simulator.media import Media
from simulator.oauth import OAuth
from simulator.payload import Payload
from simulator.people import PEOPLE
from simulator.settings import Settings
from simulator.tokens import Budget, Tokens
from simulator.truth import Truth
from simulator.wire import Answer, Request, page_of
from simulator.world import World


class App:
    """A request in, an answer out; knows nothing of sockets."""

    def __init__(self, settings: Settings) -> None:
        self._world = World(settings)
        living = Living(self._world, settings.rate)
        tokens, budget = Tokens(self._world, settings), Budget(settings.ratelimit)
        addresses = Addresses(self._world)
        payload = Payload(addresses, tiny=settings.tiny)
        self._media = Media(self._world, settings, addresses)
        self._faults = Faults()
        self._api = Api(self._world, living, tokens, budget, payload)
        self._oauth = OAuth(self._world, settings, tokens, payload)
        truth = Truth(self._world, self._media, tiny=settings.tiny)
        self._desk = Desk(self._world, payload)
        self._control = Control(self._world, living, tokens, budget, self._faults, truth)
        self._control.add(self._desk.levers())
        self.bluesky = Bluesky(self._world, settings)
        self._control.add(Levers(self.bluesky).all())

    def warm(self) -> None:
        """Draw ahead for the first person, in the breaks that everybody else leaves."""
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
        self.bluesky.warm("lina", 50)
        self._media.warm(PEOPLE[0])
        self.bluesky.warm("lina", 300)

    def close(self) -> None:
        self._world.close()

    def answer(self, request: Request) -> Answer:
        """The answer, with the faults and the latency that were ordered."""
        if request.path.startswith("/_control/"):
            return self._control.answer(request)
        answer = self._faults.around(request, self._good)
        self._control.journal.write(request, answer.status)
        return replace(answer, delay=answer.delay + self._control.latency)

    def _good(self, request: Request) -> Answer:
        match request.path.rstrip("/"):
            case "/oauth/authorize" if request.method in {"GET", "POST"}:
                return self._oauth.authorize(request)
            case "/oauth/access_token" if request.method == "POST":
                return self._oauth.exchange(request)
            case "" | "/healthz":
                return page_of(
                    "<!doctype html><title>simulator</title><p>A stand-in for Instagram."
                )
        if request.path.startswith("/v1/"):
            return self._api.answer(request)
        if request.path.startswith("/media/"):
            return self._media.answer(request)
        if request.path.startswith("/download/"):
            return self._desk.answer(request)
        return self.bluesky.answer(request) or Answer(404, b"Not Found", "text/plain")
