"""Each fault as a function of the request and of the good answer it spoils."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from simulator import spoilt_pages
from simulator.wire import Answer, Request, as_json, bare, enveloped, page_of

Next = Callable[[Request], Answer]
Options = Mapping[str, Any]
Kind = Callable[[Request, Next, Options], Answer]

_BUSY = "The maximum number of requests per hour has been exceeded."
_SCOPE = (
    "This request requires scope=public_content, but this access token is not authorized with this"
    " scope. The user must re-authorize your application with scope=public_content to be granted"
    " this permissions."
)


def rate_limit(_request: Request, _good: Next, options: Options) -> Answer:
    """`variant`: bare (as sent), enveloped, or 2012 (HTTP 400, code 420)."""
    form = options.get("variant", "bare")
    if form == "enveloped":
        answer = enveloped("OAuthRateLimitException", _BUSY, 429, 429)
    elif str(form) == "2012":
        answer = bare("OAuthRateLimitException", _BUSY, 420, 400)
    else:
        answer = bare("OAuthRateLimitException", _BUSY, 429, 429)
    return replace(answer, headers={"X-Ratelimit-Limit": "5000", "X-Ratelimit-Remaining": "0"})


def unavailable_html(_request: Request, _good: Next, options: Options) -> Answer:
    status = int(options.get("status", 503))
    return page_of(f"<html><body><h1>{status} Service Unavailable</h1></body></html>", status)


def truncated_json(request: Request, good: Next, _options: Options) -> Answer:
    """Half of the answer, and a length that says it is whole."""
    answer = good(request)
    return replace(answer, body=answer.body[: len(answer.body) // 2])


def truncated_picture(request: Request, good: Next, options: Options) -> Answer:
    """The connection ends in the middle; `short`: the length lies too."""
    answer = good(request)
    if options.get("short"):
        return replace(answer, body=answer.body[: len(answer.body) * 2 // 3])
    return replace(answer, cut=True)


def wrong_type_picture(_request: Request, _good: Next, options: Options) -> Answer:
    """A web page that calls itself a picture, or what `content_type` says."""
    kind = str(options.get("content_type", "image/jpeg"))
    return Answer(200, b"<!doctype html><title>Sorry</title><p>not a picture", kind)


def slow(request: Request, good: Next, options: Options) -> Answer:
    """`seconds` before the first byte, or with `drip` spread over the body."""
    answer, seconds = good(request), float(options.get("seconds", 3))
    return replace(answer, drip=seconds) if options.get("drip") else replace(answer, delay=seconds)


def dead_token(_request: Request, _good: Next, options: Options) -> Answer:
    """`variant`: quoted (with quotation marks) or ok (HTTP 200 with an error inside)."""
    words = "The access_token provided is invalid."
    if options.get("variant") == "quoted":
        words = 'The "access_token" provided is invalid.'
    status = 200 if options.get("variant") == "ok" else 400
    return enveloped("OAuthAccessTokenException", words, status=status)


def xrpc_error(_request: Request, _good: Next, options: Options) -> Answer:
    """An error as the AT Protocol says it: `status`, `error`, `message`, `headers`."""
    status = int(options.get("status", 400))
    name = str(options.get("error", "InvalidRequest"))
    said = {"error": name, "message": str(options.get("message", "as ordered"))}
    headers = {str(key): str(value) for key, value in dict(options.get("headers", {})).items()}
    return as_json(said, status, headers)


def other_bytes(request: Request, good: Next, _options: Options) -> Answer:
    """The same picture with one byte more: it can be looked at, but it is not what was asked."""
    answer = good(request)
    return replace(answer, body=answer.body + b"\0")


def _fixed(answer: Answer) -> Kind:
    return lambda _request, _good, _options: replace(answer, headers={})


def _status(status: int, words: bytes) -> Kind:
    def answer(_request: Request, _good: Next, options: Options) -> Answer:
        return Answer(int(options.get("status", status)), words, "text/plain")

    return answer


KINDS: dict[str, Kind] = {
    "rate_limit": rate_limit,
    "unavailable_html": unavailable_html,
    "truncated_json": truncated_json,
    "truncated_picture": truncated_picture,
    "wrong_type_picture": wrong_type_picture,
    "slow": slow,
    "xrpc_error": xrpc_error,
    "other_bytes": other_bytes,
    "dead_token": dead_token,
    "reset": _fixed(Answer(0, reset=True)),
    "html_200": _fixed(page_of("<html><body>Please wait a moment</body></html>")),
    "empty_200": _fixed(Answer(200)),
    "array_200": _fixed(as_json([1, 2, 3])),
    "missing_media": _status(404, b"Not Found"),
    "forbidden_media": _status(403, b"URL signature expired"),
    "retired": _fixed(enveloped("APINotAllowedError", "This endpoint has been retired")),
    "not_allowed": _fixed(enveloped("APINotAllowedError", "you cannot view this resource")),
    "not_found": _fixed(enveloped("APINotFoundError", "invalid media id")),
    "stale_cursor": _fixed(enveloped("APIInvalidParametersError", "invalid parameters")),
    "bad_signature": _fixed(
        bare(
            "OAuthForbiddenException", "Invalid signed-request: Signature does not match", 403, 403
        )
    ),
    "unknown_error": _fixed(enveloped("SomethingNewException", "We are not sure either.")),
    "missing_scope": _fixed(enveloped("OAuthPermissionsException", _SCOPE)),
    **spoilt_pages.KINDS,
}

_OF_MEDIA = ("truncated_picture", "wrong_type_picture", "missing_media", "forbidden_media")
USUAL = dict.fromkeys(_OF_MEDIA, "media") | dict.fromkeys(spoilt_pages.KINDS, "liked")
USUAL |= {"xrpc_error": "xrpc", "other_bytes": "blob"}
"""Where a fault strikes when its order does not say; else anywhere in the API."""
