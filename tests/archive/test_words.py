"""Words are cut alike in what is stored and in what is asked: a text is found by its words."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from archive import words
from archive.wall_views import LONGEST_QUERY

FOUND = [
    ("東京の夜", "東京"),
    ("東京の夜", "京の夜"),
    ("東京の夜", "夜"),
    ("東京の夜", "東"),
    ("東京の夜", "東京の夜"),
    ("今日は東京tower", "東京tower"),
    ("ある夏の日、海へ", "夏の日"),
    ("ＴＯＫＹＯ ﾀﾜｰ", "tokyo"),
    ("ＴＯＫＹＯ ﾀﾜｰ", "タワー"),
    ("Żółć i café", "zołc"),
    ("Żółć i café", "CAFE"),
    ("Straße", "strasse"),
    ("ΟΔΟΣ", "οδος"),
    ("İstanbul", "istanbul"),
    ("#SunSet at the sea", "#sunset"),
    ("#SunSet at the sea", "sunset"),
    ("#sun#sea", "#sea"),
    ("#ночь в городе", "#ночь"),
    ("love ❤️🔥 it", "🔥"),
    ("love ❤️🔥 it", "❤"),
    ("👩‍🚀 ahead", "👩‍🚀"),
    ("🇯🇵 trip", "🇯🇵"),
    ("by ada_pix.art", "ada_pix.art"),
    ("by ada_pix.art", "pix"),
    ("by ada_pix.art", "@ada_pix.art"),
    ("مَرْحَبًا بالعالم", "مرحبا"),
    ("สวัสดีครับ", "สวัส"),
    ("한국어 사진", "한국어"),
    ("photographs", "photo*"),
    ("it's o'clock \\ back", "o'clock"),
    ("a 100% sure: yes!", "100% yes!"),
    ("don't & | ! ( ) <-> :*", "don't"),
]
NOT_FOUND = [
    ("東京の夜", "京都"),
    ("東京の夜", "京夜"),
    ("東京 夜", "東京夜"),
    ("sunset", "sun"),
    ("sunset at the sea", "#sunset"),
    ("sunset", "sunset night"),
    ("pix of ada", "ada_pix"),
]
QUICK = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
# Whatever comes past the edge: no NUL, no half characters.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
SCRIPTS = st.text(
    st.one_of(
        st.characters(min_codepoint=0x3040, max_codepoint=0x30FF),
        st.characters(min_codepoint=0x4E00, max_codepoint=0x4E20),
        st.characters(min_codepoint=0x0600, max_codepoint=0x06FF),
        st.characters(min_codepoint=0x1F300, max_codepoint=0x1F6FF),
        st.sampled_from("ab #_.'\\*:&|!()<>-\u0301\u200d\ufe0f 東京"),
    ),
    max_size=30,
)


def matches(text: str, asked: str) -> bool:
    """What Postgres says."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s::tsvector @@ %s::tsquery", [words.document(text), words.query(asked)]
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db
@pytest.mark.parametrize(("text", "asked"), FOUND)
def test_found(text, asked):
    assert matches(text, asked)


@pytest.mark.django_db
@pytest.mark.parametrize(("text", "asked"), NOT_FOUND)
def test_not_found(text, asked):
    assert not matches(text, asked)


@pytest.mark.parametrize("asked", ["", "   ", "!!!", "& | !", ":*", "*", "( )", "\u0301", "#️⃣"])
def test_nothing_searchable_asks_nothing(asked):
    assert words.query(asked) == ""


@QUICK
@given(st.one_of(TEXT, SCRIPTS))
@example("東京 京")
@example("a東 東京")
@example("¨ ́x")
def test_every_text_is_found_by_each_of_its_own_words(db, text):
    for word in text.split():
        if words.query(word):
            assert matches(text, word), word


@QUICK
@given(
    st.text("東京の夜を歩くカタコト", min_size=1, max_size=12),
    st.integers(0, 11),
    st.integers(1, 6),
)
def test_a_stretch_of_signs_is_found_wherever_it_stands(db, signs, start, length):
    start %= len(signs)
    assert matches(signs, signs[start : start + length])


@QUICK
@given(st.one_of(TEXT, SCRIPTS), st.one_of(TEXT, SCRIPTS))
def test_whatever_is_written_and_asked_postgres_can_read_it(db, text, asked):
    if words.query(asked):
        matches(text, asked)


@QUICK
@given(TEXT)
def test_folding_is_done_once_and_for_all(text):
    assert words.fold(words.fold(text)) == words.fold(text)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "x" * 100_000,
        "東京" * 50_000,
        "a b " * 25_000,
        "#tag" * 25_000,
        "a_b." * 25_000,
        "🔥" * 50_000,
    ],
    ids=["a word", "signs", "words", "tags", "parts", "emoji"],
)
def test_the_longest_caption_is_stored_and_a_longest_question_answered(text):
    matches(text, text[:LONGEST_QUERY])


@pytest.mark.parametrize(
    ("text", "asked", "is_found"),
    [
        ("sunset bay", "sun* bay", True),
        ("sunset bays", "sun* bay", False),
        ("bays sunset", "bay sun*", False),
        ("bay sunset", "bay sun*", True),
    ],
)
@pytest.mark.django_db
def test_a_star_belongs_to_its_own_word(text, asked, is_found):
    assert matches(text, asked) == is_found
