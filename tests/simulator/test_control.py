"""The levers behind the scenes."""

from __future__ import annotations

import threading

import pytest
import requests

LIKED = "/users/self/media/liked"


def test_every_request_is_noted_without_its_secrets(sim, get, http):
    page = get(LIKED, count=1).json()
    http.get(page["data"][0]["images"]["thumbnail"]["url"], timeout=20)
    said = sim.requests()
    assert [(one["endpoint"], one["has_token"]) for one in said] == [
        ("liked", True),
        ("media", False),
    ]
    assert said[0]["path"] == "/v1/users/self/media/liked"
    assert "user-agent" in said[0]["headers"]
    assert sim.token() not in repr(said)
    assert sim.counts() == {"liked": 1, "media": 1}
    sim.forget_requests()
    assert sim.requests() == []


def test_a_spoilt_request_is_noted_too(sim, get):
    sim.fail("dead_token")
    get(LIKED)
    assert [one["status"] for one in sim.requests("liked")] == [400]


@pytest.mark.parametrize(
    ("lever", "said"),
    [
        ("like", {"person": "nobody"}),
        ("like", {"person": "ada", "count": -1}),
        ("like", {"person": "ada", "post_id": 17}),
        ("unlike", {"person": "dora"}),
        ("window", {"person": "nobody", "size": 3}),
        ("window", {"person": "ada", "size": -1}),
        ("rate", {"rate": -1}),
        ("rate", {"rate": "fast"}),
        ("relike", {"person": "chika"}),
        ("no_such_lever", {}),
    ],
)
def test_a_senseless_order_is_refused_with_a_reason(sim, lever, said):
    with pytest.raises(ValueError, match="error"):
        sim.control("POST", lever, **said)


def test_many_connections_at_once_are_all_served(sim):
    token, statuses = sim.token(), []

    def visit():
        with requests.Session() as session:
            session.trust_env = False
            for _ in range(3):
                url = f"{sim.api}{LIKED}?access_token={token}"
                statuses.append(session.get(url, timeout=30).status_code)

    threads = [threading.Thread(target=visit) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 120


def test_the_environment_it_offers_points_at_itself(sim):
    said = sim.env()
    assert said["INSTAGRAM_API_URL"] == f"{sim.url}/v1"
    assert said["FETCH_ALLOW_PRIVATE_HOSTS"] == sim.host
