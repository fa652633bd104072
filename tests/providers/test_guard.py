"""Connections go to the address that was checked, and to no other."""

from __future__ import annotations

import os
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from providers.deadline import deadline
from providers.errors import Refused, Unavailable
from providers.fetch import Fetcher
from providers.http import Bounds, Wire
from providers.pinned import Guard
from tests.providers.certificates import certificate
from tests.providers.servers import Answer, house, saying

ODD = ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0x7f000001", "１２７.0.0.1", "127.0.0.1."]


class Names:
    """A resolver with given answers, in turn; the last one stays."""

    def __init__(self, *answers: list[tuple[str, int]]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host, port, **_):
        self.asked.append(host)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", where) for where in answer]


def test_a_name_that_leads_to_a_private_address_is_refused(api):
    names = Names([("127.0.0.1", api.port)])
    with pytest.raises(Refused, match="private"):
        Guard(resolver=names).connect("rebind.example", 80)
    assert api.heard == []


def test_one_private_record_among_public_ones_is_enough(api):
    names = Names([("8.8.8.8", 80), ("127.0.0.1", api.port)])
    with pytest.raises(Refused):
        Guard(resolver=names).connect("mixed.example", 80)


def test_a_name_is_resolved_once_per_connection(api, into):
    names = Names([("127.0.0.1", api.port)])
    fetcher = Fetcher(frozenset({f"photos.example:{api.port}"}), resolver=names)
    api.answers["/a.jpg"] = Answer(404)
    with pytest.raises(Exception, match="no longer"):
        fetcher.fetch(f"http://photos.example:{api.port}/a.jpg", kind="image", into=into)
    assert names.asked == ["photos.example"]
    assert api.heard[0].headers["Host"] == f"photos.example:{api.port}"


@pytest.mark.parametrize("host", ODD)
def test_an_odd_spelling_of_an_address_is_judged_by_where_it_leads(host, into):
    with pytest.raises(Refused):
        Fetcher().fetch(f"http://{host}/a.jpg", kind="image", into=into)


def test_search_domains_are_left_out(api):
    names = Names([("10.0.0.1", 80)])
    with pytest.raises(Refused):
        Guard(resolver=names).connect("photos.example", 80)
    assert names.asked == ["photos.example."]


def test_a_name_that_is_not_there_may_come_back():
    def nothing(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(Unavailable, match="resolved"):
        Guard(resolver=nothing).connect("gone.example", 80)


def test_a_resolver_that_hangs_is_left_behind():
    release = threading.Event()

    def slow(*_, **__):
        release.wait(20)
        return []

    wire = Wire(Guard(resolver=slow), bounds=Bounds(seconds=0.2))
    with pytest.raises(Unavailable):
        wire.get("https://slow.example/", {})
    release.set()


def test_a_site_of_slow_names_leaves_room_for_others(api):
    """Look-ups outlive whoever waited for them."""
    release, hanging = threading.Event(), []

    def slow(host, port, **_):
        if host.startswith("slow"):
            hanging.append(host)
            release.wait(20)
            return []
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", api.port))]

    guard = Guard(frozenset({f"photos.example:{api.port}"}), slow)

    def ask(number):
        with deadline(0.3), pytest.raises((Unavailable, TimeoutError)):
            guard.connect(f"slow{number}.Evil.example.", 443)

    with ThreadPoolExecutor(70) as pool:
        list(pool.map(ask, range(70)))
    guard.connect("photos.example", api.port).close()
    assert len(hanging) == 8
    release.set()


def test_of_a_site_of_slow_names_the_next_goes_on_when_one_is_found(api):
    one, others = threading.Event(), threading.Event()

    def slow(host, port, **_):
        if host.startswith("slow"):
            (one if host.startswith("slow0") else others).wait(20)
            return []
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", api.port))]

    guard = Guard(frozenset({f"ninth.evil.example:{api.port}"}), slow)

    def ask(number):
        with deadline(0.3), pytest.raises((Unavailable, TimeoutError)):
            guard.connect(f"slow{number}.evil.example", 443)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(8)))
    threading.Timer(0.2, one.set).start()
    with deadline(3):
        guard.connect("ninth.evil.example", api.port).close()
    others.set()


def test_proxies_and_netrc_of_the_machine_are_not_used(api, wire, tmp_path):
    kept = dict(os.environ)
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password secret\n")
    os.environ.update(
        HTTP_PROXY="http://127.0.0.1:1",
        ALL_PROXY="http://127.0.0.1:1",
        NETRC=str(tmp_path / "netrc"),
    )
    try:
        api.answers["/v1"] = Answer(body={"data": 1})
        assert wire.get(f"{api.url}/v1", {}).status == 200
    finally:
        os.environ.clear()
        os.environ.update(kept)
    assert "Authorization" not in api.heard[0].headers


def test_connections_are_reused(api, wire):
    api.answers["/v1"] = Answer(body={"data": "x" * 100_000})
    for _ in range(5):
        wire.get(f"{api.url}/v1", {})
    assert len({heard.client for heard in api.heard}) == 1


def test_a_fork_does_not_share_connections(api, wire):
    api.answers["/v1"] = Answer(body={"data": 1})
    wire.get(f"{api.url}/v1", {})
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if wire.get(f"{api.url}/v1", {}).status == 200 else 1)
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    wire.get(f"{api.url}/v1", {})
    clients = [heard.client for heard in api.heard]
    assert clients[0] == clients[2] != clients[1]


def test_tls_is_verified_against_the_name_not_the_address(tmp_path):
    ca_file, server_tls, asked = certificate(tmp_path, "photos.example")
    with house(server_tls) as server:
        place = f"photos.example:{server.port}"
        names = Names([("127.0.0.1", server.port)])
        wire = Wire(Guard(frozenset({place}), names), ca_file=ca_file)
        server.answers["/v1"] = Answer(body={"data": 1})
        assert wire.get(f"https://{place}/v1", {}).status == 200
    assert asked == ["photos.example"]


def test_a_certificate_for_another_name_is_not_trusted(tmp_path):
    ca_file, server_tls, _ = certificate(tmp_path, "other.example")
    with house(server_tls) as server:
        place = f"photos.example:{server.port}"
        names = Names([("127.0.0.1", server.port)])
        wire = Wire(Guard(frozenset({place}), names), ca_file=ca_file)
        with pytest.raises(Unavailable, match="trust"):
            wire.get(f"https://{place}/v1", {})
        assert server.heard == []


def test_a_certificate_of_a_stranger_is_not_trusted(tmp_path):
    _, server_tls, _ = certificate(tmp_path, "photos.example")
    with house(server_tls) as server:
        place = f"photos.example:{server.port}"
        wire = Wire(Guard(frozenset({place}), Names([("127.0.0.1", server.port)])))
        with pytest.raises(Unavailable, match="trust"):
            wire.get(f"https://{place}/v1", {})


def test_a_tls_host_that_never_speaks_is_left_behind():
    hush = threading.Event()
    with saying(lambda conn: hush.wait(5)) as place:
        wire = Wire(Guard(frozenset({place})), bounds=Bounds(seconds=0.3))
        with pytest.raises(Unavailable):
            wire.get(f"https://{place}/v1", {})
        hush.set()
