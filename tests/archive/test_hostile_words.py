"""No text is so strange that it could not be searched, or would hold up a page."""

from __future__ import annotations

from archive import words

MOST_OF_A_TSVECTOR = 1_048_575


def test_marks_piled_on_a_sign_are_cut():
    piled = "a" + "\u0300" * 5_000 + "\u0316" * 5_000
    assert len(words._tamed(piled)) == 1 + words.MOST_MARKS
    assert words.fold(piled) == "a"


def test_marks_as_languages_use_them_are_left_alone():
    vietnamese = "Tiê\u0301ng Viê\u0323t"
    assert words._tamed(vietnamese) == vietnamese


def test_the_longest_text_of_long_words_still_fits():
    ligatures = "\ufdf2" * 45
    text = "".join(f"#{ligatures}x{number}_y " for number in range(2_000))
    assert len(words.document(text[:100_000]).encode()) < MOST_OF_A_TSVECTOR
