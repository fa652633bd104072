"""What a browser keeps for when it cannot reach the house: the same for everybody, and enough."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests.house import tongue
from tests.house.conftest import Home, browser


def told() -> tuple[str, list[str]]:
    """What the worker is told by the house: under which name it keeps, and what."""
    text = Client().get("/offline.js").content.decode()
    found = re.match(r'const NAME = (".+?"), KEPT = (\[.+?\]);\n', text)
    assert found
    return json.loads(found[1]), json.loads(found[2])


@pytest.mark.parametrize("path", ["/offline/", "/offline.js", "/manifest.webmanifest"])
def test_page_and_worker_are_the_same_for_everybody_and_open_no_session(
    owner: Home, path: str
) -> None:
    stranger, alice = Client().get(path), browser(owner.user).get(path)
    assert stranger.content == alice.content
    assert not stranger.cookies
    assert not alice.cookies
    assert "Cookie" not in alice.get("Vary", "")
    assert "no-cache" in alice["Cache-Control"]


def test_the_worker_is_a_script_that_lies_at_the_root() -> None:
    answer = Client().get("/offline.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"


def test_all_that_the_page_needs_is_kept_with_it() -> None:
    needed = re.findall(r'(?:href|src)="(/[^"#]+)', Client().get("/offline/").content.decode())
    assert len(needed) == 4
    assert set(told()[1]) == {"/offline/", *needed}
    for address in needed:
        assert finders.find(address.removeprefix("/static/")), address


def test_a_page_that_has_changed_is_kept_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    before = told()
    assert told() == before
    tongue.speak(monkeypatch)
    assert told()[0] != before[0]
