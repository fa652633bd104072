"""Letters for machines that have none of the fonts we name: ours, from here, and only then."""

from __future__ import annotations

import re

import pytest

from likelist.runenv import ROOT

FONTS = (ROOT / "static/css/fonts.css").read_text()
TOKENS = (ROOT / "static/css/tokens.css").read_text()
STACKS = {
    name: re.search(rf"--{name}: ([^;]+);", TOKENS)[1].split(",") for name in ("sans", "serif")
}
OURS = {"sans": "Figtree", "serif": "Lora"}
GENERIC = {"system-ui", "sans-serif", "serif"}


@pytest.mark.parametrize("name", STACKS)
def test_our_letters_come_after_those_of_systems_and_before_what_is_left(name):
    families = [family.strip() for family in STACKS[name]]
    at = families.index(OURS[name])
    assert at >= 5
    assert set(families[at + 1 :]) == GENERIC & set(families)


def test_our_letters_are_small_complete_and_free():
    files = re.findall(r"url\(\.\./fonts/([^)]+)\)", FONTS)
    assert {file.name for file in (ROOT / "static/fonts").glob("*.woff2")} == set(files)
    for file in files:
        content = (ROOT / "static/fonts" / file).read_bytes()
        assert content.startswith(b"wOF2")
        assert len(content) < 40_000
    licence = (ROOT / "static/fonts/OFL.txt").read_text()
    assert all(f"{family}: Copyright" in licence for family in OURS.values())


def test_no_letter_has_to_wait_for_another_family():
    """The two parts of each meet without a hole or an overlap in European alphabets."""
    ranges = re.findall(r"unicode-range: ([^;]+);", FONTS)
    covered = [[part in points(text) for part in range(0x17F)] for text in ranges]
    for latin, extended in (covered[:2], covered[2:]):
        assert [a + b for a, b in zip(latin, extended, strict=True)] == [1] * 0x17F


def points(text: str) -> set[int]:
    found: set[int] = set()
    for part in text.replace("U+", "").split(","):
        first, _, last = part.strip().partition("-")
        found |= set(range(int(first, 16), int(last or first, 16) + 1))
    return found


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("family", OURS.values())
def test_a_browser_may_load_our_letters(opened, family):
    page = opened()
    page.goto("/likes/")
    loaded = "family => document.fonts.load(`600 16px ${family}`, 'aż').then(all => all.length)"
    assert page.evaluate(loaded, family) == 2
