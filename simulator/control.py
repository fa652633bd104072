"""The levers behind the scenes: truth, faults, deeds, what was asked of us. JSON in and out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from simulator.faults import BadFault, Faults
from simulator.journal import Journal
from simulator.likes import LIKED_WINDOW
from simulator.living import Habits, Living
from simulator.people import Person
from simulator.tokens import Budget, Tokens
from simulator.truth import Truth
from simulator.wire import Answer, Request, as_json
from simulator.world import World, now_ms

_MOST_LIKES = 100_000
Lever = Callable[[Mapping[str, Any]], Any]


class BadOrder(Exception):
    """An order that makes no sense, and why."""


class Control:
    """Answers /_control/…"""

    def __init__(
        self,
        world: World,
        living: Living,
        tokens: Tokens,
        budget: Budget,
        faults: Faults,
        truth: Truth,
    ) -> None:
        self._world = world
        self._living = living
        self._tokens = tokens
        self._budget = budget
        self._faults = faults
        self._truth = truth
        self.journal = Journal()
        self.latency = 0.0
        self._levers: dict[str, Lever] = {
            name: partial(deed, self) for name, deed in self._DEEDS.items()
        }

    def add(self, levers: Mapping[str, Lever]) -> None:
        """Levers of other rooms; a ValueError of theirs is an order that makes no sense."""
        self._levers.update(levers)

    def answer(self, request: Request) -> Answer:
        """Do what was ordered; 400 with a sentence when it cannot be done."""
        name = f"{request.method} {request.path.removeprefix('/_control/').strip('/')}"
        deed = self._levers.get(name)
        if deed is None:
            return as_json({"error": "no such lever", "levers": sorted(self._levers)}, 404)
        try:
            said = {**request.query, **(json.loads(request.body) if request.body else {})}
            return as_json(deed(said))
        except (BadOrder, BadFault, ValueError, TypeError) as wrong:
            return as_json({"error": str(wrong)}, 400)

    def _truth_of(self, said: Mapping[str, Any]) -> Any:
        self._living.move_on()
        return self._truth.of(
            self._person(said), hashes=str(said.get("hashes", "")) in {"1", "true"}
        )

    def _people(self, _said: Mapping[str, Any]) -> Any:
        return {"people": [self._truth.card(one) for one in tuple(self._world.people.values())]}

    def _order_fault(self, said: Mapping[str, Any]) -> Any:
        self._faults.order(said)
        return {"faults": self._faults.waiting()}

    def _show_faults(self, _said: Mapping[str, Any]) -> Any:
        return {"faults": self._faults.waiting()}

    def _clear_faults(self, _said: Mapping[str, Any]) -> Any:
        self._faults.clear()
        return {"faults": []}

    def _like(self, said: Mapping[str, Any]) -> Any:
        person, media = self._person(said), said.get("post_id")
        if media is None:
            return {
                "liked": [str(one) for one in self._world.like(person, _whole(said, "count", 1))]
            }
        return {"liked": self._again(person, int(media))}

    def _again(self, person: Person, media: int) -> list[str]:
        if media in self._world.shelf(person).posts:
            raise BadOrder("is liked already")
        if self._world.any_post(media) is None:
            raise BadOrder("no such post")
        self._world.do("like", person.key, media, now_ms())
        return [str(media)]

    def _unlike(self, said: Mapping[str, Any]) -> Any:
        person = self._person(said)
        media = self._media(said, person)
        return {
            "unliked": [str(media)] if self._world.do("unlike", person.key, media, now_ms()) else []
        }

    def _relike(self, said: Mapping[str, Any]) -> Any:
        """Without a post: the one un-liked last."""
        person = self._person(said)
        gone = self._world.shelf(person).gone
        if said.get("post_id") is None and not gone:
            raise BadOrder("nothing was un-liked")
        media = int(said["post_id"]) if said.get("post_id") is not None else gone[-1][0].media
        if media in self._world.shelf(person).posts:
            self._world.do("unlike", person.key, media, now_ms())
        return {"liked": self._again(person, media)}

    def _delete(self, said: Mapping[str, Any]) -> Any:
        person = self._person(said) if "person" in said else None
        media = self._media(said, person)
        self._world.do("delete", media, now_ms())
        return {"deleted": [str(media)]}

    def _set_likes(self, said: Mapping[str, Any]) -> Any:
        """Exactly `count` likes, a new person where nobody is called that."""
        person = self._world.add(str(said["person"]) if "person" in said else "")
        self._world.do("set", person.key, _whole(said, "count", 0), now_ms())
        return self._truth.card(person)

    def _window(self, said: Mapping[str, Any]) -> Any:
        """How many likes of that person the API shows: the last `size`; 0: all of them."""
        person = self._person(said)
        self._world.do("window", person.key, _whole(said, "size", LIKED_WINDOW))
        return self._truth.card(person)

    def _rate(self, said: Mapping[str, Any]) -> Any:
        """How fast people like, for one `person` or all: likes a minute and three chances."""
        key = self._person(said).key if "person" in said else ""
        old = self._living.of(key)
        words = {
            n: float(said.get(n, getattr(old, n))) for n in ("rate", "unlike", "relike", "delete")
        }
        if min(words.values()) < 0:
            raise BadOrder("a rate is not negative")
        if key:
            self._living.own_habits[key] = Habits(**words)
        else:
            self._living.habits = Habits(**words)
            self._living.own_habits.clear()
        self._living.changed()
        return words

    def _requests(self, _said: Mapping[str, Any]) -> Any:
        return self.journal.report()

    def _reset_requests(self, _said: Mapping[str, Any]) -> Any:
        self.journal.clear()
        return self.journal.report()

    def _token(self, said: Mapping[str, Any]) -> Any:
        return {"access_token": self._tokens.issue(self._person(said))}

    def _kill_token(self, said: Mapping[str, Any]) -> Any:
        self._world.do("kill", self._person(said).key)
        return {}

    def _rename(self, said: Mapping[str, Any]) -> Any:
        person = self._person(said)
        self._world.do("rename", person.key, str(said.get("username", "")))
        return self._truth.card(self._world.people[person.key])

    def _expire_media(self, _said: Mapping[str, Any]) -> Any:
        """Every media address handed out so far has run out."""
        self._world.do("expire")
        return {}

    def _set_latency(self, said: Mapping[str, Any]) -> Any:
        self.latency = float(said.get("seconds", 0))
        return {"seconds": self.latency}

    def _limit(self, said: Mapping[str, Any]) -> Any:
        self._budget.reset(_whole(said, "limit", 5000))
        return {"limit": self._budget.limit}

    def _person(self, said: Mapping[str, Any]) -> Person:
        person = self._world.person(str(said.get("person", "")))
        if person is None:
            raise BadOrder(f"nobody is called {said.get('person', '')!r}")
        return person

    def _media(self, said: Mapping[str, Any], person: Person | None) -> int:
        """The post meant: by id, or the newest but `position` of the person's likes."""
        if said.get("post_id") is not None:
            return int(said["post_id"])
        rows = self._world.shelf(person).rows if person else []
        position = _whole(said, "position", 0)
        if position >= len(rows):
            raise BadOrder("there are not so many likes")
        return rows[-1 - position].media

    _DEEDS: dict[str, Callable[[Control, Mapping[str, Any]], Any]] = {
        "GET truth": _truth_of,
        "GET people": _people,
        "GET faults": _show_faults,
        "POST faults": _order_fault,
        "DELETE faults": _clear_faults,
        "POST like": _like,
        "POST unlike": _unlike,
        "POST relike": _relike,
        "POST delete_post": _delete,
        "POST set_likes": _set_likes,
        "POST window": _window,
        "POST rate": _rate,
        "GET requests": _requests,
        "DELETE requests": _reset_requests,
        "POST token": _token,
        "POST kill_token": _kill_token,
        "POST rename": _rename,
        "POST expire_media": _expire_media,
        "POST latency": _set_latency,
        "POST rate_limit": _limit,
    }


def _whole(said: Mapping[str, Any], name: str, usual: int) -> int:
    number = int(said.get(name, usual))
    if not 0 <= number <= _MOST_LIKES:
        raise BadOrder(f"{name} is between 0 and {_MOST_LIKES}")
    return number
