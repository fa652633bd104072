"""What the workshop's tests are given beside the house's own: a list that stands in memory."""

from __future__ import annotations

import pytest

from accounts import signin
from archive.models import Feed
from harvester import plan
from providers.registry import SERVICES
from providers.shapes import Grant, Profile
from tests.harvester.listed import Listed


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> Listed:
    """A service of its own, known to the house under the name "listed"."""
    service = Listed()
    monkeypatch.setitem(SERVICES, "listed", service)
    return service


@pytest.fixture
def shelf(db: None, listed: Listed) -> Feed:
    """The liked feed of somebody who is connected with `listed`."""
    connection = signin.connect(None, "listed", Grant("a-token"), Profile("7", "tess"))
    (feed,) = plan.adopt(connection)
    return feed
