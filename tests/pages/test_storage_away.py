"""A storage that is away or has lost a file costs pictures for a while, and never a page."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from archive import serving
from archive.models import Blob
from tests.pages.conftest import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(hang) -> Blob:
    """A picture of alice's that has a row and no file."""
    return picture(hang()).blob


def test_a_file_that_is_missing_is_not_found(as_alice, alice, kept):
    assert as_alice.get(serving.address(alice.pk, kept.sha256, 320)).status_code == 404
    assert as_alice.get("/likes/").status_code == 200


def test_a_storage_that_is_away_is_said_to_be_and_asked_again(as_alice, alice, kept):
    # Where a folder should be stands a file: what a storage answers that is not well.
    place = Path(default_storage.path(kept.preview_key(320))).parent
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("")
    try:
        response = as_alice.get(serving.address(alice.pk, kept.sha256, 320))
        assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
        assert "immutable" not in response.headers.get("Cache-Control", "")
        assert as_alice.get("/likes/").status_code == 200
    finally:
        place.unlink()
