"""A device that is asked to can keep Likelist as an app."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from accounts.models import User
from likelist.installed import PAPER
from tests.house import tongue

TOKENS = (settings.BASE_DIR / "static/css/tokens.css").read_text("utf-8")


def told() -> dict[str, Any]:
    answer = Client().get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    known: dict[str, Any] = answer.json()
    return known


def test_it_has_what_browsers_ask_of_an_app():
    known = told()
    assert (known["name"], known["display"], known["scope"]) == ("Likelist", "standalone", "/")
    assert Client().get(known["start_url"]).status_code in {200, 302}
    for place in known["shortcuts"]:
        assert Client().get(place["url"]).status_code in {200, 302}


def test_its_signs_are_there_as_large_as_they_say():
    signs = {sign["sizes"]: sign["src"] for sign in told()["icons"]}
    assert {"192x192", "512x512"} <= signs.keys()
    for size, address in signs.items():
        found = finders.find(address.removeprefix("/static/"))
        assert found
        with Image.open(Path(found)) as image:
            assert f"{image.width}x{image.height}" == size


def test_a_device_may_cut_its_sign_to_any_shape():
    found = finders.find("img/app-512.png")
    assert found
    with Image.open(Path(found)) as image:
        heart = image.convert("L").point(lambda light: 255 if light > 160 else 0).getbbox()
    # Four fifths across the middle, as a circle.
    assert heart
    reach = max((x - 256) ** 2 + (y - 256) ** 2 for x in heart[::2] for y in heart[1::2])
    assert reach <= (0.4 * 512) ** 2


def test_its_words_can_be_translated(monkeypatch: pytest.MonkeyPatch):
    plain = told()
    tongue.speak(monkeypatch)
    assert told()["description"] != plain["description"]
    assert told()["shortcuts"][0]["name"] != plain["shortcuts"][0]["name"]


@pytest.mark.django_db
@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_the_edge_of_the_window_is_of_the_paper_of_the_page(client, alice, theme):
    client.force_login(alice)
    User.objects.filter(pk=alice.pk).update(theme=theme)
    light, dark = re.findall(r"--paper: light-dark\((#\w+), (#\w+)\)", TOKENS)[0]
    assert light == PAPER
    metas = re.findall(r'name="theme-color" content="(#\w+)"( media)?', client.get("/likes/").text)
    expected = {"auto": [(light, " media"), (dark, " media")]}
    assert metas == expected.get(theme, [(light if theme == "light" else dark, "")])


@pytest.mark.django_db
def test_every_page_names_it(client, alice):
    client.force_login(alice)
    assert 'rel="manifest" href="/manifest.webmanifest"' in client.get("/likes/").text
