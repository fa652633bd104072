"""Sockets that obey one deadline for a whole exchange, however slowly the bytes drip.

A read timeout starts anew with every byte. The thread that speaks sets its deadline here, and each
read of its sockets, header lines included, waits for what is left of it at most.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_thread = threading.local()


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Everything that this thread reads from its sockets is done in `seconds` from now.

    Within another one the earlier end counts.
    """
    outer = getattr(_thread, "end", None)
    end = time.monotonic() + seconds
    _thread.end = end if outer is None else min(end, outer)
    try:
        yield
    finally:
        _thread.end = outer


def seconds_left(at_most: float) -> float:
    """How long one step may still wait; TimeoutError when the deadline has passed."""
    end = getattr(_thread, "end", None)
    if end is None:
        return at_most
    left = float(end) - time.monotonic()
    if left <= 0:
        raise TimeoutError("deadline passed")
    return min(at_most, left)


class TimedSocket(socket.socket):
    """A plain socket under its thread's deadline."""

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        before = self.gettimeout()
        if before is not None:
            self.settimeout(seconds_left(before))
        try:
            return super().recv_into(buffer, nbytes, flags)
        finally:
            self.settimeout(before)


class TimedTLS(ssl.SSLSocket):
    """A TLS socket under its thread's deadline."""

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        before = self.gettimeout()
        if before is not None:
            self.settimeout(seconds_left(before))
        try:
            return super().recv_into(buffer, nbytes, flags)
        finally:
            self.settimeout(before)
