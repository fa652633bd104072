"""Whatever JSON can hold, the parser neither raises nor loses a good post."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import fields, is_dataclass
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from providers.answer import read_json
from providers.errors import ProviderError
from providers.instagram.parse import read_posts
from providers.text import clean, identifier, moment, number, shape, whole
from tests.providers.posts import make_2011_post, make_post, videos

KEYS = [
    "id",
    "type",
    "user",
    "username",
    "full_name",
    "created_time",
    "link",
    "tags",
    "caption",
    "text",
    "from",
    "location",
    "name",
    "latitude",
    "longitude",
    "images",
    "videos",
    "carousel_media",
    "thumbnail",
    "standard_resolution",
    "url",
    "width",
    "height",
]
TEXT = st.text(st.characters(exclude_categories=()), max_size=30)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats()
    | TEXT
    | st.sampled_from(["1521450000", "https://x.example/a.jpg", "//x/a", "https://[", "5_6", "\0"])
)
ANY = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | TEXT, inner, max_size=6)
    ),
    max_leaves=20,
)
GOOD = [
    make_post(),
    make_post(id="5_6", videos=videos(), carousel_media=[{"videos": videos()}]),
    make_2011_post(),
]
QUIET = settings(max_examples=100, deadline=None, database=None)


@QUIET
@given(st.lists(ANY, max_size=6), st.sampled_from(GOOD), st.integers(0, 6))
def test_a_good_post_survives_among_anything(junk, good, at):
    data = [*junk[:at], good, *junk[at:]]
    posts, rejected, _ = read_posts(data)
    assert len(posts) + len(rejected) == len(data)
    assert read_posts([good])[0][0] in posts
    assert all(storable(post) for post in (*posts, *rejected))


@QUIET
@given(st.sampled_from(GOOD), st.dictionaries(st.sampled_from(KEYS), ANY, max_size=5))
def test_a_post_with_anything_in_its_fields_is_kept_while_its_id_is_good(good, changes):
    post = {**good, **changes, "id": good["id"], "created_time": "1521450000"}
    posts, rejected, _ = read_posts([post])
    assert rejected == ()
    assert storable(posts[0])


@QUIET
@given(st.sampled_from(GOOD), st.data())
def test_a_post_with_anything_deep_inside_is_read(good, data):
    post = json.loads(json.dumps(good))
    place: Any = post
    for _ in range(data.draw(st.integers(0, 3))):
        inner = [value for value in _values(place) if isinstance(value, dict | list) and value]
        if inner:
            place = data.draw(st.sampled_from(inner))
    key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else [0]))
    place[key] = data.draw(ANY)
    posts, rejected, unknown = read_posts([post])
    assert len(posts) + len(rejected) == 1
    assert storable((*posts, *rejected, *unknown))


@QUIET
@given(st.binary(max_size=200) | ANY.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_object_or_an_error_of_ours(raw):
    with suppress(ProviderError):
        assert isinstance(read_json(raw, ()), dict)


@QUIET
@example("a\0b", 40)
@given(TEXT, st.integers(0, 40))
def test_cleaning_changes_nothing_but_what_cannot_be_stored(text, limit):
    found = clean(text, limit)
    assert storable(found)
    assert len(found) <= limit
    if storable(text):
        assert found == text[:limit]


@QUIET
@given(ANY)
def test_any_value_is_a_number_a_time_an_id_or_nothing(value):
    assert storable(identifier(value))
    assert storable(shape(value))
    assert number(value) is None or abs(number(value)) < float("inf")
    assert whole(value) is None or 0 < whole(value) < 2**31
    assert moment(value) is None or moment(value).tzinfo is not None


def storable(value: Any) -> bool:
    """Whether PostgreSQL and UTF-8 take all text in a value."""
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)
    if is_dataclass(value):
        return all(storable(getattr(value, one.name)) for one in fields(value))
    return all(map(storable, value)) if isinstance(value, tuple) else True


def _values(place: Any) -> list[Any]:
    return list(place.values()) if isinstance(place, dict) else list(place)
