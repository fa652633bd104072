"""Which addresses may be connected to."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from providers.address import allowed_hosts, authority, is_public, where
from providers.errors import BadConfiguration, Refused
from providers.pinned import Guard

CLOSED = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.8.8.8",
    "168.63.129.16",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.9",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:8.8.8.8",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "2606:4700::1%eth0",
]
OPEN = [
    "8.8.8.8",
    "1.1.1.1",
    "52.216.1.1",
    "100.128.0.1",
    "172.32.0.1",
    "2606:4700::1111",
    "2a00:1450:4001::5",
]
EVERY = frozenset({"http", "https"})


@pytest.mark.parametrize("address", CLOSED)
def test_a_special_address_is_not_public(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", OPEN)
def test_an_ordinary_address_is_public(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://photos.example/a.jpg",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "//photos.example/a.jpg",
        "https:///a.jpg",
        "https://user@photos.example/a.jpg",
        "https://user:pw@photos.example/a.jpg",
        "https://photos.example:8443/a.jpg",
        "http://photos.example:22/a.jpg",
        "https://photos.example:99999/a.jpg",
        "https://photos.example\\@evil.example/a.jpg",
        "https://photos.example/a\nb.jpg",
        "https://[::1/a.jpg",
        "https://[::1]/a.jpg",
        "https://127.0.0.1/a.jpg",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/a.jpg",
        "https://redis/a.jpg",
        "https://nas.local/a.jpg",
        "https://metadata.google.internal/a.jpg",
        "https://hidden.onion/a.jpg",
    ],
)
def test_an_address_against_policy_is_refused_without_asking_a_resolver(url):
    guard = Guard(resolver=_never)
    with pytest.raises(Refused):
        guard.check(url, EVERY)


@pytest.mark.parametrize(
    "url", ["https://photos.example/a.jpg", "http://s3.amazonaws.com/a.jpg", "https://8.8.8.8/a"]
)
def test_an_address_of_the_web_is_allowed(url):
    Guard(resolver=_never).check(url, EVERY)


def test_http_is_refused_where_only_https_is_spoken():
    with pytest.raises(Refused, match="https"):
        Guard().check("http://photos.example/a.jpg", frozenset({"https"}))


def test_a_host_that_the_operator_opened_is_exempt_from_scheme_port_and_name():
    guard = Guard(allowed_hosts("127.0.0.1:9000, Minio.LAN:9001,[::1]:80"))
    for url in ("http://127.0.0.1:9000/a", "http://minio.lan:9001/a", "http://[::1]/a"):
        guard.check(url, frozenset({"https"}))


def test_an_opened_host_is_open_on_its_port_only():
    with pytest.raises(Refused):
        Guard(allowed_hosts("127.0.0.1:9000")).check("http://127.0.0.1:9001/a", EVERY)


@pytest.mark.parametrize("text", ["127.0.0.1", "http://127.0.0.1:80", "a b", ":80", "x:y", "a@b:1"])
def test_a_misspelt_allow_list_is_loud(text):
    with pytest.raises(BadConfiguration, match="FETCH_ALLOW_PRIVATE_HOSTS"):
        allowed_hosts(text)


def test_an_empty_allow_list_opens_nothing():
    assert allowed_hosts(" , ") == frozenset()


def test_an_authority_has_one_spelling():
    assert authority("Photos.Example.", 80) == authority("photos.example", 80)


def test_the_words_for_an_address_leave_out_query_and_password():
    shown = where("https://u:pw@photos.example/a/b.jpg?token=secret#frag")
    assert shown == "https://photos.example/a/b.jpg"


def _never(*args, **kwargs):
    raise AssertionError("the resolver was asked")
