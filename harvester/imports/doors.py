"""Which service a file is from: told by its content, never by what it is called."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from accounts import upstream
from providers.errors import BadExport
from providers.service import Export, Service

# What a door says of a file that is sound, and holds none of the lists it knows.
NO_LISTS = "no_lists"
_NOBODYS = BadExport("no_service", "No service here reads files of this kind.")


@dataclass(frozen=True, slots=True)
class Opened:
    """An export that is whole, and the service it is from."""

    service: Service
    export: Export


@contextmanager
def opened(path: Path, name: str) -> Iterator[Opened]:
    """The first service's export that `path` is; BadExport with the best of their reasons."""
    with ExitStack() as stack:
        yield _first(stack, path, name)


def with_folders() -> list[Service]:
    """Services whose posts can be told from what other programs left."""
    return [service for service in upstream.services() if service.folders]


def _first(stack: ExitStack, path: Path, name: str) -> Opened:
    reasons: list[BadExport] = []
    for service in upstream.services():
        if service.exports is None:
            continue
        try:
            return Opened(service, stack.enter_context(service.exports.open(path, name)))
        except BadExport as exc:
            reasons.append(exc)
    # Who knows its lists and finds them broken, knows more of it than who finds none.
    reasons.sort(key=lambda exc: exc.code == NO_LISTS)
    raise next(iter(reasons), _NOBODYS)
