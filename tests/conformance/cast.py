"""Who plays which service. A new service of the registry needs a line here."""

from __future__ import annotations

import pytest

from tests.conformance.bluesky import Bluesky
from tests.conformance.instagram import Instagram
from tests.conformance.standin import StandIn

CAST: dict[str, type[StandIn]] = {
    "bluesky": Bluesky,
    "instagram": Instagram,
}


def saying(*kinds: str) -> pytest.MarkDecorator:
    """Once for every way in which any service says one of these kinds of trouble."""
    ways = [
        pytest.param(key, answer, id=f"{key}-{kind}-{way}")
        for key, played in CAST.items()
        for kind in kinds
        for way, answer in played.says.get(kind, {}).items()
    ]
    return pytest.mark.parametrize(("service", "answer"), ways, indirect=["service"])
