"""People of the stand-in Instagram for sign-in stories."""

from __future__ import annotations

import pytest


@pytest.fixture
def sven(instagram):
    """Somebody with an Instagram account and a few likes, whom nobody here knows."""
    instagram.set_likes("sven", 3)
    return "sven"


@pytest.fixture
def lena(instagram):
    instagram.set_likes("lena", 3)
    return "lena"
