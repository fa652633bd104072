"""Media bytes: under caps, typed by themselves, hashed; nothing is left of what failed."""

from __future__ import annotations

import hashlib
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from providers.errors import (
    Denied,
    Gone,
    RateLimited,
    Refused,
    Unacceptable,
    Unavailable,
    Unexpected,
    WrongContent,
)
from providers.fetch import LIMITS, Fetcher
from providers.pinned import Guard, Outlet
from tests.providers.certificates import certificate
from tests.providers.pictures import animation, film, picture
from tests.providers.servers import Answer, Drip, house, say, saying

JPEG = picture("JPEG", (400, 300))
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def fetch(api, fetcher, into):
    def fetch(answer, kind="image", path="/m"):
        api.answers[path] = answer if isinstance(answer, Answer) else Answer(body=answer)
        return fetcher.fetch(f"{api.url}{path}", kind=kind, into=into)

    return fetch


def fetch_from(script, into, kind="image", **limits):
    with saying(script) as place:
        tight = {kind: replace(LIMITS[kind], **limits)}
        fetcher = Fetcher(frozenset({place}), limits=tight)
        return fetcher.fetch(f"http://{place}/m.jpg", kind=kind, into=into)


def left(into):
    return list(into.iterdir())


def test_a_picture_is_stored_hashed_and_typed(fetch, into):
    got = fetch(JPEG)
    assert got.path.read_bytes() == JPEG
    assert got.path.parent == into
    assert got.size_bytes == len(JPEG)
    assert got.sha256 == hashlib.sha256(JPEG).hexdigest()
    assert got.content_type == "image/jpeg"


@pytest.mark.parametrize(
    ("data", "kind", "content_type"),
    [
        (picture("PNG"), "image", "image/png"),
        (picture("WEBP"), "image", "image/webp"),
        (animation("GIF"), "image", "image/gif"),
        (film(), "video", "video/mp4"),
    ],
)
def test_the_type_is_that_of_the_bytes_whatever_the_header_says(fetch, data, kind, content_type):
    answer = Answer(body=data, headers={"Content-Type": "text/html"})
    assert fetch(answer, kind, "/page.html").content_type == content_type


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "image"),
        (b"<html>log in</html>", "image"),
        (b"<svg/>", "image"),
        (b"%PDF-1.4", "image"),
        (b"\xff\xd8", "image"),
        (film(), "image"),
        (JPEG, "video"),
        (film()[:-1], "video"),
        (film() + b"#EXTM3U", "video"),
    ],
)
def test_wrong_content_is_refused_and_leaves_nothing(fetch, into, data, kind):
    answer = Answer(body=data, headers={"Content-Type": "image/jpeg"})
    with pytest.raises(WrongContent):
        fetch(answer, kind)
    assert left(into) == []


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, Gone),
        (410, Gone),
        (401, Denied),
        (403, Denied),
        (451, Denied),
        (429, RateLimited),
        (408, Unavailable),
        (500, Unavailable),
        (503, Unavailable),
        (204, Unexpected),
        (206, Unexpected),
        (304, Unexpected),
        (400, Unexpected),
        (418, Unexpected),
    ],
)
def test_a_status_is_an_error_by_what_to_do_about_it(fetch, into, status, error):
    with pytest.raises(error):
        fetch(Answer(status, b"", {"Retry-After": "3"}))
    assert left(into) == []


def test_the_request_is_plain(api, fetch):
    fetch(JPEG)
    assert {"Cookie", "Authorization", "Referer"}.isdisjoint(api.heard[0].headers)
    assert api.heard[0].headers["Accept-Encoding"] == "identity"


def test_a_query_goes_along(api, fetcher, into):
    api.answers["/m"] = Answer(body=JPEG)
    fetcher.fetch(f"{api.url}/m?sig=a%2Fb&t=1", kind="image", into=into)
    assert api.heard[0].query == {"sig": ["a/b"], "t": ["1"]}


def test_three_redirects_are_followed(api, fetch):
    for n in range(1, 4):
        api.answers[f"/m{n - 1}"] = Answer(302, b"", {"Location": f"/m{n}"})
    api.answers["/m3"] = Answer(body=JPEG)
    assert fetch(api.answers["/m0"], path="/m0").size_bytes == len(JPEG)


def test_a_fourth_redirect_is_too_many(fetch, api):
    with pytest.raises(Refused):
        fetch(Answer(302, b"", {"Location": "/m"}))
    assert len(api.heard) == 4


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:1/",
        "https://localhost/",
        "file:///etc/passwd",
        "ftp://photos.example/a",
        "http://[::1/",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "http://u:p@photos.example/",
    ],
)
def test_each_redirect_is_checked_like_the_first(fetch, api, into, target):
    with pytest.raises(Refused):
        fetch(Answer(302, b"", {"Location": target}))
    assert len(api.heard) == 1
    assert left(into) == []


def test_a_redirect_to_another_private_port_is_refused(fetch, into):
    with house() as canary:
        with pytest.raises(Refused):
            fetch(Answer(302, b"", {"Location": f"{canary.url}/x"}))
        assert canary.heard == []


class Wired(Guard):
    """A guard whose public hosts all stand in one house of this machine."""

    def __init__(self, allow_private, port):
        super().__init__(allow_private)
        self._port = port

    def connect(self, host, port):
        if self.is_exempt(host, port):
            return super().connect(host, port)
        return socket.create_connection(("127.0.0.1", self._port), 5)


def test_a_stranger_does_not_redirect_to_a_host_that_the_operator_opened(api, fetcher, into):
    with house() as street:
        fetcher._outlet = Outlet(Wired(frozenset({api.host}), street.port), size=2)
        street.answers["/m"] = Answer(302, b"", {"Location": f"{api.url}/m"})
        api.answers["/m"] = Answer(body=JPEG)
        with pytest.raises(Refused) as caught:
            fetcher.fetch("http://photos.example/m", kind="image", into=into)
        assert fetcher.fetch(f"{api.url}/m", kind="image", into=into).size_bytes == len(JPEG)
    assert caught.value.code == "opened_host"
    assert (len(street.heard), len(api.heard)) == (1, 1)


def leading_to(server):
    """A resolver that finds every name there."""
    where = ("127.0.0.1", server.port)
    return lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", where)]


def test_an_address_without_its_scheme_is_asked_for_in_secret(into, tmp_path):
    ca_file, server_tls, _ = certificate(tmp_path, "photos.example")
    with house(server_tls) as server:
        place = f"photos.example:{server.port}"
        fetcher = Fetcher(frozenset({place}), resolver=leading_to(server), ca_file=ca_file)
        server.answers["/m"] = Answer(body=JPEG)
        assert fetcher.fetch(f"//{place}/m", kind="image", into=into).size_bytes == len(JPEG)


def test_a_redirect_from_https_to_http_is_refused(into, tmp_path):
    ca_file, server_tls, _ = certificate(tmp_path, "photos.example")
    with house(server_tls) as server:
        place = f"photos.example:{server.port}"
        fetcher = Fetcher(frozenset({place}), resolver=leading_to(server), ca_file=ca_file)
        server.answers["/m"] = Answer(302, b"", {"Location": "http://other.example/"})
        with pytest.raises(Refused) as caught:
            fetcher.fetch(f"https://{place}/m", kind="image", into=into)
    assert caught.value.code == "bad_scheme"


def test_a_redirect_nowhere_is_unexpected(fetch):
    with pytest.raises(Unexpected):
        fetch(Answer(302))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a.jpg",
        "http://10.0.0.1/a.jpg",
        "http://[fd00::1]/a.jpg",
        "http://169.254.169.254/a.jpg",
        "//127.0.0.1/a.jpg",
        "https://127.0.0.1:6379/a.jpg",
        "ftp://photos.example/a.jpg",
        "/a.jpg",
        "a.jpg",
        "",
        "http://",
        "http://u@photos.example/a.jpg",
        "http://photos.example:8080/a.jpg",
        "http://" + "a" * 70 + ".example/a.jpg",
        "http://.example/a.jpg",
    ],
)
def test_an_address_against_policy_is_refused(into, url):
    with pytest.raises(Refused):
        Fetcher().fetch(url, kind="image", into=into)
    assert left(into) == []


@pytest.mark.parametrize("claim", [b"", b"Content-Length: 100000\r\n"])
def test_a_body_shorter_than_announced_is_cut(into, claim):
    with pytest.raises(WrongContent):
        fetch_from(say(OK + claim + b"\r\n" + (JPEG if claim else b"")), into)
    assert left(into) == []


@pytest.mark.parametrize(
    "head",
    [b"", b"Content-Length: 99999999999\r\n", b"Transfer-Encoding: chunked\r\n"],
    ids=["unsaid", "claimed", "chunked"],
)
def test_an_endless_body_ends_at_the_cap(into, head):
    sent = []

    def script(conn):
        conn.sendall(OK + head + b"\r\n")
        piece = JPEG + bytes(65536)
        piece = b"%x\r\n%b\r\n" % (len(piece), piece) if b"chunked" in head else piece
        while True:
            sent.append(conn.send(piece))

    with pytest.raises(Unacceptable):
        fetch_from(script, into, size_bytes=1_000_000)
    assert left(into) == []
    assert sum(sent) < 20_000_000  # the cap and what two kernels buffer


def test_a_picture_of_just_the_cap_is_taken(into):
    head = OK + b"Content-Length: %d\r\n\r\n" % len(JPEG)
    assert fetch_from(say(head + JPEG), into, size_bytes=len(JPEG)).size_bytes == len(JPEG)
    with pytest.raises(Unacceptable):
        fetch_from(say(OK + b"\r\n" + JPEG), into, size_bytes=len(JPEG) - 1)


@pytest.mark.parametrize(
    "script",
    [
        Drip(b"HTTP/1.1 200 OK\r\nX: ", b"a"),
        Drip(OK + b"\r\n" + JPEG, b"x"),
        Drip(OK + b"Content-Length: 99999\r\n\r\n" + JPEG[:100], b"x"),
    ],
    ids=["header", "unsaid", "claimed"],
)
def test_one_deadline_ends_whatever_drips(into, script):
    with pytest.raises(Unavailable):
        fetch_from(script, into, seconds=1.5)
    assert script.was_left
    assert left(into) == []


def test_what_comes_too_slowly_is_given_up_before_the_deadline(into):
    with pytest.raises(Unavailable) as caught:
        fetch_from(Drip(OK + b"\r\n" + JPEG[:50], b"x"), into, seconds=60, grace=0.2, pace=100_000)
    assert caught.value.code == "too_slow"


@pytest.mark.parametrize(
    "script", [say(b""), say(b"SSH-2.0\r\n"), say(OK + b"X: " + b"y" * 100_000 + b"\r\n\r\n")]
)
def test_a_host_that_speaks_no_http_is_unavailable(into, script):
    with pytest.raises(Unavailable):
        fetch_from(script, into)


def test_a_broken_exchange_is_not_tried_again_on_the_quiet(into):
    asked = []

    def script(conn):
        asked.append(conn)

    with pytest.raises(Unavailable):
        fetch_from(script, into)
    assert len(asked) == 1


def test_nobody_listening_is_unavailable(into):
    with pytest.raises(Unavailable):
        Fetcher(frozenset({"127.0.0.1:1"})).fetch("http://127.0.0.1:1/a", kind="image", into=into)


def test_a_packed_body_is_not_unpacked(fetch):
    with pytest.raises(WrongContent):
        fetch(Answer(body=b"\x1f\x8b" + bytes(99), headers={"Content-Encoding": "gzip"}))


def test_a_full_or_missing_disk_is_no_fault_of_the_service(api, fetcher, into):
    api.answers["/m"] = Answer(body=JPEG)
    with pytest.raises(OSError, match="No such file"):
        fetcher.fetch(f"{api.url}/m", kind="image", into=into / "missing")


def test_many_threads_share_one_fetcher(api, fetcher, into):
    pictures = {f"/{n}": picture("PNG", (n + 1, 7)) for n in range(40)}
    api.answers.update({path: Answer(body=data) for path, data in pictures.items()})

    def one(path):
        return path, fetcher.fetch(f"{api.url}{path}", kind="image", into=into).path.read_bytes()

    with ThreadPoolExecutor(16) as pool:
        assert dict(pool.map(one, list(pictures) * 3)) == pictures
    assert len({heard.client for heard in api.heard}) <= 16
