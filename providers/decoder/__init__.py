"""Decoding in a child process: hostile pictures never meet the process that asks.

The child has little memory, little time per picture, no environment of ours and, where the kernel
allows, no network. When it dies, that is a verdict on the picture, not on the caller.
"""

from __future__ import annotations

import json
import os
import queue
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import IO, Any, TypeAlias, cast

from providers import sniff
from providers.errors import Unacceptable, WrongContent

_ROOT = Path(__file__).resolve().parents[2]
_ANSWER_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Seen:
    """What decoding showed: size as shown (turned by EXIF), seconds of a video, mean colour.

    `colour` is "#rrggbb", "" for a video.
    """

    width: int
    height: int
    duration: float | None
    colour: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A small WebP without metadata, the caller's to move or delete."""

    path: Path
    width: int
    height: int


class Decoder:
    """Checks pictures and draws previews in a few child processes. Thread-safe, fork-safe.

    Children start when first needed and end with `close`, or soon after this process, however it
    ends. `seconds` is the time that one picture may take.
    """

    def __init__(self, *, children: int = 2, seconds: float = 20.0) -> None:
        self._children = children
        self._seconds = seconds
        self._seats_of: dict[int, _Seats] = {}

    def inspect(self, path: Path, content_type: str) -> Seen:
        """Decode the whole picture, or walk the whole video; WrongContent or Unacceptable."""
        if content_type in sniff.VIDEOS:
            film = sniff.film(path)
            return Seen(film.width, film.height, film.duration, "")
        found = self._ask({"do": "inspect", "path": str(path), "type": content_type})
        return Seen(found["width"], found["height"], None, found["colour"])

    def preview(
        self, path: Path, content_type: str, widths: Sequence[int], into: Path
    ) -> list[Preview]:
        """WebP previews in directory `into`: one for each width below the picture's own, or else
        one of the picture's own width. Pictures only.
        """
        stem = str(into / f"preview-{token_hex(8)}")
        order = {"do": "preview", "path": str(path), "type": content_type}
        try:
            found = self._ask({**order, "widths": list(widths), "stem": stem})
        except (WrongContent, Unacceptable, OSError):
            for left in into.glob(f"{Path(stem).name}-*"):
                left.unlink(missing_ok=True)
            raise
        return [Preview(Path(one["path"]), one["width"], one["height"]) for one in found["made"]]

    def start(self) -> None:
        """Start the children that are not there yet: who comes with a picture finds them ready.

        Waits for none that is at work.
        """
        seats, free = self._seats(), []
        with suppress(queue.Empty):
            while True:
                free.append(seats.get_nowait())
        for child in free:
            seats.put(child or _Child())

    def close(self) -> None:
        """End the children once their work is done. Safe to repeat; later orders start new ones."""
        seats = self._seats()
        for child in [seats.get() for _ in range(self._children)]:
            if child is not None:
                child.stop()
            seats.put(None)

    def _ask(self, order: dict[str, Any]) -> Any:
        if order["type"] not in sniff.IMAGES:
            raise Unacceptable("wrong_type", "Only pictures can be decoded.")
        with self._child() as child:
            answer = child.ask(order, self._seconds)
        if answer is None:
            raise WrongContent("undecodable", "Decoding the picture took too much time or memory.")
        if "errno" in answer:
            raise OSError(answer["errno"], answer["words"])
        if "refused" in answer:
            error = Unacceptable if answer["final"] else WrongContent
            raise error(answer["refused"], answer["words"])
        return answer

    @contextmanager
    def _child(self) -> Iterator[_Child]:
        seats = self._seats()
        child = seats.get()
        try:
            if child is not None and not child.is_alive():
                child.stop()  # died between two pictures: nobody's fault
                child = None
            child = _Child() if child is None else child
            yield child
        finally:
            seats.put(child if child is not None and child.is_alive() else None)

    def _seats(self) -> _Seats:
        """The places of this process's children, empty at first: a fork inherits none."""
        pid = os.getpid()
        if pid not in self._seats_of:
            seats: _Seats = queue.LifoQueue()
            for _ in range(self._children):
                seats.put(None)
            self._seats_of.setdefault(pid, seats)  # atomic: no lock that a fork could copy
        return self._seats_of[pid]


class _Child:
    """One child and its two pipes: an order is a line of JSON, so is an answer."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-s", "-B", "-m", "providers.decoder"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            # Nothing of our environment: it holds secrets. One arena keeps the address space small.
            env={"PYTHONPATH": str(_ROOT), "MALLOC_ARENA_MAX": "1", "LC_ALL": "C.UTF-8"},
            start_new_session=True,  # Ctrl-C is for us; the child ends with its work
        )
        self._orders = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("IO[bytes]", self._process.stdout)
        self._poll = select.poll()
        self._poll.register(self._answers, select.POLLIN)

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, order: dict[str, Any], seconds: float) -> Any:
        """The answer to one order; None when the child died of it or had to be stopped."""
        try:
            line = self._exchange(json.dumps(order).encode() + b"\n", seconds)
            return json.loads(line)
        except (OSError, ValueError):
            self.stop()
            return None
        except BaseException:
            self.stop()  # an interrupted conversation would answer the next picture with this one
            raise

    def _exchange(self, order: bytes, seconds: float) -> bytes:
        os.write(self._orders.fileno(), order)
        answer = b""
        end = time.monotonic() + seconds
        while not answer.endswith(b"\n"):
            ready = self._poll.poll(max(0.0, end - time.monotonic()) * 1000)
            chunk = os.read(self._answers.fileno(), _ANSWER_BYTES) if ready else b""
            if not chunk:
                raise TimeoutError("no answer")
            answer += chunk
        return answer

    def stop(self) -> None:
        """Kill the child and take its pipes down."""
        self._process.kill()
        self._orders.close()
        self._answers.close()
        self._process.wait()


_Seats: TypeAlias = "queue.LifoQueue[_Child | None]"
