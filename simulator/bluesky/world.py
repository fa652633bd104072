"""Everything that is true in the sky: accounts, their likes, and what happened since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from simulator.bluesky import accounts, posts
from simulator.bluesky.accounts import Account
from simulator.bluesky.ids import iso
from simulator.bluesky.likes import Like, Likes, choose, history, next_key
from simulator.world import World, now_ms


class Sky:
    """A function of the seed and the diary, as the world below it."""

    def __init__(self, world: World) -> None:
        self.seed = world.seed
        self.lock = world.lock
        self._world = world
        self.deleted: set[str] = set()
        self._likes: dict[str, Likes] = {}
        made = (accounts.author(self.seed, number) for number in range(accounts.AUTHORS))
        known = (*accounts.people(self.seed), *made)
        self.accounts: dict[str, Account] = {one.key: one for one in known}
        for deed, *words in world.sky_past:
            self._DEEDS[deed](self, *words)

    # what is

    def account(self, name: str, web: str) -> Account | None:
        """An account by key, handle or DID; `web` is the DID of whoever is called by the host."""
        low = name.lower()
        if name in self.accounts:
            return self.accounts[name]
        known = tuple(self.accounts.values())
        names = ((one, {one.handle, one.did or web.lower()}) for one in known)
        return next((one for one, said in names if low and low in said), None)

    def likes(self, account: Account) -> Likes:
        """The likes of that account; the years before the start are made up when asked for."""
        with self.lock:
            if account.key not in self._likes:
                made = history(
                    self.seed, account.key, account.likes, self._world.began_ms, odd=True
                )
                self._likes[account.key] = made
            return self._likes[account.key]

    def post(self, address: str) -> posts.SkyPost | None:
        """The post at that address as its author is today; None when it is gone."""
        slot = None if address in self.deleted else posts.slot_of(self.seed, address)
        if slot is None:
            return None
        found = posts.post(self.seed, slot)
        return replace(found, author=self.accounts[found.author.key])

    # what happens

    def do(self, deed: str, *words: Any) -> Any:
        """Let something happen now and remember it."""
        with self.lock:
            outcome = self._DEEDS[deed](self, *words)
            self._world.do("sky", deed, *words)
            return outcome

    def like(self, account: Account, subject: str = "", rkey: str = "", created: str = "") -> Like:
        """One more like, of any subject or of a post it had not liked yet."""
        with self.lock:
            likes, at_ms = self.likes(account), now_ms()
            if not subject:
                taken = {like.subject for like in likes.rows} | self.deleted
                parts = (account.key, len(likes.rows), "live", at_ms)
                slot = choose(self.seed, at_ms, taken.__contains__, *parts)
                subject = posts.uri_of_slot(self.seed, slot)
            like = Like(rkey or next_key(likes, at_ms), created or iso(at_ms), subject)
            self.do("like", account.key, like.rkey, like.created_at, like.subject)
            return like

    def _person(self, key: str) -> None:
        self.accounts.setdefault(key, accounts.stranger(self.seed, key))

    def _like(self, key: str, rkey: str, created: str, subject: str) -> None:
        self.likes(self.accounts[key]).add(Like(rkey, created, subject))

    def _unlike(self, key: str, rkey: str) -> bool:
        return self.likes(self.accounts[key]).remove(rkey) is not None

    def _delete(self, address: str) -> None:
        self.deleted.add(address)

    def _set(self, key: str, count: int, until_ms: int) -> None:
        self._person(key)
        self._likes[key] = history(self.seed, key, count, until_ms, odd=False)

    def _text(self, key: str, text: str) -> None:
        self.accounts[key] = replace(self.accounts[key], text=text)

    def _rename(self, key: str, handle: str) -> None:
        self.accounts[key] = replace(self.accounts[key], handle=handle.lower())

    def _move(self, key: str, home: str) -> None:
        self.accounts[key] = replace(self.accounts[key], home=home)

    _DEEDS: dict[str, Callable[..., Any]] = {
        "like": _like,
        "unlike": _unlike,
        "delete": _delete,
        "set": _set,
        "text": _text,
        "rename": _rename,
        "move": _move,
    }
