"""Pages are read as well as they can be, by where their links stand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from providers.instagram.export.dates import date_in
from tests.providers.export.files import (
    BREAD,
    DOOR,
    HARBOUR,
    KITE,
    LIKES,
    MOSS,
    SAMPLES,
    likes,
    link,
    rows_in,
    rows_of,
    zipped,
)

PAGE = "likes/liked_posts.html"


def told(rows: list[object]) -> list[tuple[object, ...]]:
    posts = [row.post for row in rows]
    return [(p.link.split("/")[4], p.author, p.author_name, p.liked_at) for p in posts]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_the_page_of_2023_is_read() -> None:
    assert told([*rows_of(SAMPLES / "page_of_2023")]) == [
        (HARBOUR, "mila.paints", "", utc(2024, 5, 5, 10, 0)),
        (KITE, "old_tram", "", utc(2025, 8, 17, 21, 5)),
        (MOSS, "quiet_otter", "", None),
    ]


def test_the_page_of_2026_is_read() -> None:
    assert told([*rows_of(SAMPLES / "page_of_2026")]) == [
        (KITE, "zoe_a", "Zoë Ångström", utc(2025, 8, 18, 21, 43)),
        (BREAD, "", "", utc(2022, 12, 24, 0, 5)),
    ]


@pytest.mark.parametrize("sample", ["page_of_2023", "page_of_2026"])
def test_class_names_tell_nothing(tmp_path: Path, sample: str) -> None:
    text = (SAMPLES / sample / "liked_posts.html").read_text()
    for name in ("pam", "_3-95", "_a6-p", "_a6-g", "_2pim", "_3-94", "main"):
        text = text.replace(name, "div" if name == "main" else "q1")
    rows = rows_in(tmp_path, zipped({PAGE: text}))
    assert told([*rows]) == told([*rows_of(SAMPLES / sample)])


def test_a_page_comes_with_advice_and_json_goes_before_it(tmp_path: Path) -> None:
    page = (SAMPLES / "page_of_2023" / "liked_posts.html").read_bytes()
    path = tmp_path / "export.zip"
    path.write_bytes(zipped({PAGE: page}))
    with DOOR.open(path, path.name) as export:
        assert "JSON" in export.advice
        assert "All time" in export.advice
    path.write_bytes(zipped({PAGE: page, "likes/liked_posts.json": likes()}))
    with DOOR.open(path, path.name) as export:
        assert (export.total, export.advice == "") == (0, False)
    path.write_bytes(zipped({LIKES: page}))
    with pytest.raises(Exception, match="bad_json"), DOOR.open(path, path.name):
        pass


def test_saved_and_comments_are_told_by_the_name_of_the_page(tmp_path: Path) -> None:
    page = (SAMPLES / "page_of_2026" / "liked_posts.html").read_bytes()
    rows = rows_in(tmp_path, zipped({"saved_posts.html": page, "liked_comments.html": page}))
    assert [(row.feed, bool(row.post)) for row in rows] == [("saved", True)] * 2 + [
        ("liked", False)
    ] * 2


def test_a_row_without_anything_around_it_is_a_row(tmp_path: Path) -> None:
    page = f"<p><a href='{link()}'>x</a><p><a href='{link(KITE)}'>y</a><br><b>{link(MOSS)}"
    rows = rows_in(tmp_path, page, "liked_posts.html")
    assert [row.post.link for row in rows if row.post] == [link(), link(KITE)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jan 01, 2026, 9:00\u202fAM", utc(2026, 1, 1, 9)),
        ("Jan 01, 2026 9:43 am", utc(2026, 1, 1, 9, 43)),
        ("Dec 31, 2025, 12:59 PM", utc(2025, 12, 31, 12, 59)),
        ("Dec 31, 2025, 12:05 am", utc(2025, 12, 31, 0, 5)),
        ("Mar 3, 2024, 23:10:59", utc(2024, 3, 3, 23, 10)),
        ("01.02.2026, 21:05 Uhr", utc(2026, 2, 1, 21, 5)),
        ("1. März 2024 um 21:05", utc(2024, 3, 1, 21, 5)),
        ("4 juil. 2023, 08:30", utc(2023, 7, 4, 8, 30)),
        ("12 de out. de 2021, 07:00", utc(2021, 10, 12, 7)),
        ("5 ene 2022, 4:15 p. m.", utc(2022, 1, 5, 16, 15)),
        ("5 ago 2022, 04:15", utc(2022, 8, 5, 4, 15)),
        ("2026年1月2日 9:07", utc(2026, 1, 2, 9, 7)),
        ("2024-02-29 10:00", utc(2024, 2, 29, 10)),
        ("2023-02-29 10:00", None),
        ("01/02/2026, 9:00", None),
        ("Jan 01, 2026, 13:00 PM", None),
        ("Jan 01, 1999, 9:00", None),
        ("seen on Jan 01, 2026, 9:00 AM by all", None),
        ("Jan", None),
        ("", None),
    ],
)
def test_times_in_words(text: str, expected: datetime | None) -> None:
    assert date_in(text) == expected
