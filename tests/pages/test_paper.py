"""Likes without a picture: words on paper, as much at home on a wall as any picture."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archive import faces
from archive.models import Like
from tests.pages.conftest import NOON, feed_of, picture

pytestmark = pytest.mark.django_db

CSS = Path(__file__).resolve().parents[2] / "static/css"
AUTHORS = [f"author{number}" for number in range(300)]
CARD = {
    "kind": "link",
    "title": "How tides are measured",
    "text": "With patience.",
    "link": "https://www.tides.example.org/pump",
}


def wall(client) -> str:
    return client.get("/likes/").content.decode()


def luminance(colour: str) -> float:
    """As WCAG has it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_an_export_brings_words_and_not_a_hole(as_alice, alice, hang):
    hang(feed=feed_of(alice, standing="file"), caption="the last ferry left", is_exact=True)
    html = wall(as_alice)
    for told in ("the last ferry left", "@ada", "14 May 2014", 'aria-label="Instagram"'):
        assert told in html
    assert "Missing" not in html


def test_without_a_word_the_author_stands_for_the_post(as_alice, hang):
    hang(caption="")
    html = wall(as_alice)
    assert "A post by" in html
    assert re.search(r'class="name" dir="auto">@ada<', html)


def test_a_row_that_names_no_post_tells_whose_it_was(as_alice, hang):
    hang(caption="", is_vague=True, is_exact=True)
    html = wall(as_alice)
    assert "Liked something by" in html
    assert "14 May 2014" in html


def test_a_deleted_post_says_so_and_keeps_its_words(as_alice, hang):
    hang(caption="words that outlive their post", gone_at=NOON)
    html = wall(as_alice)
    assert "This post was deleted" in html
    assert "words that outlive their post" in html


def test_a_deleted_post_of_nobody_is_no_empty_tile(as_alice, hang):
    hang(caption="", author="", gone_at=NOON)
    assert wall(as_alice).count("This post was deleted") == 1


def test_a_link_card_lends_its_title_and_its_host(as_alice, hang):
    hang(caption="", attached=[CARD])
    html = wall(as_alice)
    assert "How tides are measured" in html
    assert "tides.example.org" in html


def test_a_lost_picture_leaves_the_words_and_says_that_it_is_missing(as_alice, hang):
    picture(hang(caption="what it was about"), state="gone")
    html = wall(as_alice)
    assert "Missing" in html
    assert "what it was about" in html


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"is_exact": True, "is_settled": True}, "Liked 14 May 2014"),
        ({"is_exact": False, "is_settled": True}, "Liked around May 2014"),
        ({"is_exact": False, "is_settled": False}, ""),
    ],
)
def test_the_date_on_paper_is_no_sharper_than_known(known, said):
    assert faces.when(Like(liked_at=NOON, **known)) == said


def test_an_author_always_has_the_same_paper_and_a_crowd_has_all_of_them():
    papers = [faces.paper(Like(author=author)) for author in AUTHORS]
    assert papers == [faces.paper(Like(author=author, post_id="2")) for author in AUTHORS]
    assert len(set(papers)) == faces.PAPERS * faces.MOTIFS


def test_every_class_that_paper_can_have_has_a_rule():
    rules, tones = (CSS / "papers.css").read_text(), (CSS / "tones.css").read_text()
    for number in range(faces.PAPERS):
        assert f".p{number} {{" in rules
    # The first pattern is none.
    for number in range(1, faces.MOTIFS):
        assert f".m{number} {{" in rules
    for length in (1, 40, 120, 250):
        face = faces.of(Like(caption="x" * length, author="ada", liked_at=NOON))
        assert f".{face.classes.split()[-1]} >" in rules
        assert f".{face.look} {{" in tones


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("number", range(faces.PAPERS))
def test_words_can_be_read_on_every_paper_and_on_its_pattern(number, theme):
    tokens = (CSS / "tokens.css").read_text()
    light = re.search(
        r":is\(([^)]*)\) { --words: var\(--ink-light\)", (CSS / "papers.css").read_text()
    )
    name = "light" if light and f".p{number}" in light[1].split(", ") else "dark"
    ink = re.search(rf"--ink-{name}: (#\w+)", tokens)[1]
    for surface in (f"--p{number}", f"--m{number}"):
        pair = re.search(rf"{surface}: light-dark\((#\w+), (#\w+)\)", tokens).groups()
        assert contrast(ink, pair[theme]) >= 4.5


def test_a_page_of_sixty_likes_in_words_stays_light(as_alice, hang):
    for _ in range(60):
        hang(caption="five words and some more " * 20, attached=[CARD])
    assert len(wall(as_alice).encode()) < 100_000


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_words_of_strangers_stay_words_on_paper(as_alice, hang, text):
    hang(caption="", author=text, attached=[CARD | {"title": text}])
    hang(caption=text, author=text)
    html = wall(as_alice)
    assert "<script>alert" not in html
    assert "<img src=x" not in html
