"""The storm's own figures: each kind of damage is seen, counted once, and breaks a rule."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults import damage, tally

GOOD = {
    "seed": 1,
    "storage": "disk",
    "likes": 4,
    "first_likes": 4,
    "rounds": [3],
    "kills": {"worker": 1, "pool child": 2, "beat": 1, "at": 1},
    "points": {"page.rows": 1},
    "faults": {"FLUSHALL": 1},
    "spoilt": 2,
    "pages": 9,
    "least_pages": 5,
    "files": 20,
    "least_files": 10,
    "storage_failed": 0,
    **dict.fromkeys(tally.ZERO, 0),
    "complaints": [],
    "leaks": [],
    "quiet": 12.0,
}


def liked(*posts: str) -> list[dict[str, Any]]:
    """Likes with one picture each, newest first."""
    return [
        {
            "post_id": post,
            "media": [{"position": 0, "kind": "image", "sha256": post * 2, "state": "stored"}],
        }
        for post in posts
    ]


def truth(*posts: str, unliked: str = "") -> dict[str, Any]:
    return {"likes": liked(*posts), "unliked": liked(*unliked), "deleted": []}


@pytest.mark.parametrize(
    ("kept", "what", "count"),
    [
        ("abde", "lost", 1),
        ("abccde", "doubled", 1),
        ("abxcde", "doubled", 1),
        ("acbde", "displaced", 1),
        ("ebcda", "displaced", 2),
    ],
)
def test_what_happened_to_likes_is_counted(kept: str, what: str, count: int) -> None:
    figures = damage.assess(truth(*"abcde"), liked(*kept)).figures
    assert figures[what] == count
    assert sum(figures.values()) == count


def test_what_was_unliked_may_be_there_or_not() -> None:
    told = truth(*"abc", unliked="u")
    for kept in ("abc", "aubc", "abcu"):
        assert set(damage.assess(told, liked(*kept)).figures.values()) == {0}


def test_what_was_liked_again_has_to_be_there() -> None:
    assert damage.assess(truth(*"abc", unliked="b"), liked(*"ac")).lost == 1


def test_media_that_are_not_here_or_not_right_are_counted() -> None:
    kept = liked(*"abc")
    kept[0]["media"] = []
    kept[1]["media"][0]["sha256"] = "other"
    kept[2]["media"][0].update(state="wanted", sha256=None)
    figures = damage.assess(truth(*"abc"), kept)
    assert (figures.missing, figures.corrupt) == (2, 1)


def test_a_good_storm_breaks_no_rule() -> None:
    assert tally.broken(GOOD) == []


@pytest.mark.parametrize(
    "said",
    [
        *({name: 1} for name in tally.ZERO),
        {"complaints": ["bytes"]},
        {"leaks": ["the database"]},
        {"quiet": None},
        # Five pages are needed; four kills that count, a fault and two spoilt answers.
        {"pages": 13},
        # Ten files; twelve of the worker's, four of three others and of the fault, two spoilt.
        {"files": 10 + 12 + 4 * 4 + 2 + 1},
    ],
)
def test_each_kind_of_damage_breaks_a_rule(said: dict[str, Any]) -> None:
    assert len(tally.broken({**GOOD, **said})) == 1


def test_what_the_dead_may_cost_is_allowed() -> None:
    assert tally.broken({**GOOD, "pages": 12, "files": 10 + 12 + 4 * 4 + 2}) == []


def test_the_table_has_a_row_for_each_and_their_sum() -> None:
    page = tally.document([GOOD, {**GOOD, "seed": 2, "lost": 3}])
    assert "10 kill -9 over 2 seeds and 2 rounds; 3 lost, 0 doubled" in page
    assert len([line for line in page.splitlines() if line.startswith(("| 1 |", "| 2 |"))]) == 2
    assert "FLUSHALL 2" in page
