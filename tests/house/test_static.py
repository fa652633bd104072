"""Static files as an installation has them: collected by one, served by another."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from likelist.joined import PARTS
from likelist.runenv import ROOT

COLLECT = """
import sys
import django
from django.conf import settings
from django.core.management import call_command
settings.STATIC_ROOT = sys.argv[1]
django.setup()
call_command("collectstatic", verbosity=0, interactive=False)
"""


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("collected") / "static"
    command = [sys.executable, "-c", COLLECT, str(where)]
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "likelist.settings"}
    subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True)
    return where


def test_whoever_serves_static_files_can_read_them(collected: Path) -> None:
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in collected.rglob("*")}
    assert len(modes) > 100
    for path, mode in modes.items():
        assert mode & 0o044 == 0o044, path
        assert mode & 0o011 == 0o011 or not path.is_dir(), path


def test_joined_files_are_collected_hashed_and_compressed(collected: Path) -> None:
    for name in PARTS:
        stem, _, ending = name.rpartition(".")
        assert (collected / name).is_file()
        assert list(collected.glob(f"{stem}.*.{ending}"))
        assert list(collected.glob(f"{stem}.*.{ending}.gz"))


def test_what_browsers_keep_has_the_addresses_of_this_release(
    collected: Path, settings: LazySettings
) -> None:
    backend = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    hashed = {"BACKEND": backend, "OPTIONS": {"location": collected}}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": hashed}
    told = Client().get("/offline.js").content.decode()
    named = re.findall(r'"/static/([^"]+)"', told)
    assert len(named) == 4
    for name in named:
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", name), name
        assert (collected / name).is_file()
