"""The storm's own figures: each kind of damage is seen, counted once, and breaks a rule."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.faults import account, damage, planted, tally

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
    "slid": 25,
    "troubles": {"no_answer": 2},
    **dict.fromkeys((*tally.ZERO, *tally.ALSO_ZERO), 0),
    "complaints": [],
    "leaks": [],
    "quiet": 12.0,
}


def liked(*posts: str) -> list[dict[str, Any]]:
    """Likes with one picture each, newest first."""
    return [
        {
            "post_id": post,
            "sources": [{"rank": -place}],
            "in_window": place < 4,
            "media": [{"position": 0, "kind": "image", "sha256": post * 2, "state": "stored"}],
        }
        for place, post in enumerate(posts)
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


@pytest.mark.parametrize(
    ("kept", "holes", "lost", "false_gaps"),
    [
        # Of seven the last three are out of reach; ranks are places among what is kept, upwards.
        ("abcdg", [(-3, -4)], 0, 0),
        ("abcdg", [], 2, 0),
        ("abcdg", [(-2, -3)], 2, 1),
        ("abcdefg", [(-3, -4)], 0, 1),
        # Within reach nothing may be missing, and no more than is known to have slid.
        ("acdg", [(-2, -3), (0, -1)], 1, 0),
        ("abcd", [(-3, -9)], 1, 0),
        # The end of a gap may be a like that was taken back.
        ("abcdxg", [(-4, -5)], 0, 0),
    ],
)
def test_only_what_slid_out_of_reach_may_be_missing_and_only_inside_a_gap(
    kept: str, holes: list[tuple[int, int]], lost: int, false_gaps: int
) -> None:
    told = truth(*"abcdefg", unliked="x")
    found = damage.assess(told, liked(*kept), holes, slid=2)
    assert (found.lost, found.false_gaps, found.doubled) == (lost, false_gaps, 0)


def test_a_file_that_was_written_half_is_seen(tmp_path: Path) -> None:
    for content, written in ((b"whole", b"whole"), (b"half", b"ha"), (b"none", b"")):
        sha256 = hashlib.sha256(content).hexdigest()
        file = tmp_path / sha256[:2] / sha256[2:4] / sha256
        file.parent.mkdir(parents=True)
        file.write_bytes(written)
    assert len(damage.half_files(tmp_path)) == 2


def test_the_least_pages_are_those_that_a_visit_keeps_and_not_more_than_it_needs() -> None:
    # Walked to the end; one new like; 90 over four pages, of which a visit that was cut off kept
    # one; one that looked back.
    done, failed = "done", "failed"
    visits = [
        (True, 10, 330, done, False),
        (False, 1, 1, done, False),
        (False, 1, 33, failed, False),
        (False, 5, 57, done, False),
        (True, 11, 0, done, True),
    ]
    assert account.least_pages(visits, 10) == 10 + 1 + 1 + 5 + 11
    assert account.least_pages([(True, 12, 330, done, False)], 10) == 10
    assert account.least_pages([(False, 9, 1, done, False)], 10) == 5


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
        *({name: 1} for name in (*tally.ZERO, *tally.ALSO_ZERO)),
        {"troubles": {"circles": 1}},
        {"complaints": ["bytes"]},
        {"leaks": ["the database"]},
        {"quiet": None},
        # Five pages are needed; a worker with two walks, three kills, a fault, two spoilt answers.
        {"pages": 5 + 2 + 3 + 1 + 2 + 1},
        # Ten files; twelve of the worker's, four of three others and of the fault, two spoilt.
        {"files": 10 + 12 + 4 * 4 + 2 + 1},
    ],
)
def test_each_kind_of_damage_breaks_a_rule(said: dict[str, Any]) -> None:
    assert len(tally.broken({**GOOD, **said})) == 1


def test_what_the_dead_may_cost_is_allowed() -> None:
    assert tally.broken({**GOOD, "pages": 13, "files": 10 + 12 + 4 * 4 + 2}) == []


def test_the_table_has_a_row_for_each_and_their_sum() -> None:
    page = tally.document([GOOD, {**GOOD, "seed": 2, "lost": 3}])
    assert "10 kill -9 over 2 seeds and 2 rounds; 3 lost, 0 doubled" in page
    assert len([line for line in page.splitlines() if line.startswith(("| 1 |", "| 2 |"))]) == 2
    assert "FLUSHALL 2" in page
    assert "- **seed 2**: 3 lost." in page
    assert "did not hold" not in tally.document([GOOD])


def test_what_storms_said_of_planted_bugs_stands_below_the_table(tmp_path):
    assert planted.chapter(tmp_path) == ""
    found = {"mutant": "lease_fence", "said": ["1 lost", "1 circles"], "kills": 12, "why": ""}
    missed = {"mutant": "coverage_no_gap", "said": [], "kills": 36, "why": ""}
    for each in (found, missed):
        (tmp_path / f"mutant-{each['mutant']}.json").write_text(json.dumps(each))
    lines = planted.chapter(tmp_path).splitlines()[-2:]
    assert lines == [
        f"| `coverage_no_gap`: {planted.promise('coverage_no_gap')} | **not found** | 36 |",
        f"| `lease_fence`: {planted.promise('lease_fence')} | 1 lost; 1 circles | 12 |",
    ]
