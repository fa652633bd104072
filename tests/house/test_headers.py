"""What every answer says to browsers, caches and robots; and that a broken page tells nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client

from likelist import runenv
from tests.house.broken_urls import SECRET
from tests.house.conftest import Home, browser

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(),"
    " browsing-topics=()",
}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "media-src": "'self'",
    "connect-src": "'self'",
    "font-src": "'self'",
    "manifest-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
PAGES = (
    *("/", "/likes/", "/likes/?q=harbour", "/likes/2024/5/", "/likes/1/x", "/likes/999999999/"),
    *("/sources/", "/sources/status/", "/welcome/", "/welcome/status/", "/settings/"),
    *("/settings/password/", "/accounts/signin/", "/accounts/signup/", "/healthz/live"),
    *("/healthz/ready", "/accounts/callback/instagram/?state=forged&code=x", "/admin/"),
    *("/accounts/signin/instagram/", "/broken/400/", "/broken/403/", "/broken/500/"),
    *("/offline/", "/offline.js"),
)


@pytest.fixture
def visitor(owner: Home, settings: LazySettings) -> Client:
    """The owner's browser, in a house where some pages are broken."""
    settings.ROOT_URLCONF = "tests.house.broken_urls"
    client = browser(owner.user)
    client.raise_request_exception = False
    return client


def policy(response: HttpResponse) -> dict[str, str]:
    """A Content-Security-Policy by directive."""
    told = response["Content-Security-Policy"].split(";")
    return dict(directive.split(maxsplit=1) for directive in told)


def test_every_answer_carries_the_headers_of_a_private_house(visitor: Client) -> None:
    for path in PAGES:
        response = visitor.get(path)
        assert {name: response.get(name) for name in ALWAYS} == ALWAYS, path


def test_a_page_runs_and_shows_nothing_but_our_own(visitor: Client) -> None:
    for path in PAGES:
        shown = policy(visitor.get(path))
        form_action = shown.pop("form-action").split()
        assert shown == POLICY, path
        assert form_action[0] == "'self'", path
        assert len(form_action) == 2, path


def test_no_page_needs_what_the_policy_forbids(visitor: Client, owner: Home) -> None:
    for path in (*PAGES, f"/likes/{owner.like.pk}/", f"/feeds/{owner.feed.pk}/"):
        if path.startswith("/admin/"):
            continue
        shown = visitor.get(path).content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|<style|\son\w+=|javascript:", shown)
        for address in re.findall(r"\b(?:src|srcset|href|action|poster)=\"([^\"]+)\"", shown):
            # A page may link elsewhere, to the original; it loads nothing from there.
            is_ours = re.match(r"[/#?]", address) or "instagram.example" in address
            assert is_ours, (path, address)


def test_no_cache_on_the_way_keeps_a_page(visitor: Client) -> None:
    for path in PAGES:
        kept = visitor.get(path)["Cache-Control"]
        assert "private" in kept, path
        assert "no-cache" in kept, path
        assert "public" not in kept, path


def test_a_picture_stays_in_its_persons_browser_for_good(owner: Home) -> None:
    response = browser(owner.user).get(owner.media)
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"
    assert "Cookie" in response["Vary"]
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert {name: response.get(name) for name in ALWAYS} == ALWAYS


def test_an_address_that_is_not_there_is_kept_nowhere(owner: Home, another: Home) -> None:
    response = browser(another.user).get(owner.media)
    assert response.status_code == 404
    assert response["Cache-Control"] == "private, no-cache"


def test_pages_ask_robots_to_stay_away(visitor: Client) -> None:
    for path in ("/likes/", "/accounts/signin/", "/settings/", "/likes/999999999/"):
        assert '<meta name="robots" content="noindex">' in visitor.get(path).content.decode()


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "a b", "testserver@x"])
def test_a_forged_host_gets_nothing(db: None, host: str) -> None:
    for path in ("/", "/accounts/signin/", "/accounts/signin/instagram/", "/likes/"):
        response = browser().get(path, headers={"host": host})
        assert response.status_code == 400
        assert "evil.example" not in response.content.decode()
        assert "Location" not in response


def test_a_forged_forwarded_host_changes_no_address(owner: Home) -> None:
    response = browser().get(
        "/accounts/signin/instagram/", headers={"x-forwarded-host": "evil.example"}
    )
    assert response.status_code == 302
    assert "evil.example" not in response["Location"]


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_a_page_that_went_wrong_is_friendly_and_tells_nothing(visitor: Client, status: int) -> None:
    response = visitor.get(f"/broken/{status}/")
    shown = response.content.decode()
    assert response.status_code == status
    assert "<h1>" in shown
    for word in (SECRET, "Traceback", "RuntimeError", "broken_urls", ".py", "Django", "SECRET_KEY"):
        assert word not in shown


def test_cookies_cannot_be_read_by_scripts_or_sent_by_other_sites(owner: Home) -> None:
    client = browser()
    client.post("/accounts/signin/", {"username": "alice", "password": "a-good-password"})
    assert client.get("/settings/").status_code == 200
    for name in ("session", "csrf"):
        cookie = client.cookies[name]
        assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", ""), name
        assert cookie["httponly"], name


HTTPS_HOUSE = """
import json, django
from django.conf import settings
# What `make run` collects, a fresh clone does not have.
plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
settings.STORAGES["staticfiles"] = {"BACKEND": plain}
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("check", deploy=True, fail_level="WARNING")
client = Client()
plain = client.get("/accounts/signin/", headers={"host": "likes.example"})
health = client.get("/healthz/live", headers={"host": "likes.example"})
page = client.get(
    "/accounts/signin/",
    headers={"host": "likes.example", "x-forwarded-proto": "https"},
)
cookie = page.cookies["__Host-csrf"]
print(json.dumps({
    "plain": [plain.status_code, plain["Location"]],
    "health": health.status_code,
    "page": page.status_code,
    "hsts": page["Strict-Transport-Security"],
    "cookie": [cookie["secure"], cookie["path"], cookie["domain"], cookie["httponly"]],
}))
"""


@pytest.fixture(scope="module")
def https_house(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a house at an https address answers, from a process of its own."""
    data = tmp_path_factory.mktemp("https")
    environ = {
        **{name: os.environ[name] for name in ("PATH", "DATABASE_URL", "REDIS_URL")},
        "SITE_URL": "https://likes.example",
        "LIKELIST_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "likelist.settings",
    }
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", HTTPS_HOUSE],
        cwd=runenv.ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    answer: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return answer


def test_a_house_at_an_https_address_passes_the_deployment_check(
    https_house: dict[str, Any],
) -> None:
    assert https_house["page"] == 200


def test_it_sends_plain_requests_to_https_and_says_so_for_a_year(
    https_house: dict[str, Any],
) -> None:
    assert https_house["plain"] == [301, "https://likes.example/accounts/signin/"]
    assert https_house["hsts"] == "max-age=31536000"


def test_it_answers_health_checks_without_tls(https_house: dict[str, Any]) -> None:
    assert https_house["health"] == 200


def test_its_cookies_belong_to_this_host_alone(https_house: dict[str, Any]) -> None:
    assert https_house["cookie"] == [True, "/", "", True]


def test_the_500_page_needs_nothing(visitor: Client) -> None:
    page = (runenv.ROOT / "templates" / "500.html").read_text()
    assert "{%" not in page
    assert "{{" not in page
    assert visitor.get("/broken/500/").content.decode().strip() in page
