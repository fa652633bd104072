"""Every form that exports had is read, told by shape alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from providers.instagram.codec import post_id_of, shortcode
from providers.shapes import ExportRow
from tests.providers.export import files
from tests.providers.export.files import (
    BREAD,
    DOOR,
    HARBOUR,
    KITE,
    LIKES,
    MOSS,
    SAMPLES,
    labelled,
    liked,
    likes,
    link,
    owner,
    rows_in,
    rows_of,
    zipped,
)

OF_COMMENT = "a like of a comment; this archive keeps likes of posts"
OF_STORY = "a like of a story; this archive keeps likes of posts"


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def brief(row: ExportRow) -> tuple[str, str, str, str]:
    """Feed, title, whose, and the address's last two parts or why there is none."""
    if row.post is None:
        return (row.feed, row.title, row.label, row.reason)
    return (row.feed, row.title, row.post.author, "/".join(row.post.link.split("/")[3:5]))


def test_the_form_of_2018_is_kept_as_what_it_is() -> None:
    rows = rows_of(SAMPLES / "of_2018")
    posts = [row.post for row in rows if row.post]
    assert [post.post_id for post in posts] == [
        "vague:2019-05-01T12:34:56Z:mila.paints:0",
        "vague:2018-11-11T09:00:00Z:old_tram:0",
        "vague:2018-11-11T09:00:00Z:old_tram:1",
        "vague:2018-11-11T09:30:00Z:mila.paints:0",
        "vague:2018-12-24T20:15:00Z:old_tram:0",
    ]
    assert all(post.is_vague and post.posted_at is None for post in posts)
    assert posts[0].link == "https://www.instagram.com/mila.paints/"
    assert posts[3].liked_at == at(2018, 11, 11, 9, 30)
    assert [row.label for row in rows][::4] == [
        "@mila.paints, 1 May 2019",
        "@quiet_otter, 4 June 2018",
    ]
    assert [row.feed for row in rows] == ["liked"] * 5 + ["saved"]


def test_the_form_of_2021_is_read_in_any_language() -> None:
    assert [brief(row) for row in rows_of(SAMPLES / "of_2021")] == [
        ("liked", "", "mila.paints", f"p/{HARBOUR}"),
        ("liked", "", "old_tram", f"reel/{KITE}"),
        ("liked", "", "old_tram", f"tv/{BREAD}"),
        ("liked", "", "", "it names no post"),
        ("saved", "", "mila.paints", f"p/{HARBOUR}"),
        ("saved", "", "mila.paints", f"p/{MOSS}"),
        ("collection", "Küche", "old_tram", f"p/{BREAD}"),
        ("collection", "Küche", "@quiet_otter, 24 April 2024", "it names no post"),
        ("collection", "Empty shelf", "Empty shelf, 24 April 2024", ""),
        ("liked", "", "@quiet_otter, 5 May 2024", OF_COMMENT),
        ("liked", "", "@quiet_otter, 5 May 2024", OF_STORY),
    ]


def test_the_form_of_2026_is_read_in_any_language() -> None:
    rows = rows_of(SAMPLES / "of_2026")
    assert [brief(row) for row in rows] == [
        ("liked", "", "zoe_a", f"reel/{KITE}"),
        ("liked", "", "", f"p/{HARBOUR}"),
        (
            "liked",
            "",
            "@zoe_a, 13 February 2026",
            "a like of a story; this archive keeps likes of posts",
        ),
        ("saved", "", "old_tram", f"p/{BREAD}"),
        ("collection", "Küche", "old_tram", f"p/{BREAD}"),
        ("collection", "Küche", "@gone_owl", "it names no post"),
        ("collection", "Empty shelf", "Empty shelf, 25 February 2026", ""),
    ]
    saved = rows[3].post
    assert saved is not None
    assert (saved.caption, saved.hashtags) == ("Sourdough, day 3 🍞", ("sourdough", "bröd"))
    assert saved.author_name == "Old Tram"


def test_labels_and_titles_are_never_looked_at(tmp_path: Path) -> None:
    text = (SAMPLES / "of_2026" / LIKES).read_text()
    plain = rows_in(tmp_path, zipped({LIKES: text}))
    for word in ("URL", "URI", "Owner", "Name", "Username"):
        text = text.replace(f'"{word}"', f'"{word[::-1]} på svenska"')
    assert rows_in(tmp_path, zipped({LIKES: text})) == plain


def test_all_forms_in_one_zip_keep_their_rows(tmp_path: Path) -> None:
    samples = ("of_2018", "of_2021", "of_2026", "page_of_2023", "page_of_2026")
    paths = [path for name in samples for path in sorted((SAMPLES / name).rglob("*.*"))]
    parts = {f"top/{path.relative_to(SAMPLES).as_posix()}": path.read_bytes() for path in paths}
    alone = sum(len(rows_of(SAMPLES / name)) for name in samples)
    forth = rows_in(tmp_path, zipped(parts))
    assert len(forth) == alone
    assert rows_in(tmp_path, zipped(list(parts.items())[::-1])) == forth


def test_one_list_holds_entries_of_every_form(tmp_path: Path) -> None:
    mixed = [liked(), labelled({"value": link(KITE)}), ["2019-05-01T12:00:00", "old_tram"], 7, None]
    rows = rows_in(tmp_path, zipped({LIKES: json.dumps(mixed)}))
    assert [bool(row.post) for row in rows] == [True, True, True, False, False]
    assert [row.number for row in rows] == [1, 2, 3, 4, 5]
    assert {row.reason for row in rows[3:]} == {"it is not in a form that is known"}


@pytest.mark.parametrize("path", ["liked_posts_1.json", "a/b/LIKED_POSTS.JSON", "liked_reels.json"])
def test_a_list_is_known_by_its_last_name_wherever_it_lies(tmp_path: Path, path: str) -> None:
    [row] = rows_in(tmp_path, zipped({path: json.dumps([labelled({"value": link()})])}))
    assert (row.feed, row.file) == ("liked", path)


def test_the_only_array_is_the_list_whatever_its_name(tmp_path: Path) -> None:
    [row] = rows_in(tmp_path, zipped({LIKES: json.dumps({"v": 2, "me_gusta": [liked()]})}))
    assert row.post is not None
    beside = json.dumps({"adverts": [liked(KITE)], "likes_media_likes": [liked()]})
    rows = rows_in(tmp_path, zipped({LIKES: beside}))
    assert [bool(row.post) for row in rows] == [False, True]


def test_numbered_parts_stand_in_their_order(tmp_path: Path) -> None:
    parts = {f"liked_posts_{n}.json": likes(liked(at=1714903200 + n)) for n in (10, 2, 1)}
    rows = rows_in(tmp_path, zipped(parts))
    assert [row.file for row in rows] == [f"liked_posts_{n}.json" for n in (1, 2, 10)]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (f"https://www.instagram.com/p/{HARBOUR}/", f"p/{HARBOUR}"),
        (f"http://instagram.com/reels/{HARBOUR}?igsh=x", f"reel/{HARBOUR}"),
        (f"https://instagr.am/tv/{HARBOUR}#a", f"tv/{HARBOUR}"),
        (f"https://www.instagram.com/mila.paints/p/{HARBOUR}", f"p/{HARBOUR}"),
        (f"https://www.instagram.com/p/{HARBOUR}{'k' * 28}/", f"p/{HARBOUR}"),
        ("https://www.instagram.com/p/BYd-x/", "p/BYd-x"),
        ("https://www.instagram.com/p/BYd/", ""),
        (f"https://www.instagram.com.evil.example/p/{HARBOUR}/", ""),
        (f"https://www.instagram.com@evil.example/p/{HARBOUR}/", ""),
        ("https://www.instagram.com/reels/audio/17900000000/", ""),
        (f"javascript:https://www.instagram.com/p/{HARBOUR}/", ""),
        ("https://www.instagram.com/mila.paints/", ""),
    ],
)
def test_addresses_of_posts(tmp_path: Path, address: str, expected: str) -> None:
    entry = {"title": "", "string_list_data": [{"href": address}]}
    [row] = rows_in(tmp_path, zipped({LIKES: likes(entry)}))
    found = row.post.link if row.post else ""
    assert found == (f"https://www.instagram.com/{expected}/" if expected else "")


def test_a_code_and_an_id_say_the_same() -> None:
    ids = {"BkAp_NqA8f7": 1801624514845722619, "DS8nkgTk0hN": 3800086217997109325}
    assert {code: int(post_id_of(code)) for code in ids} == ids
    assert [shortcode(number) for number in ids.values()] == list(ids)
    assert post_id_of("DS8nkgTk0hN" + "x" * 28) == post_id_of("DS8nkgTk0hN")
    assert post_id_of("not a code!") == post_id_of("") == ""


def test_the_time_of_the_post_comes_from_its_code(tmp_path: Path) -> None:
    [row] = rows_in(tmp_path, zipped({LIKES: likes(liked(HARBOUR))}))
    assert row.post is not None
    assert row.post.posted_at == at(2024, 5, 5, 10)
    assert row.post.post_id == post_id_of(HARBOUR)


@pytest.mark.parametrize("time", [0, -5, 1, None, "soon", 1714903200000, 10**18, True, [], 5e8])
def test_an_absurd_time_is_unknown(tmp_path: Path, time: object) -> None:
    [row] = rows_in(tmp_path, zipped({LIKES: likes(liked(at=time))}))
    assert row.post is not None
    assert row.post.liked_at is None


def test_text_is_repaired_exactly_once(tmp_path: Path) -> None:
    def name_of(written: str) -> str:
        entry = labelled({"value": link()}, owner(written, "zoe_a"))
        [row] = rows_in(tmp_path, zipped({LIKES: json.dumps([entry])}))
        return row.post.author_name if row.post else ""

    once = "Zoë".encode().decode("latin-1")
    assert name_of(once) == name_of("Zoë") == "Zoë"
    assert name_of(once.encode().decode("latin-1")) == once
    assert name_of("Ærø 👍") == "Ærø 👍"


def test_a_hashtag_or_a_partner_is_not_the_owner(tmp_path: Path) -> None:
    tags = {"title": "T", "dict": [{"dict": [{"value": tag}]} for tag in ("a1", "b2", "c3")]}
    partner, whose = owner("Mill Co", "mill.co", "Partner"), owner("Mila", "mila.paints")
    entry = labelled({"value": link()}, tags, partner, whose)
    [row] = rows_in(tmp_path, zipped({LIKES: json.dumps([entry])}))
    assert row.post is not None
    assert (row.post.author, row.post.hashtags) == ("mila.paints", ("a1", "b2", "c3"))


def test_a_file_taken_out_of_the_export_is_read_by_itself(tmp_path: Path) -> None:
    single = json.dumps([labelled({"value": link()})])
    assert rows_in(tmp_path, "\ufeff" + single, "my saved_posts (1).json")[0].feed == "saved"
    assert files.code_of(tmp_path, single, "things.json") == "which_list"


def test_whose_it_is_and_when_it_was_made(tmp_path: Path) -> None:
    with DOOR.open(SAMPLES / "of_2021", "of_2021") as export:
        assert export.account == "lena.likes"
        assert export.made_at == at(2025, 8, 18, 6, 53, 20)
    path = tmp_path / "upload"
    path.write_bytes(zipped({LIKES: likes(liked())}))
    with DOOR.open(path, "instagram-b.o.b-2026-03-01-aB3dE6gH.zip") as export:
        assert (export.account, export.advice) == ("b.o.b", "")
    assert DOOR.request_url == "https://accounts.example/download"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"Username": "lena.likes", "Gender": "female"}, "lena.likes"),
        (
            {"Brukernavn": "lena.likes", "Navn": "Lena", "Av": "true", "Tlf": "471"},
            "lena.likes",
        ),
        ({"Brukernavn": "lena.likes", "Stil": "rolig"}, "from.name"),
        ({"Brukernavn": "from.name", "Stil": "rolig"}, "from.name"),
        ({}, "from.name"),
    ],
)
def test_whose_it_is_stands_in_the_persons_own_file(
    tmp_path: Path, values: dict[str, str], expected: str
) -> None:
    spread = {key: {"value": value} for key, value in values.items()}
    rows = [{"label": key, "value": value} for key, value in values.items()]
    path = tmp_path / "upload"
    for entry in ({"string_map_data": spread}, {"label_values": rows}):
        own = json.dumps({"profile_user": [entry]})
        path.write_bytes(zipped({"a/personal_information.json": own, LIKES: likes()}))
        with DOOR.open(path, "instagram-from.name-2026-03-01-aB3dE6gH.zip") as export:
            assert export.account == expected
    path.write_bytes(zipped({"personal_information.json": "{", LIKES: likes()}))
    with DOOR.open(path, "likes.zip") as export:
        assert export.account == ""


def test_an_empty_category_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(zipped({"your_instagram_activity/likes/no-data.txt": "nothing"}))
    with DOOR.open(path, path.name) as export:
        assert (export.total, export.made_at) == (0, None)
        assert "All time" in export.advice
