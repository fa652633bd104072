"""What Instagram's errors mean: type, then message, hardly ever the status."""

from __future__ import annotations

import pytest

from providers.answer import Reply
from providers.errors import (
    BadRequest,
    Gone,
    NeedsReauth,
    RateLimited,
    Retired,
    SignInFailed,
    Unavailable,
    Unexpected,
)
from providers.instagram.errors import error_of, sign_in_error_of

LIMIT = "You have exceeded the maximum number of requests per hour."
NO_USER = "No authenticated user present: self is not defined"
CASES = [
    (400, "OAuthAccessTokenException", "The access_token provided is invalid.", NeedsReauth),
    (400, "OAuthAccessTokenException", 'The "access_token" provided is invalid.', NeedsReauth),
    (400, "OAuthPermissionsException", "This request requires scope=public_content", NeedsReauth),
    (400, "OAuthException", "Error validating access token", NeedsReauth),
    (400, "OAuthParameterException", "Missing client_id or access_token", BadRequest),
    (400, "APIInvalidParametersError", "Count must be larger than zero.", BadRequest),
    (403, "OAuthForbiddenException", "Invalid signed-request", BadRequest),
    (400, "APINotAllowedError", "you cannot view this resource", Gone),
    (400, "APINotAllowedError", "This endpoint has been retired", Retired),
    (400, "APINotFoundError", "this user does not exist", Gone),
    (400, "APINotFoundError", "invalid media id", Gone),
    (429, "OAuthRateLimitException", LIMIT, RateLimited),
    (400, "OAuthRateLimitException", LIMIT, RateLimited),
    (400, NO_USER, "", BadRequest),
    (400, "SomethingNew", NO_USER, BadRequest),
    (400, "SomethingNew", "This endpoint has been retired", Retired),
    (400, "SomethingNew", "The access_token provided is invalid.", NeedsReauth),
    (400, "SomethingNew", "huh", Unexpected),
    (503, "SomethingNew", "huh", Unavailable),
    (400, None, None, Unexpected),
    (500, None, None, Unavailable),
    (429, None, None, RateLimited),
    (420, None, None, RateLimited),
]


@pytest.mark.parametrize(("status", "kind", "message", "error"), CASES)
@pytest.mark.parametrize("bare", [True, False], ids=["bare", "meta"])
def test_an_error_is_known_by_its_type_and_message(status, kind, message, error, bare):
    said = {"code": status, "error_type": kind, "error_message": message}
    body = said if bare else {"meta": said}
    assert type(error_of(Reply(status, body, None, None))) is error


def test_a_status_of_200_does_not_make_an_error_an_answer():
    said = {"code": 400, "error_type": "OAuthAccessTokenException", "error_message": "invalid"}
    assert isinstance(error_of(Reply(200, {"meta": said}, None, None)), NeedsReauth)


def test_nor_does_it_hide_that_the_service_is_not_well():
    assert isinstance(error_of(Reply(200, {"meta": {"code": 500}}, None, None)), Unavailable)


def test_the_code_of_2012_means_too_often_whatever_the_status():
    assert isinstance(error_of(Reply(400, {"code": 420}, 30.0, None)), RateLimited)


def test_a_rate_limit_carries_the_wait_if_one_was_said():
    assert error_of(Reply(429, {"code": 429}, 30.0, None)).retry_after == 30.0


@pytest.mark.parametrize("body", [{"meta": {"code": 200}, "data": []}, {"data": []}, {}])
def test_an_answer_is_no_error(body):
    assert error_of(Reply(200, body, None, None)) is None


@pytest.mark.parametrize(
    "junk", [None, [], "x", {"code": "?"}, {"error_type": ["a"]}, {"code": []}]
)
def test_junk_in_an_error_is_an_error_still(junk):
    assert isinstance(error_of(Reply(400, {"meta": junk}, None, None)), Unexpected)


def test_what_somebody_wrote_does_not_get_into_the_words():
    said = {"error_type": "dear diary, today", "error_message": "private words"}
    words = str(error_of(Reply(400, {"meta": said}, None, None)))
    assert "diary" not in words
    assert "private" not in words


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Matching code was not found or was already used.", "code_used"),
        ("No matching code found.", "code_used"),
        ("Redirect URI does not match registered redirect URI", "redirect_mismatch"),
        ("Invalid Client ID", "bad_app"),
        ("Something else", "sign_in_failed"),
    ],
)
def test_a_failed_exchange_says_what_to_do(message, code):
    body = {"code": 400, "error_type": "OAuthException", "error_message": message}
    error = sign_in_error_of(Reply(400, body, None, None))
    assert isinstance(error, SignInFailed)
    assert error.code == code


@pytest.mark.parametrize(("status", "error"), [(429, RateLimited), (503, Unavailable)])
def test_an_exchange_that_may_work_later_is_no_failed_sign_in(status, error):
    assert isinstance(sign_in_error_of(Reply(status, {"code": status}, None, None)), error)
