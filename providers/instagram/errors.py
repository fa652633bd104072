"""What Instagram's errors mean. The type decides, then the message; the status hardly ever.

It answers 400 to nearly everything, and now and then 200 with an error inside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from providers.answer import Reply
from providers.errors import (
    BadRequest,
    Gone,
    NeedsReauth,
    ProviderError,
    RateLimited,
    Retired,
    SignInFailed,
    TryLater,
    Unavailable,
    Unexpected,
)
from providers.text import clean, key_name, whole

_Make = Callable[[float | None], ProviderError]


def _limited(wait: float | None) -> ProviderError:
    return RateLimited("rate_limited", "Instagram's hourly limit is reached.", wait)


def _dead(_: float | None) -> ProviderError:
    return NeedsReauth("token_invalid", "Instagram no longer accepts this sign-in.")


def _narrow(_: float | None) -> ProviderError:
    return NeedsReauth("missing_scope", "This sign-in lacks the permission to read likes.")


def _retired(_: float | None) -> ProviderError:
    return Retired("endpoint_retired", "Instagram has closed this part of its API for everybody.")


def _hidden(_: float | None) -> ProviderError:
    return Gone("not_allowed", "Instagram does not show this to you: private or blocked.")


def _missing(_: float | None) -> ProviderError:
    return Gone("not_found", "Instagram does not have this any more.")


def _stale(_: float | None) -> ProviderError:
    return BadRequest("invalid_parameters", "Instagram did not accept the place to read from.")


def _no_token(_: float | None) -> ProviderError:
    return BadRequest("missing_parameter", "Instagram missed the sign-in in our question.")


def _unsigned(_: float | None) -> ProviderError:
    return BadRequest(
        "signature", "Instagram wants signed requests: switch that off in the app's settings."
    )


# (part of the error type, part of the message, what it is): the first row that fits, in lower case.
_MEANINGS: tuple[tuple[str, str, _Make], ...] = (
    ("oauthratelimit", "", _limited),
    ("oauthaccesstoken", "", _dead),
    ("oauthpermissions", "", _narrow),
    ("oauthparameter", "", _no_token),
    ("oauthforbidden", "", _unsigned),
    ("apinotallowed", "retired", _retired),
    ("apinotallowed", "", _hidden),
    ("apinotfound", "", _missing),
    ("apiinvalidparameters", "", _stale),
    ("oauthexception", "", _dead),
    # Types that no list knows: the sentence tells. 2012 put it into the type itself.
    ("", "retired", _retired),
    ("", "maximum number of requests", _limited),
    ("", "authenticated user", _no_token),
    ("", "access_token provided is invalid", _dead),
    ("", '"access_token" provided is invalid', _dead),
)


def error_of(reply: Reply) -> ProviderError | None:
    """The error that an answer carries, in `meta` or bare; None when it is none."""
    meta = reply.body.get("meta")
    said = meta if isinstance(meta, Mapping) else reply.body
    kind = clean(said.get("error_type"), 200)
    code = whole(said.get("code")) or reply.status
    if reply.status < 400 and code < 400 and not kind:
        return None
    sentence = f"{kind} {clean(said.get('error_message'), 1000)}".lower()
    for part, words, make in _MEANINGS:
        if part in kind.lower() and words in sentence:
            return make(reply.retry_after)
    return _by_number(reply, code, kind)


def _by_number(reply: Reply, code: int, kind: str) -> ProviderError:
    """Without a type that is known, only the numbers are left to go by."""
    if {reply.status, code} & {420, 429}:
        return _limited(reply.retry_after)
    if reply.status >= 500 or code >= 500:
        return Unavailable(f"http_{reply.status}", "Instagram is not well at the moment.")
    named = f" of type {key_name(kind)}" if kind else ""
    return Unexpected("unknown_error", f"Instagram answered with an unknown error{named}.")


def sign_in_error_of(reply: Reply) -> ProviderError | None:
    """The same for the exchange of a code: whatever is no matter of waiting ends the sign-in."""
    error = error_of(reply)
    if error is None or isinstance(error, TryLater):
        return error
    return _sign_in_failed(reply)


def _sign_in_failed(reply: Reply) -> ProviderError:
    meta = reply.body.get("meta")
    said = meta if isinstance(meta, Mapping) else reply.body
    message = clean(said.get("error_message"), 1000).lower()
    if "redirect" in message:
        return SignInFailed(
            "redirect_mismatch", "Instagram knows this site by another redirect address."
        )
    if "client" in message:
        return SignInFailed("bad_app", "Instagram does not know this site's app or its secret.")
    if "code" in message:
        return SignInFailed("code_used", "This sign-in was already used or took too long.")
    return SignInFailed("sign_in_failed", "Instagram did not accept the sign-in.")
