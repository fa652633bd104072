"""A broken variable stops the start with one sentence that names it; none at all is safe."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from likelist.runenv import ROOT
from tests.house.variables import SETTINGS

# What a terminal has anyway.
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR")
KEY = f"{'A' * 43}="
BROKEN = [
    ("DEBUG", "yes"),
    ("SIGNUPS", "perhaps"),
    ("PORT", "eighty"),
    ("PORT", "0"),
    ("SITE_URL", "likes.example"),
    ("SITE_URL", "ftp://likes.example"),
    ("SITE_URL", "https://likes.example:port"),
    ("SECRET_KEY_FILE", "/nowhere/secret"),
    ("TOKEN_KEYS", "hush-too-short"),
    ("TOKEN_KEYS", f"{KEY},hush-not-a-key"),
    ("DATABASE_URL", "mysql://likelist:hush@localhost/likelist"),
    ("DATABASE_URL", "likelist:hush"),
    ("REDIS_URL", "amqp://user:hush@localhost"),
    ("INSTAGRAM_DIALECT", "v2"),
    ("INSTAGRAM_DIALECT", "login"),
    ("INSTAGRAM_OAUTH_URL", "api.instagram.com"),
    ("INSTAGRAM_API_URL", "http://api.instagram.com/v1"),
    ("INSTAGRAM_API_URL", "https://user:hush@api.instagram.com/v1"),
    ("S3_ENDPOINT_URL", "storage"),
    ("S3_PUBLIC_URL", "//storage.example"),
    ("FETCH_ALLOW_PRIVATE_HOSTS", "127.0.0.1"),
    ("MEDIA_CONCURRENCY", "0"),
    ("MEDIA_CONCURRENCY", "2.5"),
    ("TICK_INTERVAL", "often"),
    ("TICK_INTERVAL", "0"),
    ("TICK_INTERVAL", "nan"),
    ("VISIT_INTERVAL_MIN", "-5"),
    ("VISIT_INTERVAL_MIN", "86401"),
    ("VISIT_INTERVAL_MAX", "inf"),
    ("CRAWL_REQUEST_INTERVAL", "-0.1"),
    ("CRAWL_REQUESTS_PER_HOUR", "0"),
    ("CRAWL_LEASE", "soon"),
    ("BACKOFF_CAP", "1h"),
]


def read_settings() -> dict[str, Any]:
    """The settings, read anew from the environment as it is."""
    return runpy.run_path(str(SETTINGS))


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(("name", "value"), BROKEN)
def test_a_broken_variable_is_named_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as refused:
        read_settings()
    sentence = str(refused.value)
    assert sentence.startswith(name)
    assert len(sentence.splitlines()) == 1
    assert "hush" not in sentence


def test_a_run_without_configuration_is_safe(bare: Path) -> None:
    settings = read_settings()
    assert settings["DEBUG"] is False
    assert set(settings["ALLOWED_HOSTS"]) == {"127.0.0.1", "localhost"}
    assert settings["SITE_URL"] == "http://127.0.0.1:8000"
    assert settings["SIGNUPS"] == "open"
    assert not settings["FETCH_ALLOW_PRIVATE_HOSTS"]
    assert len(settings["SECRET_KEY"]) >= 50
    assert Fernet(settings["TOKEN_KEYS"][0])
    assert (bare / "run.env").stat().st_mode & 0o777 == 0o600
    assert bare.stat().st_mode & 0o777 == 0o700


@pytest.mark.usefixtures("bare")
def test_secrets_are_made_once() -> None:
    first, second = read_settings(), read_settings()
    for name in ("SECRET_KEY", "TOKEN_KEYS"):
        assert first[name] == second[name]


def test_an_environment_that_brings_its_secrets_needs_no_file(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "a" * 50)
    monkeypatch.setenv("TOKEN_KEYS", KEY)
    read_settings()
    assert not bare.exists()


@pytest.mark.usefixtures("bare")
def test_a_mounted_file_holds_a_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from-a-file\n")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "secret"))
    assert read_settings()["SECRET_KEY"] == "from-a-file"


def test_a_real_instagram_meets_nothing_of_the_stand_in(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_settings()
    with (bare / "run.env").open("a") as file:
        file.write(
            "INSTAGRAM_API_URL=http://127.0.0.1:9/v1\nFETCH_ALLOW_PRIVATE_HOSTS=127.0.0.1:9\n"
        )
    assert read_settings()["FETCH_ALLOW_PRIVATE_HOSTS"] == {"127.0.0.1:9"}
    monkeypatch.setenv("INSTAGRAM_CLIENT_ID", "mine")
    settings = read_settings()
    assert settings["FETCH_ALLOW_PRIVATE_HOSTS"] == frozenset()
    assert not settings["UPSTREAM"]["INSTAGRAM_API_URL"]


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("site", ["http://likes.local:8000", "https://likes.example"])
def test_cookies_and_transport_follow_the_scheme_of_the_address(
    monkeypatch: pytest.MonkeyPatch, site: str
) -> None:
    monkeypatch.setenv("SITE_URL", site)
    settings, secure = read_settings(), site.startswith("https")
    assert settings["SECURE_SSL_REDIRECT"] is secure
    assert settings["SESSION_COOKIE_SECURE"] is settings["CSRF_COOKIE_SECURE"] is secure
    assert settings["SESSION_COOKIE_NAME"].startswith("__Host-") is secure
    assert bool(settings["SECURE_HSTS_SECONDS"]) is secure
    assert settings["CSRF_TRUSTED_ORIGINS"] == [site]


def test_a_command_with_a_broken_variable_says_so_and_nothing_else(tmp_path: Path) -> None:
    environ = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environ |= {"LIKELIST_DATA": str(tmp_path), "SIGNUPS": "perhaps"}
    told = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    assert re.fullmatch(r"✗ SIGNUPS=perhaps: .+\n", told.stderr)
    assert told.stdout == ""


def test_settings_are_one_file_that_can_be_read() -> None:
    assert SETTINGS.read_text().count("\n") <= 260
    assert not list(ROOT.glob("likelist/*local*settings*"))
