"""A token is in the sealed column, in memory and in the request to its provider: nowhere else."""

from __future__ import annotations

import logging
import traceback

import pytest

from providers.errors import ProviderError
from providers.registry import SERVICES
from providers.secret import Secret, without
from providers.shapes import Account, Grant
from providers.turns import AtOnce
from tests.providers.conftest import CANARY
from tests.providers.posts import make_post
from tests.providers.servers import Answer, say, saying

LIKED = "/v1/users/self/media/liked"
ERRORS = [
    Answer(400, {"meta": {"code": 400, "error_type": "OAuthAccessTokenException",
                          "error_message": f"bad access_token {CANARY}"}}),
    Answer(400, {"code": 400, "error_type": CANARY, "error_message": CANARY}),
    Answer(429, {"code": 429, "error_type": "OAuthRateLimitException"}),
    Answer(502, f"<html>{CANARY}</html>".encode()),
    Answer(200, f"<html>{CANARY}</html>".encode()),
    Answer(200, {"data": CANARY}),
    Answer(200, {"data": [], "pagination": CANARY}),
    Answer(200, {"data": [], "pagination": {"next_url": f"https://evil.example/?t={CANARY}"}}),
    Answer(200, {"data": [], "pagination": {"next_url": f"http://127.0.0.1/?t={CANARY}"}}),
    Answer(200, {"data": [], "pagination": {"next_max_like_id": f"{CANARY} x"}}),
    Answer(200, [CANARY]),
    Answer(302, CANARY.encode(), {"Location": f"https://evil.example/?access_token={CANARY}"}),
    Answer(200, b"{}", {"Content-Length": "999", "Connection": "close"}),
    Answer(200, b"{}", {"Content-Encoding": "gzip"}),
]  # fmt: skip
TOLD = ("CANARY0", "CANARY-client", "access_token=7001", "access_token%")
WIRES = [
    say(b""),
    say(b"no http at all\r\n\r\n"),
    say(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"),
    say(b"HTTP/1.1 200 OK\r\nBroken header\r\n\r\n{"),
]


@pytest.fixture(autouse=True)
def _listening(caplog):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="urllib3")


def traces(error: BaseException) -> str:
    """All that any tool could show of an error, local variables of every frame included."""
    shown = [str(error), repr(error), repr(error.args), *traceback.format_exception(error)]
    frame = error.__traceback__.tb_next if error.__traceback__ else None  # the first is the test's
    while frame:
        shown += [f"{name}={value!r}" for name, value in frame.tb_frame.f_locals.items()]
        frame = frame.tb_next
    assert error.__cause__ is None
    assert error.__context__ is None
    return "\n".join(shown)


def assert_silent(error: BaseException, caplog) -> None:
    told = traces(error) + caplog.text
    assert not [value for value in TOLD if value in told]


@pytest.mark.parametrize("answer", ERRORS)
def test_no_error_of_a_page_tells_the_token(api, client, caplog, answer):
    api.answers[LIKED] = answer
    with pytest.raises(ProviderError) as caught:
        client.page("liked", None)
    assert api.heard[0].query["access_token"] == [CANARY]
    assert_silent(caught.value, caplog)


@pytest.mark.parametrize("answer", ERRORS)
@pytest.mark.parametrize("what", ["profile", "post"])
def test_no_error_of_another_question_tells_the_token(api, client, caplog, answer, what):
    api.answers["/v1/users/self"] = api.answers["/v1/media/5_6"] = answer
    with pytest.raises(ProviderError) as caught:
        client.profile() if what == "profile" else client.post("5", "6")
    assert_silent(caught.value, caplog)


@pytest.mark.parametrize("answer", [*ERRORS, Answer(200, {"access_token": f"{CANARY} {CANARY}"})])
def test_no_error_of_an_exchange_tells_its_secrets(api, instagram, caplog, answer):
    api.answers["/oauth/access_token"] = answer
    with pytest.raises(ProviderError) as caught:
        instagram.exchange(code=CANARY, redirect_uri="http://x/cb", verifier=f"v-{CANARY}")
    assert "client_secret=CANARY" in api.heard[0].body
    assert_silent(caught.value, caplog)


def test_no_error_after_an_exchange_tells_the_new_token(api, instagram, caplog):
    api.answers["/oauth/access_token"] = Answer(body={"access_token": CANARY})
    api.answers["/v1/users/self"] = Answer(500, b"")
    with pytest.raises(ProviderError) as caught:
        instagram.exchange(code="c0de", redirect_uri="http://x/cb", verifier="v" * 43)
    assert_silent(caught.value, caplog)


@pytest.mark.parametrize("script", WIRES)
def test_no_broken_connection_tells_the_token(instagram, caplog, script):
    with saying(script) as place:
        with pytest.raises(ProviderError) as caught:
            _at(place).page("liked", None)
        assert_silent(caught.value, caplog)


def test_a_page_read_well_tells_the_token_nowhere(api, client, caplog):
    next_url = f"{api.url}{LIKED}?access_token={CANARY}&max_like_id=5"
    pagination = {"next_url": next_url, "next_max_like_id": "5"}
    api.answers[LIKED] = Answer(body={"data": [make_post()], "pagination": pagination})
    page = client.page("liked", "17")
    assert "CANARY" not in repr(page) + caplog.text
    assert "max_like_id" not in caplog.text
    assert "/users/self/media/liked" in caplog.text


def test_no_error_of_media_tells_the_query_of_its_address(api, fetcher, into, caplog):
    api.answers["/a.jpg"] = Answer(403, b"Request has expired")
    with pytest.raises(ProviderError) as caught:
        fetcher.fetch(f"{api.url}/a.jpg?sig=CANARY", kind="image", into=into)
    error = caught.value
    assert api.heard[0].query == {"sig": ["CANARY"]}
    assert "CANARY" not in f"{error}{error!r}{caplog.text}"
    assert error.__cause__ is None
    assert error.__context__ is None


def test_a_redirect_of_media_takes_nothing_along(api, fetcher, into, caplog):
    location = {"Location": "/b.jpg?t=CANARY", "Set-Cookie": "a=b"}
    api.answers["/a.jpg"] = Answer(302, b"", location)
    with pytest.raises(ProviderError):
        fetcher.fetch(f"{api.url}/a.jpg?sig=CANARY", kind="image", into=into)
    assert not {"Cookie", "Authorization", "Referer"} & set(api.heard[1].headers)
    assert "CANARY" not in caplog.text


def test_a_secret_is_taken_out_however_it_is_escaped():
    secret = Secret("a+b/c=d&é")
    text = r"a+b/c=d&é a%2Bb%2Fc%3Dd%26%C3%A9 a+b\/c=d&\u00e9 a+b/c=d&\u00e9"
    assert without(text, [secret]) == "… … … …"


def test_a_secret_prints_as_dots():
    assert f"{Secret(CANARY)} {Secret(CANARY)!r} {[Grant(CANARY)]}".count("CANARY") == 0


def _at(place):
    service = SERVICES["instagram"].from_values(
        {"INSTAGRAM_API_URL": f"http://{place}/v1", "FETCH_ALLOW_PRIVATE_HOSTS": place}
    )
    return service.client(Account(grant=Grant(CANARY)), turns=AtOnce())
