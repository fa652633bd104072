"""The levers behind the sky: deeds of people, limits of hosts, truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulator.bluesky.accounts import Account
from simulator.bluesky.app import Bluesky
from simulator.bluesky.hosts import USUAL_LIMIT, USUAL_WINDOW
from simulator.bluesky.likes import Like
from simulator.bluesky.truth import card, truth
from simulator.world import now_ms

_MOST = 100_000
Said = Mapping[str, Any]


class Levers:
    """Answers /_control/bluesky/…; ValueError when an order makes no sense."""

    def __init__(self, bluesky: Bluesky) -> None:
        self._sky = bluesky.sky
        self._hosts = bluesky.hosts
        self._blobs = bluesky.blobs

    def all(self) -> Mapping[str, Callable[[Said], Any]]:
        """Each lever by method and name."""
        posts = {
            "like": self._like,
            "unlike": self._unlike,
            "delete_post": self._delete,
            "set_likes": self._set_likes,
            "profile_text": self._profile_text,
            "rename": self._rename,
            "move": self._move,
            "limit": self._limit,
        }
        levers = {f"POST bluesky/{name}": deed for name, deed in posts.items()}
        return levers | {"GET bluesky/truth": self._truth, "GET bluesky/people": self._people}

    def _like(self, said: Said) -> Any:
        """`count` more posts, or one `subject`; `rkey` and `created_at` as the maker wants."""
        person, count = self._person(said), _whole(said, "count", 1)
        words = [str(said.get(name) or "") for name in ("subject", "rkey", "created_at")]
        made = [self._sky.like(person, *words) for _ in range(count)]
        return {"liked": [like.subject for like in made], "rkeys": [like.rkey for like in made]}

    def _unlike(self, said: Said) -> Any:
        person, row = self._person(said), self._row(said)
        self._sky.do("unlike", person.key, row.rkey)
        return {"unliked": row.subject}

    def _delete(self, said: Said) -> Any:
        """The post at `uri`, or the one that a person liked; the likes stay."""
        address = str(said.get("uri") or "") or self._row(said).subject
        if self._sky.post(address) is None:
            raise ValueError("no such post")
        self._sky.do("delete", address)
        return {"deleted": address}

    def _set_likes(self, said: Said) -> Any:
        """Exactly `count` plain likes, for a new person where nobody is called that."""
        person = self._sky.account(str(said.get("person", "")), "")
        key = person.key if person else str(said.get("person") or "")
        if not key:
            raise ValueError("person has a name")
        self._sky.do("set", key, _whole(said, "count", 0), now_ms())
        return card(self._sky, self._sky.accounts[key])

    def _profile_text(self, said: Said) -> Any:
        self._sky.do("text", self._person(said).key, str(said.get("text", "")))
        return {}

    def _rename(self, said: Said) -> Any:
        self._sky.do("rename", self._person(said).key, str(said.get("handle", "")))
        return card(self._sky, self._person(said))

    def _move(self, said: Said) -> Any:
        """The repository is at the origin `to` from now on; "" is the first port."""
        to = str(said.get("to") or "")
        if to and to not in self._hosts.others:
            raise ValueError("there is no such origin")
        self._sky.do("move", self._person(said).key, to)
        return {"home": to}

    def _limit(self, said: Said) -> Any:
        """`limit` calls in `window` seconds for a `host` (host:port)."""
        limit, host = _whole(said, "limit", USUAL_LIMIT), str(said.get("host") or "")
        if not host:
            raise ValueError("host is host:port")
        self._hosts.limit(host, limit, float(said.get("window", USUAL_WINDOW)))
        return {"limit": limit}

    def _truth(self, said: Said) -> Any:
        hashes = str(said.get("hashes", "")) in {"1", "true"}
        return truth(self._sky, self._blobs, self._person(said), hashes=hashes)

    def _people(self, _said: Said) -> Any:
        known = tuple(self._sky.accounts.values())
        people = [one for one in known if not one.key.startswith("author:")]
        return {"people": [card(self._sky, one) for one in people]}

    def _person(self, said: Said) -> Account:
        person = self._sky.account(str(said.get("person", "")), "")
        if person is None:
            raise ValueError(f"nobody is called {said.get('person', '')!r}")
        return person

    def _row(self, said: Said) -> Like:
        """The record with `rkey` or `subject`, or the newest but `position`."""
        rows = self._sky.likes(self._person(said)).rows[::-1]
        for name in ("rkey", "subject"):
            if said.get(name):
                rows = [row for row in rows if getattr(row, name) == said[name]]
        position = _whole(said, "position", 0)
        if position >= len(rows):
            raise ValueError("there are not so many likes")
        return rows[position]


def _whole(said: Said, name: str, usual: int) -> int:
    number = int(said.get(name, usual))
    if not 0 <= number <= _MOST:
        raise ValueError(f"{name} is between 0 and {_MOST}")
    return number
