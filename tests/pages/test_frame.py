"""The frame of every page: what templates, styles and scripts may not do."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from archive.models import Blob
from archive.tiles import ratio_class, tone_class
from likelist.joined import PARTS, join

ROOT = Path(__file__).resolve().parents[2]
EVERY = sorted((ROOT / "templates").rglob("*.html"))
TEMPLATES = [file for file in EVERY if file.parent.name != "admin"]
STYLES = sorted((ROOT / "static/css").glob("*.css"))
SCRIPTS = sorted((ROOT / "static/js").glob("*.js"))


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_a_template_says_what_it_wants_and_stays_small(file):
    text = file.read_text()
    assert text.startswith("{# wants:")
    assert text.count("\n") <= 90


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_a_template_needs_no_exception_from_the_policy(file):
    text = file.read_text()
    assert not re.search(r"\sstyle=|\son\w+=|javascript:|hx-on|<style", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert "data:" not in text


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_a_script_is_small_and_stands_alone(file):
    text = file.read_text()
    assert text.startswith("//")
    assert text.count("\n") < 80
    assert not re.search(r"^import |\beval\(|innerHTML|insertAdjacentHTML", text, re.MULTILINE)


def test_all_scripts_together_are_small_when_they_travel():
    parts = {part for joined in PARTS.values() for part in joined}
    alone = [file for file in SCRIPTS if f"js/{file.name}" not in parts]
    joined = [join(name).encode() for name in PARTS if name.endswith(".js")]
    travel = [*joined, *(file.read_bytes() for file in alone)]
    assert sum(len(gzip.compress(text, 9)) for text in travel) <= 15_000


def test_every_style_reaches_every_page():
    named = {f"css/{file.name}" for file in STYLES}
    assert set(PARTS["joined/style.css"]) == named
    assert finders.find("joined/style.css")


def test_a_joined_script_keeps_its_names_to_itself():
    for name in (name for name in PARTS if name.endswith(".js")):
        for part in PARTS[name]:
            assert f"// {part}\n{{\n{(ROOT / 'static' / part).read_text()}\n}}\n" in join(name)


@pytest.mark.parametrize("file", STYLES, ids=lambda file: file.name)
def test_only_tokens_know_raw_colours(file):
    text = file.read_text()
    assert "!important" not in text
    assert "url(" not in text or file.name == "fonts.css"
    if file.name not in {"tokens.css", "tones.css"}:
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb\(|hsl\(", text)


def test_every_class_that_a_tile_can_have_has_a_rule():
    rules = (ROOT / "static/css/tones.css").read_text()
    for width in range(1, 400, 3):
        assert f".{ratio_class(width, 100)} {{" in rules
    for channel in range(0, 256, 5):
        tone = tone_class(Blob(colour=f"#{channel:02x}{255 - channel:02x}80"))
        assert f".{tone} {{" in rules
    assert tone_class(Blob(colour="")) == ""
    assert ratio_class(None, 5) == "r100"


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_every_static_file_that_is_named_is_there(file):
    named = re.findall(r"""{% static ['"]([^'"]+)['"] %}([#\w]*)""", file.read_text())
    for name, _ in named:
        for part in PARTS.get(name, [name]):
            assert (ROOT / "static" / part).is_file()
    for symbol in re.findall(r"{{ icons }}#(\w+)", file.read_text()):
        assert f'id="{symbol}"' in (ROOT / "static/img/icons.svg").read_text()
    for symbol in re.findall(r"{{ prints }}#(\w+)", file.read_text()):
        assert f'id="{symbol}"' in (ROOT / "static/img/prints.svg").read_text()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/likes/", "/on-this-day/", "/sources/", "/settings/"])
def test_the_bar_says_in_which_place_one_is(as_alice, path):
    html = as_alice.get(path).content.decode()
    nav = re.search(r'<nav class="nav".*?</nav>', html, re.DOTALL)
    assert nav
    assert re.findall(r'href="([^"]+)"[^>]* aria-current="page"', nav[0]) == [path]
