"""The levers of the sky as methods: `sim.bluesky.like("lina", 3)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Control = Callable[..., Any]


class BlueskyLevers:
    """Pulls them over HTTP; a person is a key, a handle or a DID. ValueError says what is wrong."""

    def __init__(self, control: Control, host: str) -> None:
        self._control = control
        self._host = host

    def like(self, person: str = "lina", count: int = 1, **said: Any) -> list[str]:
        """Like `count` more posts, or `subject`, with `rkey` and `created_at`; the subjects."""
        return list(self._post("like", person=person, count=count, **said)["liked"])

    def unlike(self, person: str = "lina", **said: Any) -> str:
        """Take back the like with `rkey` or of `subject`, or the newest but `position`."""
        return str(self._post("unlike", person=person, **said)["unliked"])

    def delete_post(self, **said: Any) -> str:
        """Delete the post at `uri`, or a `person`'s newest like but `position`."""
        return str(self._post("delete_post", **said)["deleted"])

    def set_likes(self, person: str, count: int) -> dict[str, Any]:
        """Give a person (a new one, if need be) exactly that many plain likes; who they are."""
        return dict(self._post("set_likes", person=person, count=count))

    def profile_text(self, person: str, text: str) -> None:
        """What the person says of themselves."""
        self._post("profile_text", person=person, text=text)

    def rename(self, person: str, handle: str) -> None:
        self._post("rename", person=person, handle=handle)

    def move(self, person: str, to: str = "") -> None:
        """Move a repository to the origin that `sim.second()` gave, or back to the first."""
        self._post("move", person=person, to=to)

    def limit(self, limit: int, *, window: float = 300.0, host: str = "") -> None:
        """So many XRPC calls in `window` seconds, at the first port or another host:port."""
        self._post("limit", limit=limit, window=window, host=host or self._host)

    def fail(self, status: int = 400, error: str = "InvalidRequest", **said: Any) -> None:
        """The next call fails so: `match` (records, posts, blob, …), `times`, `skip`, `headers`."""
        self._control("POST", "faults", kind="xrpc_error", status=status, error=error, **said)

    def truth(self, person: str = "lina", *, hashes: bool = False) -> dict[str, Any]:
        """What an archive ought to hold, newest first; `hashes` draws every file."""
        return dict(self._control("GET", "bluesky/truth", person=person, hashes=int(hashes)))

    def people(self) -> list[dict[str, Any]]:
        return list(self._control("GET", "bluesky/people")["people"])

    def _post(self, lever: str, **said: Any) -> Any:
        return self._control("POST", f"bluesky/{lever}", **said)
