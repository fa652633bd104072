"""API calls: whatever a service says, the answer is a JSON object or an error of ours."""

from __future__ import annotations

import gzip
import json
import resource
import zlib
from datetime import UTC, datetime

import pytest

from providers.answer import read_json, requests_left, retry_after
from providers.deadline import deadline, seconds_left
from providers.errors import ProviderError, RateLimited, Refused, Unavailable, Unexpected
from providers.http import Bounds, Wire
from providers.pinned import Guard
from providers.secret import Secret
from tests.providers.servers import Answer, Drip, say, saying

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def ask(script, **bounds):
    with saying(script) as place:
        wire = Wire(Guard(frozenset({place})), bounds=Bounds(**bounds))
        return wire.get(f"http://{place}/v1/x", {"a": "b"})


def test_an_object_is_answered_with_its_status_and_headers(api, wire):
    headers = {"X-Ratelimit-Remaining": "17", "Retry-After": "30"}
    api.answers["/v1"] = Answer(400, {"meta": {"code": 400}}, headers)
    reply = wire.get(f"{api.url}/v1", {"q": "ü &"})
    assert (reply.status, reply.requests_left, reply.retry_after) == (400, 17, 30.0)
    assert reply.body == {"meta": {"code": 400}}
    assert api.heard[0].query == {"q": ["ü &"]}


def test_no_cookie_comes_back_and_the_agent_is_named(api, wire):
    api.answers["/v1"] = Answer(body={}, headers={"Set-Cookie": "a=b"})
    for _ in range(2):
        wire.get(f"{api.url}/v1", {})
    assert "Cookie" not in api.heard[1].headers
    assert api.heard[1].headers["User-Agent"].startswith("Likelist/")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(api, wire, status):
    api.answers["/v1"] = Answer(status, b"", {"Location": f"{api.url}/elsewhere"})
    with pytest.raises(Unexpected, match="redirect"):
        wire.get(f"{api.url}/v1", {})
    assert [heard.path for heard in api.heard] == ["/v1"]


def test_an_api_is_spoken_to_by_https_only(wire):
    with pytest.raises(Refused):
        wire.get("http://api.example/v1", {})


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", Unavailable),
        (b"<html>maintenance</html>", Unavailable),
        (b'{"data": [{"id": "1"', Unavailable),
        (b'{"data": "\xff\xfe"}', Unavailable),
        (b"[1, 2, 3]", Unexpected),
        (b"null", Unexpected),
        (b'"text"', Unexpected),
        (b"[" * 200_000, Unexpected),
        (b'{"a":' * 50_000, Unexpected),
    ],
)
def test_nonsense_is_an_error_with_words(body, error):
    with pytest.raises(error) as caught:
        read_json(body, ())
    assert caught.value.words


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'\xef\xbb\xbf{"a": 1}', 1),
        (b'{"a": NaN}', None),
        (b'{"a": -Infinity}', None),
        (b'{"a": 1e400}', None),
        (b'{"a": 1, "a": 2}', 2),
        (b'{"a": 9223372036854775809}', 9223372036854775809),
        (b'{"a": ' + b"7" * 5000 + b"}", "7" * 5000),
        (rb'{"a": "\ud83d\udd25"}', "\N{FIRE}"),
        (rb'{"a": "\ud83d"}', "\ud83d"),
    ],
)
def test_odd_json_is_read_without_loss(body, value):
    assert read_json(body, ()) == {"a": value}


@pytest.mark.parametrize(
    ("status", "error"), [(429, RateLimited), (500, Unavailable), (502, Unavailable)]
)
def test_html_of_a_gateway_is_judged_by_its_status(api, wire, status, error):
    api.answers["/v1"] = Answer(status, b"<html>no</html>", {"Retry-After": "7"})
    with pytest.raises(error) as caught:
        wire.get(f"{api.url}/v1", {})
    if error is RateLimited:
        assert caught.value.retry_after == 7


@pytest.mark.parametrize(
    "script",
    [
        say(b""),
        say(b"SSH-2.0-OpenSSH\r\n"),
        say(OK + b"Content-Length: 100\r\n\r\n{}"),
        say(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}"),
        say(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{"),
        say(OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b'{"a": "' + b"x" * 99)[:20]),
        say(OK + b"Content-Encoding: gzip\r\n\r\nno gzip"),
        say(OK + b"X: " + b"y" * 100_000 + b"\r\n\r\n{}"),
    ],
    ids=["empty", "ssh", "short", "bad chunk", "cut chunk", "cut gzip", "no gzip", "long header"],
)
def test_a_broken_answer_is_unavailable(script):
    with pytest.raises(Unavailable):
        ask(script)


def test_nobody_listening_is_unavailable():
    wire = Wire(Guard(frozenset({"127.0.0.1:1"})))
    with pytest.raises(Unavailable, match=r"http://127.0.0.1:1/v1"):
        wire.get("http://127.0.0.1:1/v1", {"access_token": "x"})


@pytest.mark.parametrize(
    "script",
    [
        Drip(b"HTTP/1.1 200 OK\r\nX: ", b"a"),
        Drip(OK + b"\r\n", b" "),
        Drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1"),
        Drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    ],
    ids=["header", "body", "chunk size", "chunks"],
)
def test_one_deadline_ends_whatever_drips(script):
    with pytest.raises(Unavailable):
        ask(script, seconds=1.5)
    assert script.was_left


def test_within_a_deadline_the_earlier_end_counts():
    with deadline(1_000):
        with deadline(9_000):
            assert seconds_left(10_000) <= 1_000
        with deadline(100):
            assert seconds_left(10_000) <= 100
        assert 100 < seconds_left(10_000) <= 1_000
    assert seconds_left(10_000) == 10_000


def test_an_endless_body_is_cut_at_its_bound():
    sent = []

    def script(conn):
        conn.sendall(OK + b"\r\n")
        while True:
            sent.append(conn.send(b" " * 65536))

    with pytest.raises(Unexpected, match="larger"):
        ask(script, body_bytes=1_000_000)
    assert sum(sent) < 20_000_000  # what the two kernels buffer comes on top of the bound


def bomb() -> bytes:
    """200 MB of spaces, packed without ever holding them: the test watches this process's peak."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(b" " * 1_000_000) for _ in range(200)), packer.flush()])


@pytest.mark.parametrize("layers", [1, 2, 5, 50])
def test_a_decompression_bomb_stays_small(layers):
    body = bomb()
    for _ in range(layers - 1):
        body = gzip.compress(body, 1)
    encoding = ", ".join(["gzip"] * layers).encode()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ProviderError):
        ask(say(OK + b"Content-Encoding: " + encoding + b"\r\n\r\n" + body))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("-5", 0),
        ("1.5", 1.5),
        ("1000000000", 1e9),
        ("99999999999999999999", 1e9),
        ("+60", 60),
        ("Mon, 01 Jan 2018 00:01:00 GMT", 60),
        ("Sun, 31 Dec 2017 23:00:00 GMT", 0),
        ("Mon, 01 Jan 2018 00:01:00", 60),
        ("soon", None),
        ("", None),
        ("٣", None),
        ("9" * 400, None),
        ("Mon, 99 Foo 99999 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_a_date_or_nothing(text, seconds):
    now = datetime(2018, 1, 1, tzinfo=UTC)
    assert retry_after({"Retry-After": text} if text else {}, now) == seconds


@pytest.mark.parametrize(("text", "left"), [("0", 0), ("4999", 4999), ("-1", None), ("many", None)])
def test_the_requests_left_are_a_number_or_unknown(text, left):
    assert requests_left({"X-Ratelimit-Remaining": text}) == left


def test_secrets_are_taken_out_of_whatever_an_answer_echoes(api, wire):
    token = "ab.cd/ef=gh+ij"
    from_server = json.dumps({"next_url": f"http://x/?access_token={token}"}).replace("/", "\\/")
    api.answers["/v1"] = Answer(body=from_server.encode())
    reply = wire.get(f"{api.url}/v1", {}, {"access_token": Secret(token)})
    assert token not in str(reply.body)


def test_a_deadline_within_another_does_not_make_it_later():
    with deadline(0.1), deadline(60):
        assert seconds_left(9) <= 0.1


def test_a_deadline_within_another_may_be_earlier():
    with deadline(60):
        with deadline(0.1):
            assert seconds_left(9) <= 0.1
        assert seconds_left(9) == 9
