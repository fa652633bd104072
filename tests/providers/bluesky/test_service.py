"""Bluesky among the services: what it offers, and which settings it takes."""

from __future__ import annotations

import re

import pytest

from providers.bluesky import Bluesky
from providers.errors import BadConfiguration
from providers.registry import SERVICES
from providers.service import Service
from providers.shapes import Account, FeedKind
from tests.providers.bluesky.standin import ALICE


def made(**values) -> Service:
    return SERVICES["bluesky"].from_values(values)


def test_nothing_has_to_be_set():
    service = made()
    assert (service.key, service.title, service.instance) == ("bluesky", "Bluesky", "plc.directory")
    assert service.kinds == {"liked": FeedKind("liked", "Likes", default=True, on_wall=True)}
    assert service.kinds["liked"].window is None


def test_its_only_door_is_a_name():
    service = made()
    assert (service.consent, service.exports, service.folders) == (None, None, None)
    assert service.handles.example.count(".") == 2


def test_its_icon_is_one_path():
    assert re.fullmatch(r"[MmLlHhVvCcSsQqTtAaZz0-9. -]+", made().icon)


def test_it_reads_what_its_variables_name(network):
    values = {
        "BLUESKY_APPVIEW_URL": f"{network.appview.url}/",
        "BLUESKY_PLC_URL": network.plc.url,
        "BLUESKY_CDN_URL": network.cdn.url,
        "FETCH_ALLOW_PRIVATE_HOSTS": ",".join(place.host for place in network.places),
    }
    assert set(SERVICES["bluesky"].variables) == {key for key in values if key[0] == "B"}
    service = made(**values)
    assert service.instance == network.plc.host
    assert isinstance(service, Bluesky)


def test_a_client_of_the_environments_values_reads_likes(network, turns):
    hosts = ",".join(place.host for place in network.places)
    service = made(
        BLUESKY_APPVIEW_URL=network.appview.url,
        BLUESKY_PLC_URL=network.plc.url,
        FETCH_ALLOW_PRIVATE_HOSTS=hosts,
    )
    uri = network.post(ALICE, "3k")
    network.home.like(ALICE, "3k", uri)
    page = service.client(Account(ALICE), turns=turns).page("liked", None)
    assert [post.post_id for post in page.posts] == [uri]


@pytest.mark.parametrize(
    "url",
    [
        "http://plc.example",
        "ftp://plc.example",
        "plc.example",
        "https://",
        "https://a:b@plc.example",
        "https://plc.example?x",
        "https://plc.example#x",
        "https://plc.example:x",
    ],
)
@pytest.mark.parametrize("name", Bluesky.variables)
def test_an_address_that_cannot_work_is_named(name, url):
    with pytest.raises(BadConfiguration, match=name):
        made(**{name: url})
