"""What tests of imports are given: shelves of their own, files, and rows counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from accounts.models import User
from harvester.imports import loose
from harvester.models import Import
from tests.harvester.imports import brought

Upload = Callable[..., Import]


@pytest.fixture(autouse=True)
def own_shelves(shelves: Path) -> Path:
    return shelves


@pytest.fixture
def upload(alice: User, tmp_path: Path) -> Upload:
    """An import that waits for a worker, with its bytes in storage."""

    def uploaded(content: bytes, name: str = "export.zip", user: User | None = None) -> Import:
        path = tmp_path / "sent"
        path.write_bytes(content)
        key = loose.store(path)
        assert default_storage.exists(key)
        return Import.objects.create(
            user=user or alice, key=key, name=name, size_bytes=len(content)
        )

    return uploaded


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """An export on disk: 1,200 likes."""
    path = tmp_path / "instagram-ada-2024-05-06-x.zip"
    path.write_bytes(brought.export(1_200))
    return path
