"""Whatever a list holds, a good row in it is kept and nothing but BadExport is raised."""

from __future__ import annotations

import json
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.errors import BadExport
from providers.instagram.export import effort, rows_of_html
from providers.instagram.export.archive import opened
from providers.instagram.export.cleaning import cleaned
from providers.instagram.export.mojibake import repaired
from providers.instagram.export.rows_of_html import told_of_page
from providers.instagram.export.rows_of_json import Entries, TooMuch
from tests.providers.export.files import (
    DOOR,
    HARBOUR,
    LIKES,
    code_of,
    labelled,
    liked,
    likes,
    link,
    owner,
    rows_in,
    rows_of,
    zipped,
)

KEYS = [
    "title",
    "string_list_data",
    "string_map_data",
    "href",
    "value",
    "timestamp",
    "label_values",
]
TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
    | st.sampled_from([link(), "mila.paints", 1714903200, "\0", "2019-05-01", "9999-12-31"])
)
ANY = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | TEXT, inner, max_size=5)
    ),
    max_leaves=16,
)
NAMES = st.sampled_from(
    [
        "liked_posts.json",
        "saved_posts.json",
        "saved_collections.json",
        "likes.json",
        "liked_comments.json",
    ]
)
GOOD = [liked(), labelled({"value": link()}, owner("Mila", "mila.paints"))]
QUIET = settings(max_examples=60, deadline=None, database=None)


def read(raw: str | bytes, name: str = "liked_posts.json") -> list[object]:
    with tempfile.TemporaryDirectory() as folder:
        return list(rows_in(Path(folder), raw, name))


@QUIET
@given(st.lists(ANY, max_size=5), st.sampled_from(GOOD), st.integers(0, 5))
def test_a_good_row_survives_among_anything(junk: list[object], good: object, at: int) -> None:
    rows = read(json.dumps([*junk[:at], good, *junk[at:]]))
    assert len(rows) > len(junk)
    assert sum(link() in str(row) for row in rows) >= 1
    assert all(str(row).encode() and "\0" not in str(row) for row in rows)


@QUIET
@given(NAMES, st.dictionaries(TEXT | st.sampled_from(["likes_media_likes"]), ANY, max_size=3))
def test_any_object_is_read_or_refused(name: str, value: dict[str, object]) -> None:
    assert isinstance(read(json.dumps(value), name), list)


@QUIET
@given(st.binary(max_size=200), NAMES)
def test_any_bytes_are_read_or_refused(raw: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for start in (b"[", b"{", b"<"):
            assert code_of(Path(folder), start + raw, name) in {"", "bad_json", "bad_html"}


@QUIET
@given(TEXT)
def test_repairing_undoes_the_spelling_and_nothing_else(text: str) -> None:
    meant = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert repaired(meant.encode().decode("latin-1")) == meant


@QUIET
@given(st.lists(ANY, max_size=3), st.integers(1, 9))
def test_cleaning_keeps_all_that_can_be_kept(value: list[object], size: int) -> None:
    raw = json.dumps([str(value), 12345678901234567, 1.5, "\\ud800", "9" * 30]).encode()
    chunks = (raw[at : at + size] for at in range(0, len(raw), size))
    assert json.loads(b"".join(cleaned(chunks))) == json.loads(raw)


ODD = {
    "lone surrogate": r'"a\ud800b"',
    "lone surrogate alone": r'"\udfff"',
    "NUL": r'"\u0000"',
    "5,000 digits": "9" * 5_000,
    "more than a double": "1e400",
    "more than any double": "-1e99999999999999999999",
    "20 digits": "12345678901234567890",
    "deep": "[" * 200 + "]" * 200,
    "deep object": '{"dict":[' * 100 + "]}" * 100,
}


@pytest.mark.parametrize("case", ODD)
def test_one_odd_value_costs_its_own_row_at_most(tmp_path: Path, case: str) -> None:
    raw = f'{{"likes_media_likes": [{json.dumps(liked())}, {ODD[case]}, {json.dumps(liked())}]}}'
    rows = rows_in(tmp_path, zipped({LIKES: raw}))
    assert [bool(row.post) for row in rows] == [True, False, True]


def test_a_text_that_cannot_be_stored_is_marked(tmp_path: Path) -> None:
    entry = json.dumps([labelled({"value": link()}, {"value": "CAPTION"})])
    raw = entry.replace("CAPTION", r"a\ud800b\u0000c\ud83d\udc4d")
    [row] = rows_in(tmp_path, zipped({LIKES: raw}))
    assert row.post is not None
    assert row.post.caption == "a\ufffdb\ufffdc👍"
    torn = entry.encode().replace(b"CAPTION", b"a\xff\xed\xa0\x80z")
    [row] = rows_in(tmp_path, zipped({LIKES: torn}))
    assert row.post is not None
    assert set(row.post.caption) == {"a", "\ufffd", "z"}


@pytest.mark.parametrize(
    "raw",
    [
        "[" * 100_000,
        '{"likes_media_likes": ' + "[" * 5_000 + "]" * 5_000 + "}",
        '[{"title": "' + "x" * 2_000_000,
        "[1, 2",
        "[1] [2]",
        "[NaN]",
        '["\n"]',
        "{'likes': []}",
    ],
)
def test_a_list_that_is_not_whole_is_refused(tmp_path: Path, raw: str) -> None:
    assert code_of(tmp_path, raw, "liked_posts.json") == "bad_json"


def test_an_entry_without_end_takes_no_memory() -> None:
    many = (b'"' + b"x" * 60_000 + b'",' for _ in range(400))
    chunks = (b"[[", *many, b'"end"], 7]')
    found = [value for _, value in Entries(chunks)]
    assert isinstance(found[0], TooMuch)
    assert found[1] == 7


def peak_of(path: Path, rows: int) -> int:
    """The most bytes that reading so many rows takes at once."""
    path.write_text(likes(*(liked(HARBOUR, 1500000000 + n * 977) for n in range(rows))))
    tracemalloc.start()
    with DOOR.open(path, path.name) as export:
        assert sum(1 for _ in export.rows()) == rows
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "liked_posts.json"
    peak_of(path, 10)
    assert peak_of(path, 3_000) < peak_of(path, 500) + 200_000


def test_a_file_that_changes_after_it_was_looked_through_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(zipped({LIKES: likes(liked())}))
    with DOOR.open(path, path.name) as export:
        path.write_bytes(b"PK")
        with pytest.raises(BadExport):
            list(export.rows())
    assert code_of(tmp_path, zipped({LIKES: "[]"})) == ""
    assert rows_of(path) == []


@pytest.mark.parametrize(
    "raw", ["<!--" * 600_000, "<![<![", "<div>" * 300, "<a href='" + "x" * 600_000]
)
def test_a_page_without_end_is_refused(raw: str) -> None:
    chunks = (raw[at : at + 65_536].encode() for at in range(0, len(raw), 65_536))
    with pytest.raises(BadExport):
        list(told_of_page(chunks))


@pytest.mark.parametrize("piece", ["</p>", "<br>", "<!---->", "<!x>", "<?x>", "a<b></b>"])
def test_everything_a_page_consists_of_is_counted(
    monkeypatch: pytest.MonkeyPatch, piece: str
) -> None:
    monkeypatch.setattr(rows_of_html, "_MOST_PIECES", 1_000)
    assert list(told_of_page([piece.encode() * 300])) == []
    with pytest.raises(BadExport):
        list(told_of_page([piece.encode() * 1_001]))


@pytest.mark.parametrize(("depth", "is_taken"), [(63, True), (64, False)])
def test_a_page_is_nested_sixty_four_deep_at_most(depth: int, is_taken: bool) -> None:
    raw = "<div>" * depth + "words" + "</div>" * depth
    try:
        list(told_of_page([raw.encode()]))
    except BadExport:
        assert not is_taken
    else:
        assert is_taken


@pytest.mark.parametrize(("count", "code"), [(1_000, ""), (1_001, "bad_json")])
def test_a_file_has_a_thousand_lists_at_most(tmp_path: Path, count: int, code: str) -> None:
    raw = json.dumps({f"list_{number}": [] for number in range(count)})
    assert code_of(tmp_path, raw, "liked_posts.json") == code


def test_a_list_that_comes_again_and_again_takes_no_memory() -> None:
    entries = Entries([b"{", *[b'"ab":[],' * 1_000] * 5, b'"ab":[]}'])
    assert list(entries) == []
    assert entries.names == {"ab"}


def collections(count: int) -> str:
    headings = [
        {"title": "Collection", "string_map_data": {"Name": {"value": f"shelf {number}"}}}
        for number in range(count)
    ]
    return json.dumps({"saved_saved_collections": headings})


@pytest.mark.parametrize(("count", "code"), [(2_000, ""), (2_001, "too_many_rows")])
def test_nobody_has_more_than_two_thousand_collections(
    tmp_path: Path, count: int, code: str
) -> None:
    half = {"saved/saved_collections.json": collections(count), LIKES: likes(liked())}
    assert code_of(tmp_path, zipped(half)) == code


@pytest.mark.parametrize(
    ("name", "raw"),
    [("liked_posts.json", likes(liked())), ("liked_posts.html", f"<a href='{link()}'>x</a>")],
)
def test_what_takes_too_much_work_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, raw: str
) -> None:
    assert code_of(tmp_path, raw, name) == ""
    monkeypatch.setattr(effort, "LOOK_SECONDS", -1.0)
    assert code_of(tmp_path, raw, name) == "too_much_work"


def test_work_is_counted_until_an_export_was_looked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effort, "LOOK_SECONDS", -1.0)
    path = tmp_path / "liked_posts.json"
    path.write_text(likes(liked()))
    looked = effort.Effort()
    [member] = looked.watched(opened(path, path.name)).lists
    with pytest.raises(BadExport):
        list(member.chunks())
    looked.end()
    assert b"".join(member.chunks()) == path.read_bytes()
