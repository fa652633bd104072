"""What a service says of how much is used: near a limit is at the limit."""

from __future__ import annotations

import json

import pytest

from providers.answer import requests_left, resets_in, retry_after
from providers.shapes import Account, Grant
from providers.usage import APP, BUSINESS
from tests.providers.servers import Answer


def app(**shares: object) -> dict[str, str]:
    return {APP: json.dumps(shares)}


def business(**told: object) -> dict[str, str]:
    return {BUSINESS: json.dumps({"178": [{"type": "instagram", **told}]})}


@pytest.mark.parametrize(
    "headers",
    [
        app(call_count=95, total_time=1, total_cputime=1),
        app(call_count=1, total_time=100.0),
        app(total_cputime=1e300),
        business(call_count=99),
        {BUSINESS: json.dumps({"1": [{"call_count": 2}], "2": [{"call_count": 98}]})},
    ],
)
def test_nearly_all_is_all(headers):
    assert requests_left(headers) == 0


@pytest.mark.parametrize(
    "headers",
    [
        app(call_count=80),
        app(call_count="100"),
        app(call_count=True),
        app(calls=100),
        business(call_count=94.9),
        {APP: "100"},
        {APP: "[100]"},
        {APP: '{"call_count": NaN}'},
        {APP: "{" * 10_000},
        {APP: "[" * 10_000},
        {APP: " " * 20_000 + '{"call_count": 100}'},
        {BUSINESS: '{"1": {"call_count": 100}}'},
        {BUSINESS: '{"1": [[100], null, 7]}'},
        {},
    ],
)
def test_anything_less_or_unreadable_is_not(headers):
    assert requests_left(headers) is None


def test_it_says_in_minutes_when_access_comes_back():
    headers = business(call_count=100, estimated_time_to_regain_access=12)
    assert resets_in(headers) == retry_after(headers) == 720


def test_of_several_limits_the_last_to_end_is_waited_for():
    told = [
        {"call_count": 100, "estimated_time_to_regain_access": minutes} for minutes in (3, 12, 5)
    ]
    assert resets_in({BUSINESS: json.dumps({"178": told})}) == 720


@pytest.mark.parametrize("minutes", [0, -5, "12", None])
def test_or_does_not(minutes):
    headers = business(call_count=100, estimated_time_to_regain_access=minutes)
    assert resets_in(headers) is None


class Noted:
    """Turns that remember what they were told."""

    def __init__(self) -> None:
        self.told_of: list[tuple[int | None, float | None]] = []

    def wait(self, host: str) -> None:
        pass

    def told(self, host: str, left: int | None, seconds: float | None) -> None:
        self.told_of.append((left, seconds))


def test_every_answer_tells_how_much_is_left(api, instagram):
    noted = Noted()
    client = instagram.client(Account(grant=Grant("a-token")), turns=noted)
    for headers in (
        {"X-Ratelimit-Remaining": "499"},
        business(call_count=97, estimated_time_to_regain_access=3),
        {},
    ):
        api.answers["/v1/users/self/media/liked"] = Answer(body={"data": []}, headers=headers)
        client.page("liked", None)
    assert noted.told_of == [(499, None), (0, 180.0), (None, None)]
