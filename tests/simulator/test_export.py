"""What "download your information" hands out: the shapes, the traps, and the API's own posts."""

from __future__ import annotations

import io
import json
import re
import string
import zipfile
from collections.abc import Iterator

import pytest
import requests

from simulator.download.beside import LETTER
from simulator.serve import Simulator
from tests.simulator.conftest import ids

LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
LINK = re.compile(r"https://www\.instagram\.com/(?:p|reel)/([A-Za-z0-9_-]+)/")
TOP = "your_instagram_activity/"


@pytest.fixture(scope="module")
def still() -> Iterator[Simulator]:
    """A simulator that the tests of this file only read."""
    with Simulator(seed="exports") as running:
        yield running


def files(*zips: bytes) -> dict[str, bytes]:
    found = {}
    for body in zips:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            assert packed.testzip() is None
            found |= {name: packed.read(name) for name in packed.namelist()}
    return found


def post_id(link: str) -> str:
    """The media id inside a link, worked out here by hand."""
    number = 0
    for letter in LINK.search(link)[1][:11]:
        number = number * 64 + LETTERS.index(letter)
    return str(number)


def rows(found: dict[str, bytes], name: str) -> list[dict]:
    return json.loads(found[name])


def link_of(row: dict) -> str:
    return row["label_values"][0]["value"]


def likes_of(found: dict[str, bytes]) -> list[dict]:
    names = sorted(name for name in found if "liked_posts" in name)
    return [row for name in names for row in rows(found, name)]


def test_an_export_of_all_time_holds_every_like_with_its_second_newest_first(still):
    truth = still.truth("ada")["likes"]
    said = likes_of(files(*still.export("ada")))
    assert len(said) == 3412
    assert [(post_id(link_of(row)), row["timestamp"]) for row in said] == [
        (like["post_id"], int(like["liked_at"])) for like in truth
    ]
    for row, like in zip(said, truth, strict=True):
        owners = [one for one in row["label_values"] if one.get("title") == "Owner"]
        assert [one["dict"][0]["dict"][-1]["value"] for one in owners] in ([like["author"]], [])


def test_what_the_api_shows_is_in_the_export_under_the_same_numbers(sim, walk):
    shown = ids(walk("ben"))
    told = {post_id(link_of(row)) for row in likes_of(files(*sim.export("ben")))}
    assert len(shown) == 300
    assert told > set(shown)


def test_whoever_does_not_look_gets_the_last_year_only(still, http):
    page = http.get(f"{still.url}/download/request/", timeout=20).text
    assert re.search(r'<select name="range"><option value="year">Last year', page)
    ready = http.post(f"{still.url}/download/request/", {"person": "ada"}, timeout=20)
    name = re.search(r'href="(instagram-ada\.looks-\d{4}-\d\d-\d\d-\w{8}\.zip)"', ready.text)[1]
    answer = http.get(ready.url + name, timeout=20)
    assert answer.headers["Content-Type"] == "application/zip"
    few = likes_of(files(answer.content))
    assert 300 < len(few) < 3412
    assert few[0]["timestamp"] - few[-1]["timestamp"] <= 366 * 86_400


def test_what_was_unliked_or_deleted_is_not_in_it(sim):
    gone = {*sim.unlike("ben", position=3), *sim.delete_post(person="ben", position=7)}
    told = {post_id(link_of(row)) for row in likes_of(files(*sim.export("ben")))}
    assert len(told) == 448
    assert told.isdisjoint(gone)


def test_text_is_written_as_its_bytes_each_escaped_as_a_letter(still):
    found = files(*still.export("ada"))
    for name in (f"{TOP}likes/liked_posts.json", f"{TOP}saved/saved_posts.json"):
        assert found[name].isascii()
        assert not re.search(rb"\\u(?!00)", found[name])
    name = rows(found, f"{TOP}saved/saved_collections.json")[0]["label_values"][0]["value"]
    assert name.encode("latin-1").decode() == "Rezepte & Küche 🍲"


def shape(value):
    """Keys and types, the first of each list."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


OWNER = {"title": "str", "dict": [{"title": "str", "dict": [{"label": "str", "value": "str"}]}]}
SAVED = {"title": "str", "string_map_data": {"Saved on": {"href": "str", "timestamp": "int"}}}
LIKED = {
    "title": "str",
    "string_list_data": [{"href": "str", "value": "str", "timestamp": "int"}],
}


def test_the_newest_shape_is_a_list_of_labels(still):
    found = files(*still.export("ben"))
    like = rows(found, f"{TOP}likes/liked_posts.json")[0]
    assert set(like) == {"timestamp", "media", "label_values", "fbid"}
    assert shape(like["label_values"][0]) == {"label": "str", "value": "str", "href": "str"}
    assert shape(like["label_values"][1]) == OWNER
    saved = rows(found, f"{TOP}saved/saved_posts.json")[0]["label_values"]
    assert [one.get("label") or one["title"] for one in saved] == [
        "URL", "Caption", "Title", "Hashtags", "Brand partner", "Owner",
    ]  # fmt: skip
    assert shape(rows(found, f"{TOP}likes/liked_comments.json")) == {"likes_comment_likes": [LIKED]}


def test_in_the_newest_shape_an_owner_or_a_link_is_missing_at_times(still):
    labels = [row["label_values"] for row in likes_of(files(*still.export("ada")))]
    assert any(len(one) == 1 for one in labels)
    assert any("href" not in one[0] for one in labels)


def test_the_shape_before_is_an_object_with_one_key(still):
    found = files(*still.export("ben", layout="2021"))
    assert shape(rows(found, "likes/liked_posts.json")) == {"likes_media_likes": [LIKED]}
    assert shape(rows(found, "saved/saved_posts.json")) == {"saved_saved_media": [SAVED]}
    flat = rows(found, "saved/saved_collections.json")["saved_saved_collections"]
    headers = [row for row in flat if "title" in row]
    assert len(headers) == 3
    assert shape(headers[0]["string_map_data"]) == {
        "Name": {"value": "str"},
        "Creation Time": {"timestamp": "int"},
        "Update Time": {"timestamp": "int"},
    }
    assert shape(flat[1]["string_map_data"]) == {
        "Name": {"href": "str", "value": "str"},
        "Added Time": {"timestamp": "int"},
    }


def test_the_oldest_shape_says_when_and_whose_but_not_which(still):
    found = files(*still.export("ada", layout="2018"))
    likes = rows(found, "likes.json")["media_likes"]
    assert len(likes) == 3412
    assert [name for _, name in likes] == [like["author"] for like in still.truth("ada")["likes"]]
    assert b"instagram.com" not in found["likes.json"] + found["saved.json"]


@pytest.mark.parametrize(("layout", "page"), [("2026", f"{TOP}likes/"), ("2021", "likes/")])
def test_as_pages_it_has_the_same_links_and_dates_to_the_minute(still, layout, page):
    found = files(*still.export("ben", layout=layout, format="html"))
    text = found[f"{page}liked_posts.html"].decode()
    linked = re.findall(r'href="([^"]+)"', text)
    truth = still.truth("ben")["likes"]
    assert list(map(post_id, linked)) == [like["post_id"] for like in truth]
    dates = re.findall(r"[A-Z][a-z]{2} \d\d, \d{4},? \d{1,2}:\d\d\u202f[AaPp][Mm]", text)
    assert len(dates) == 450


def test_saved_posts_and_collections_are_what_the_simulator_says(still):
    truth, found = still.saved("ada"), files(*still.export("ada"))
    saved = rows(found, f"{TOP}saved/saved_posts.json")
    assert [(post_id(link_of(row)), row["timestamp"]) for row in saved] == [
        (one["post_id"], one["at"]) for one in truth["saved"]
    ]
    assert len(saved) == 36
    assert len(truth["collections"]) == 3
    for row, members in zip(
        rows(found, f"{TOP}saved/saved_collections.json"),
        truth["collections"].values(),
        strict=True,
    ):
        media = row["label_values"][2]["dict"]
        assert [post_id(one["dict"][0]["value"]) for one in media] == members


def test_of_three_pieces_each_is_a_zip_and_together_they_are_one_export(still):
    named = still.export_files("ben", range="all", parts=3)
    assert [re.search(r"-\w{8}_(\d)\.zip$", name)[1] for name in named] == ["1", "2", "3"]
    pieces = [[name for name in files(body) if "liked_posts" in name] for body in named.values()]
    assert pieces == [[f"{TOP}likes/liked_posts_{number}.json"] for number in (1, 2, 3)]
    whole = likes_of(files(*still.export("ben")))
    assert likes_of(files(*named.values())) == whole


def test_a_long_list_is_cut_into_numbered_files(sim):
    sim.set_likes("p", 10_050)
    found = files(*sim.export("p", layout="2021"))
    sizes = [len(rows(found, f"likes/liked_posts_{n}.json")["likes_media_likes"]) for n in (1, 2)]
    assert sum(sizes) == 10_050
    assert max(sizes) <= 10_000


@pytest.mark.parametrize("layout", ["2026", "2021", "2018"])
def test_letters_lie_beside_the_likes_and_say_nothing_in_them(still, layout):
    found = files(*still.export("ben", layout=layout))
    letters = [name for name, body in found.items() if LETTER.encode() in body]
    assert any(name.endswith("message_1.json") for name in letters)
    assert all("/inbox/" in name for name in letters)
    for folder in ("contacts/", "recent_searches/", "ads_information/"):
        assert any(folder in name for name in found)
    assert any(
        b"ben_on_foot" in found[name] for name in found if "profile" in name or "personal" in name
    )


def test_whoever_likes_nothing_gets_a_note_that_there_is_nothing(still):
    found = files(*still.export("dora"))
    assert f"{TOP}likes/no-data.txt" in found
    assert not [name for name in found if "liked_" in name or "saved" in name]


def test_the_same_export_twice_is_the_same_to_the_byte(sim):
    before = [sim.export("chika", layout=layout) for layout in ("2026", "2021", "2018")]
    sim.restart()
    assert [sim.export("chika", layout=layout) for layout in ("2026", "2021", "2018")] == before


@pytest.mark.parametrize(
    "said", [{"person": "nobody"}, {"layout": "2031"}, {"parts": "9"}, {"range": "week"}]
)
def test_what_is_not_on_the_page_is_refused(still, http, said):
    form = {"person": "ben", **said}
    answer = http.post(f"{still.url}/download/request/", form, timeout=20)
    assert answer.status_code == 400
    with pytest.raises(ValueError, match="error"):
        still.export_files(**form)


def test_a_link_of_long_ago_has_run_out(still):
    answer = requests.get(f"{still.url}/download/files/{'a' * 24}/x.zip", timeout=20)
    assert answer.status_code == 404
    assert "run out" in answer.text
