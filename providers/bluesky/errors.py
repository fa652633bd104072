"""What the network's errors mean: the name decides, then the message, then the status.

PLC directory, PDS and AppView answer alike: a status and `{"error": NAME, "message": …}`.
"""

from __future__ import annotations

from collections.abc import Callable

from providers.answer import Reply
from providers.errors import (
    BadRequest,
    Gone,
    ProviderError,
    RateLimited,
    Unavailable,
    Unexpected,
)
from providers.text import clean, key_name

_Make = Callable[[], ProviderError]


def _no_repo() -> ProviderError:
    return Gone("repo_not_found", "The account is not at its server any more.")


def _closed() -> ProviderError:
    return Gone("account_closed", "The account is switched off or was taken down.")


def _no_record() -> ProviderError:
    return Gone("record_not_found", "There is no such record.")


def _no_handle() -> ProviderError:
    return Gone("handle_not_found", "Nobody has this handle.")


def _not_public() -> ProviderError:
    return Unavailable("not_public", "The server does not answer strangers at the moment.")


def _unwell() -> ProviderError:
    return Unavailable("unwell", "The server is not well at the moment.")


def _stale() -> ProviderError:
    return BadRequest("invalid_request", "The server did not accept the question.")


def _missing() -> ProviderError:
    return Gone("not_found", "The server does not have this.")


# (error name, part of the message, what it is) in lower case: the first row that fits. Servers of
# every age say InvalidRequest where later ones have a name of its own.
_MEANINGS: tuple[tuple[str, str, _Make], ...] = (
    ("reponotfound", "", _no_repo),
    ("accountnotfound", "", _no_repo),
    ("repodeactivated", "", _closed),
    ("repotakendown", "", _closed),
    ("reposuspended", "", _closed),
    ("accountdeactivated", "", _closed),
    ("accounttakedown", "", _closed),
    ("accountsuspended", "", _closed),
    ("recordnotfound", "", _no_record),
    ("blobnotfound", "", _missing),
    ("handlenotfound", "", _no_handle),
    ("didnotfound", "", _missing),
    ("diddeactivated", "", _closed),
    ("invalidrequest", "could not find repo", _no_repo),
    ("invalidrequest", "could not find root", _no_repo),
    ("invalidrequest", "could not find user", _no_repo),
    ("invalidrequest", "could not locate record", _no_record),
    ("invalidrequest", "unable to resolve handle", _no_handle),
    ("invalidrequest", "", _stale),
    ("authmissing", "", _not_public),
    ("authenticationrequired", "", _not_public),
    ("invalidtoken", "", _not_public),
    ("expiredtoken", "", _not_public),
    ("forbidden", "", _not_public),
    ("upstreamfailure", "", _unwell),
    ("upstreamtimeout", "", _unwell),
    ("notenoughresources", "", _unwell),
    ("internalservererror", "", _unwell),
)
_BY_STATUS: dict[int, _Make] = {
    401: _not_public,
    403: _not_public,
    404: _missing,
    408: _unwell,
    410: _missing,
    425: _unwell,
}


def error_of(reply: Reply, host: str) -> ProviderError | None:
    """The error that an answer of `host` (host:port) carries; None when it is none."""
    if reply.status < 400:
        return None
    name = clean(reply.body.get("error"), 200).lower()
    if reply.status == 429 or name == "ratelimitexceeded":
        return limited(host, reply.resets_in if reply.retry_after is None else reply.retry_after)
    if reply.status >= 500:
        return _unwell()
    message = clean(reply.body.get("message"), 1_000).lower()
    for known, part, make in _MEANINGS:
        if name == known and part in message:
            return make()
    return _by_status(reply.status, name)


def _by_status(status: int, name: str) -> ProviderError:
    """Without a name that is known, only the number is left to go by."""
    # A method that a server does not have is no sign that what was asked for is gone.
    make = None if name == "xrpcnotsupported" else _BY_STATUS.get(status)
    if make is not None:
        return make()
    named = f" named {key_name(name)}" if name else ""
    return Unexpected("unknown_error", f"The server answered with an unknown error{named}.")


def limited(host: str, seconds: float | None) -> RateLimited:
    """Everybody who asks `host` from here has to wait."""
    return RateLimited("rate_limited", "The server asks to wait.", seconds, host)
