"""Media fetched by a process of its own, beside a visit that somebody waits for.

Reading pages into rows and fetching pictures are enough work for one processor each; two threads
of one process would share one.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from multiprocessing.context import ForkProcess
from types import FrameType

from django.db import connections

from archive.models import MediaItem
from harvester.download import Download

PAUSE = 2.0
PATIENCE = 10.0
COUNT_EVERY = 0.5
_FORK = multiprocessing.get_context("fork")
_PAGE, _OVER = "page", "over"
Tell = Callable[[int, int], None]


@dataclass(slots=True)
class Beside:
    """The visit's end of it. `tell` hears how many media are settled, and how many are left."""

    _pipe: Pipe
    _tell: Tell

    def ring(self) -> None:
        """There are media that nobody has fetched yet."""
        self._say(_PAGE)
        self.listen(0)

    def listen(self, seconds: float) -> None:
        """Pass on what has been told, or will be within so many seconds."""
        with suppress(EOFError, OSError):  # it died: what it leaves is settled by the visit
            while self._pipe.poll(seconds):
                self._tell(*self._pipe.recv())
                seconds = 0

    def finish(self) -> None:
        """No page comes any more: what is left is fetched, and that was it."""
        self._say(_OVER)

    def _say(self, word: str) -> None:
        with suppress(OSError):
            self._pipe.send(word)


@contextmanager
def fetching(user_id: int, tell: Tell) -> Iterator[Beside]:
    """A process that fetches this person's wanted media while the block runs, and those left after.

    When the block fails it stops, and hands back what it has claimed. It ends with this process,
    however that ends.
    """
    ours, theirs = _FORK.Pipe()
    connections.close_all()  # nobody may talk on a connection that another one talks on
    process = _FORK.Process(target=_fetch, args=(user_id, theirs, ours))
    gc.freeze()  # what both only read stays one copy in memory
    process.start()
    gc.unfreeze()
    theirs.close()
    beside = Beside(ours, tell)
    try:
        yield beside
        beside.finish()
        while process.is_alive():
            beside.listen(COUNT_EVERY)
    finally:
        _end(process, ours)


def _end(process: ForkProcess, pipe: Pipe) -> None:
    """Ask it to stop; it hands back its claims at once, and gets no time for what is in the air."""
    process.terminate()
    process.join(PATIENCE)
    pipe.close()  # whoever is still there ends with it
    process.join()


def _fetch(user_id: int, pipe: Pipe, others_end: Pipe) -> None:
    others_end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the visit, which stops us
    signal.signal(signal.SIGTERM, _stop)
    bell = _Bell()
    threading.Thread(target=bell.listen, args=(pipe,), daemon=True).start()
    try:
        while not bell.is_over:
            bell.wait()
            _go(user_id, pipe)
    finally:
        connections.close_all()


def _stop(number: int, frame: FrameType | None) -> None:
    sys.exit(0)  # not at once: what is claimed is handed back


@dataclass(slots=True)
class _Bell:
    """What the visit says."""

    is_over: bool = False
    _rung: threading.Event = field(default_factory=threading.Event)

    def listen(self, pipe: Pipe) -> None:
        """Hear the visit out; when it dies in mid-sentence, so do we."""
        with suppress(EOFError, OSError):
            while word := pipe.recv():
                self.is_over = word == _OVER
                self._rung.set()
        os._exit(1)

    def wait(self) -> None:
        """Wait for the bell, but not for long: nobody rings for what another worker reads."""
        self._rung.wait(PAUSE)
        self._rung.clear()


def _go(user_id: int, pipe: Pipe) -> None:
    """Fetch what there is, and tell now and then how far it is: counting is no small thing."""
    due = 0.0

    def after(settled: int) -> None:
        nonlocal due
        if time.monotonic() >= due:
            report(pipe, settled, lambda: left(user_id))
            due = time.monotonic() + COUNT_EVERY

    Download(user_id, after=after).run()


def report(pipe: Pipe, settled: int, count: Callable[[], int]) -> None:
    """Say how many are settled and left; nothing where nobody listens.

    Who waited for an ear would keep no claim alive meanwhile.
    """
    if select.select([], [pipe], [], 0)[1]:
        with suppress(OSError):
            pipe.send((settled, count()))


def left(user_id: int) -> int:
    """How many media of a person are still to be fetched, as far as anybody knows."""
    return MediaItem.objects.wanted().filter(user=user_id, gone_at=None).count()
