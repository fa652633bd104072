"""A simulator inside a test: `with Simulator(seed="…") as sim: …`."""

from __future__ import annotations

import json
import tempfile
import threading
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from simulator.bluesky.client import BlueskyLevers
from simulator.server import Server
from simulator.settings import DEMO_SECRET, Settings


class Simulator:
    """A whole simulator on a free port, with its levers as methods. Still and tiny unless told."""

    client_id = "demo"
    client_secret = DEMO_SECRET

    def __init__(
        self,
        seed: str = "test",
        *,
        rate: float = 0.0,
        tiny: bool = True,
        data: Path | None = None,
        **settings: Any,
    ) -> None:
        self._own = None if data else tempfile.TemporaryDirectory(prefix="simulator-")
        folder = data or Path(self._own.name if self._own else ".")
        self._settings = Settings(folder, seed=seed, rate=rate, tiny=tiny, **settings)
        self._server: Server | None = None
        self._second: Server | None = None
        self._second_port = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        if self._own:
            self._own.cleanup()

    def start(self) -> None:
        """Open the port; after `stop` the same one again, with the world as it was left."""
        self._server = _serving(Server(self._settings))
        self._settings = replace(self._settings, port=int(self._server.server_address[1]))
        if self._second_port:
            self.second()

    def second(self) -> str:
        """The origin of a second port of the same simulator, opened when first asked for."""
        if self._server is None:
            raise ValueError("it is not running")
        if self._second is None:
            settings = replace(self._settings, port=self._second_port)
            self._second = _serving(Server(settings, self._server.app))
            self._second_port = int(self._second.server_address[1])
        return self._second.url

    def stop(self) -> None:
        """Close the ports and every connection."""
        for server in (self._second, self._server):
            if server:
                server.shutdown()
                server.server_close()
        self._second = self._server = None

    def restart(self) -> None:
        self.stop()
        self.start()

    @property
    def url(self) -> str:
        return f"http://{self._settings.host}:{self._settings.port}"

    @property
    def host(self) -> str:
        """`127.0.0.1:port`, as allow-lists want it."""
        return f"{self._settings.host}:{self._settings.port}"

    @property
    def api(self) -> str:
        return f"{self.url}/v1"

    @property
    def data(self) -> Path:
        return self._settings.data

    def env(self) -> dict[str, str]:
        """The environment of a product that should talk to this."""
        return {
            "INSTAGRAM_CLIENT_ID": self.client_id,
            "INSTAGRAM_CLIENT_SECRET": self._settings.client_secret,
            "INSTAGRAM_OAUTH_URL": self.url,
            "INSTAGRAM_API_URL": self.api,
            "FETCH_ALLOW_PRIVATE_HOSTS": self.host,
        }

    def bluesky_env(self) -> dict[str, str]:
        """The same for its Bluesky, which is on the same port."""
        return {
            "BLUESKY_APPVIEW_URL": self.url,
            "BLUESKY_PLC_URL": self.url,
            "BLUESKY_CDN_URL": self.url,
            "FETCH_ALLOW_PRIVATE_HOSTS": self.host,
        }

    @property
    def bluesky(self) -> BlueskyLevers:
        """The levers of the sky."""
        return BlueskyLevers(self.control, self.host)

    def control(self, method: str, lever: str, **said: Any) -> Any:
        """Pull a lever; its JSON answer. ValueError with its sentence when it cannot be done."""
        url = f"{self.url}/_control/{lever}"
        body = None if method == "GET" else json.dumps(said).encode()
        if method == "GET" and said:
            url += "?" + urlencode(said)
        request = urllib.request.Request(url, body, method=method)  # noqa: S310  our own address
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                raise ValueError(refused.read().decode()) from None

    def token(self, person: str = "ada") -> str:
        """A valid token without the browser."""
        return str(self.control("POST", "token", person=person)["access_token"])

    def kill_token(self, person: str = "ada") -> None:
        self.control("POST", "kill_token", person=person)

    def like(self, person: str = "ada", count: int = 1, **said: Any) -> list[str]:
        """Like `count` more posts now, or the one with `post_id`; their ids, oldest first."""
        return list(self.control("POST", "like", person=person, count=count, **said)["liked"])

    def unlike(self, person: str = "ada", **said: Any) -> list[str]:
        """Un-like `post_id`, or the newest but `position`."""
        return list(self.control("POST", "unlike", person=person, **said)["unliked"])

    def relike(self, person: str = "ada", **said: Any) -> list[str]:
        """Like `post_id` anew, or what was un-liked last."""
        return list(self.control("POST", "relike", person=person, **said)["liked"])

    def delete_post(self, **said: Any) -> list[str]:
        """Delete `post_id`, or a `person`'s newest like but `position`."""
        return list(self.control("POST", "delete_post", **said)["deleted"])

    def set_likes(self, person: str, count: int) -> None:
        """Give a person (a new one, if need be) exactly that many likes."""
        self.control("POST", "set_likes", person=person, count=count)

    def window(self, person: str, size: int) -> None:
        """Let the API show that person's last `size` likes, all of them when it is 0."""
        self.control("POST", "window", person=person, size=size)

    def rename(self, person: str, username: str) -> None:
        self.control("POST", "rename", person=person, username=username)

    def rate(self, rate: float, **said: Any) -> None:
        """Likes a minute; also `person`, and the chances `unlike`, `relike`, `delete`."""
        self.control("POST", "rate", rate=rate, **said)

    def fail(self, kind: str, *, times: int | None = 1, **said: Any) -> None:
        """Order a fault: `match`, `skip`, `token` and what its kind understands."""
        self.control("POST", "faults", kind=kind, times=times, **said)

    def heal(self) -> None:
        """Clear every fault that has not yet struck."""
        self.control("DELETE", "faults")

    def latency(self, seconds: float) -> None:
        self.control("POST", "latency", seconds=seconds)

    def rate_limit(self, limit: int) -> None:
        self.control("POST", "rate_limit", limit=limit)

    def expire_media(self) -> None:
        """Let every media address handed out so far run out."""
        self.control("POST", "expire_media")

    def truth(self, person: str = "ada", *, hashes: bool = False) -> dict[str, Any]:
        """What an archive ought to hold; `hashes` draws every file."""
        return dict(self.control("GET", "truth", person=person, hashes=int(hashes)))

    def people(self) -> list[dict[str, Any]]:
        return list(self.control("GET", "people")["people"])

    def export(
        self,
        person: str = "ada",
        *,
        layout: str = "2026",
        format: str = "json",
        range: str = "all",
        parts: int = 1,
    ) -> list[bytes]:
        """What "download your information" hands out: the bytes of each zip."""
        said = {"layout": layout, "format": format, "range": range, "parts": parts}
        return list(self.export_files(person, **said).values())

    def export_files(self, person: str = "ada", **said: Any) -> dict[str, bytes]:
        """The same by name; what is not said is as on the page: JSON, but the last year only."""
        paths = self.control("POST", "export", person=person, **said)["files"]
        return {path.rpartition("/")[2]: self._bytes_of(path) for path in paths}

    def _bytes_of(self, path: str) -> bytes:
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:  # noqa: S310
            return bytes(answer.read())

    def saved(self, person: str = "ada") -> dict[str, Any]:
        """`saved`: post_id, at, author, newest first; `collections`: post_ids by name."""
        return dict(self.control("GET", "saved", person=person))

    def requests(self, endpoint: str = "") -> list[dict[str, Any]]:
        """What was asked, oldest first; of one endpoint or all."""
        lines = self.control("GET", "requests")["requests"]
        return [one for one in lines if not endpoint or one["endpoint"] == endpoint]

    def counts(self) -> dict[str, int]:
        return dict(self.control("GET", "requests")["counts"])

    def forget_requests(self) -> None:
        self.control("DELETE", "requests")


def _serving(server: Server) -> Server:
    """Listening in a thread of its own, until `shutdown`."""
    words = {"poll_interval": 0.02}
    threading.Thread(target=server.serve_forever, kwargs=words, daemon=True).start()
    return server
