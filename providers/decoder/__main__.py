"""The child: `python -m providers.decoder` reads orders from stdin and answers on stdout."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import select
import sys
from typing import Any

from providers.decoder.picture import BadPicture, inspect, preview

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 20
FILE_BYTES = 64 * 1024 * 1024
_LOOK_UP_SECONDS = 1.0
_NEW_NETWORK, _NEW_USERS = 0x40000000, 0x10000000


def main() -> None:
    """Serve until the parent is gone or closes the pipe."""
    parent = os.getppid()
    _limit()
    while line := _next_order(parent):
        _allow_cpu()
        answer = json.dumps(_obey(json.loads(line))).encode() + b"\n"
        os.write(sys.stdout.fileno(), answer)


def _limit() -> None:
    """Little memory, no core dump, no large files, and no network where the kernel lets us."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEW_NETWORK):  # needs root; else a user namespace of our own
        libc.unshare(_NEW_NETWORK | _NEW_USERS)


def _allow_cpu() -> None:
    """CPU_SECONDS more for this picture; the kernel kills whoever takes longer."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + CPU_SECONDS + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _next_order(parent: int) -> bytes:
    """The next line; empty when the parent is gone.

    The parent's children may hold copies of its end of the pipe, so its end alone proves nothing;
    and a death signal comes when the *thread* that started us ends. So we look who our parent is.
    """
    line = b""
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([0], [], [], _LOOK_UP_SECONDS)
        chunk = os.read(0, 65536) if ready else b""
        if (ready and not chunk) or (not ready and os.getppid() != parent):
            return b""
        line += chunk
    return line


def _obey(order: dict[str, Any]) -> dict[str, Any]:
    try:
        if order["do"] == "inspect":
            return inspect(order["path"], order["type"])
        return preview(order["path"], order["type"], order["widths"], order["stem"])
    except BadPicture as exc:
        return {"refused": exc.code, "words": exc.words, "final": exc.final}
    except OSError as exc:  # of this machine's disk: no fault of the picture
        return {"errno": exc.errno, "words": exc.strerror}


if __name__ == "__main__":
    main()
