"""How much work an export may make while it is looked through."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from providers.instagram.export.archive import Contents, Member
from providers.instagram.export.refusals import refused

# Of this thread's processor. Fifty thousand likes as a page take a tenth of it.
LOOK_SECONDS = 120.0


class Effort:
    """The work that an export makes from now on, until `end`; asked at every chunk of it."""

    def __init__(self) -> None:
        self._most: float | None = time.thread_time() + LOOK_SECONDS

    def watched(self, contents: Contents) -> Contents:
        """The same contents, whose chunks raise BadExport once they took too much work."""
        account = contents.account and self._watched(contents.account)
        lists = tuple(map(self._watched, contents.lists))
        return replace(contents, lists=lists, account=account)

    def end(self) -> None:
        """It was looked through: who reads it again has limits of their own."""
        self._most = None

    def _watched(self, member: Member) -> Member:
        return replace(member, chunks=partial(self._chunks, member.chunks))

    def _chunks(self, chunks: Callable[[], Iterator[bytes]]) -> Iterator[bytes]:
        for chunk in chunks():
            if self._most is not None and time.thread_time() > self._most:
                raise refused("too_much_work")
            yield chunk
