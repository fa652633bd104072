"""An identity and a grant belong to the host that gave them."""

from __future__ import annotations

import pytest

from accounts import signin, upstream
from accounts.models import Connection
from providers.errors import NeedsReauth
from providers.shapes import Grant, Profile

pytestmark = pytest.mark.django_db
ADA = Profile(upstream_id="1000009", username="ada")


def at(settings, host: str) -> None:
    settings.UPSTREAM = settings.UPSTREAM | {"INSTAGRAM_API_URL": f"https://{host}/v1"}


def signed_in() -> Connection:
    return signin.connect(None, "instagram", Grant(access_token="secret"), ADA)


def test_the_same_id_at_another_host_is_somebody_else(settings):
    at(settings, "api.one.example")
    here = signed_in()
    at(settings, "api.two.example")
    assert signed_in().user != here.user


def test_the_same_id_at_the_same_host_is_the_same_person(settings):
    at(settings, "api.one.example")
    assert signed_in().user == signed_in().user


def test_a_grant_goes_to_no_other_host(settings):
    at(settings, "api.one.example")
    connection = signed_in()
    at(settings, "api.two.example")
    with pytest.raises(NeedsReauth):
        upstream.client(connection)
