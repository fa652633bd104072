"""Whatever stands in the fields of an item: nothing is raised, all others stay, it is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from archive.models import Quarantined
from harvester.models import Crawl
from tests.conformance.conftest import feed_of
from tests.conformance.places import RAW, Answer
from tests.conftest import visit
from tests.shelves import check_laws, kept

DEEP = f"{RAW}{'[' * 60}{']' * 60}"
JUNK = (
    *(None, True, 0, -1, 0.5, 2**70, "", " ", [], {}, [None], {"": None}, [[{}]], [1] * 200),
    *("\0", "\ud800", "a\0b\udfff", "\u202e", "x" * 70_000, "\U0010ffff", "javascript:alert(1)"),
    *("http://[::1", "https://a b/", "//", "9" * 400, "-1", "NaN", "1e400", "2026-99-99"),
    *(f"{RAW}1e400", f"{RAW}-1e400", f"{RAW}NaN", f"{RAW}{'7' * 5000}", DEEP),
    *({"$type": []}, {"uri": {"uri": []}}, {"url": 7}, {"id": {}}, {"\0": "\0"}),
)
FEW = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def paths_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a JSON value, the whole of it first."""
    yield path
    keys = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for key in keys:
        yield from paths_in(value[key], (*path, key))


def put(value: Any, path: tuple[Any, ...], junk: Any) -> Any:
    """The value with something else at one place of it."""
    if not path:
        return junk
    value[path[0]] = put(value[path[0]], path[1:], junk)
    return value


Spoil = list[tuple[float, int]]
# Places by how far down the list of all places they stand, junk by its number.
SPOIL = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, len(JUNK) - 1)),
    min_size=1,
    max_size=4,
)


def bending(spoil: Spoil) -> Callable[[Any], Any]:
    """Puts junk into a value."""

    def bend(value: Any) -> Any:
        for place, junk in spoil:
            paths = list(paths_in(value))
            value = put(value, paths[int(place * len(paths))], deepcopy(JUNK[junk]))
        return value

    return bend


def test_junk_in_any_field_costs_nothing_but_its_own_item(db, service):
    @FEW
    @given(st.sampled_from(service.sides), SPOIL)
    def check(side: str, spoil: Spoil) -> None:
        service.reset()
        older, (bad,), newer = service.like(1), service.like(1), service.like(2)
        service.bent[f"{side}{bad}"] = bending(spoil)
        feed = feed_of(service, "tess")
        crawl, _ = visit(feed)
        assert (crawl.state, crawl.trouble) == (Crawl.State.DONE, "")
        good = [*reversed(newer), *older]
        assert [post_id for post_id in kept(feed) if post_id in good] == good
        assert crawl.new_entries + crawl.rejected == 4
        assert Quarantined.objects.filter(feed=feed).count() == crawl.rejected
        check_laws(feed)

    check()


@pytest.mark.parametrize("junk", [None, "\ud800", 7, [], {}, DEEP], ids=repr)
def test_an_item_that_is_none_is_set_aside(feed, service, junk):
    """Each of them with its reason; what comes after it keeps its order."""
    bad = service.order()[1]
    service.bent[bad] = lambda post: junk
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.rejected, crawl.new_entries) == (Crawl.State.DONE, 1, 17)
    assert Quarantined.objects.get().reason
    assert kept(feed) == [post_id for post_id in service.order() if post_id != bad]


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"data":' + b"7" * 5000 + b"}",
        b'{"data":1e400,"records":1e400}',
        b"\xff\xfe\x00",
        b"\x00" * 10_000,
        b'{"data":[],"records":[],"x":"' + b"x" * 6_000_000 + b'"}',
    ],
    ids=["deep_list", "deep_object", "digits", "infinite", "no_utf8", "nul", "huge"],
)
def test_a_page_of_junk_raises_nothing_and_counts_as_no_end(feed, service, body):
    service.tell(Answer(200, body), skip=1)
    crawl, _ = visit(feed)
    assert (crawl.state, crawl.attempts) == (Crawl.State.WAITING, 1)
    assert crawl.trouble
    assert kept(feed) == service.order()[: service.size]
