"""Whatever stands in the fields of an item: nothing is raised, its neighbours stay, it is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
    max_examples=12,
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


def bending(spoil: list[tuple[float, Any]]) -> Callable[[Any], Any]:
    """Puts junk at places that are named by how far down the list of all places they stand."""

    def bend(value: Any) -> Any:
        for place, junk in spoil:
            paths = list(paths_in(value))
            value = put(value, paths[int(place * len(paths))], junk)
        return value

    return bend


SPOILT = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.sampled_from(JUNK)), min_size=1, max_size=4
)


@pytest.mark.parametrize("side", ["", "view "])
def test_junk_in_any_field_costs_nothing_but_its_own_item(db, service, side):
    """`side`: where a service tells of an item in two places, the second of them."""

    @FEW
    @given(st.lists(SPOILT, min_size=3, max_size=3))
    def check(spoils: list[list[tuple[float, Any]]]) -> None:
        service.reset()
        bad = service.like(3)
        good = [service.like(1)[0], *bad, *service.like(2)]
        service.likes["tess"].sort(key=lambda one: good.index(one.post_id))
        check_page(bad, spoils)

    def check_page(bad: list[str], spoils: list[list[tuple[float, Any]]]) -> None:
        service.size = 20
        feed = feed_of(service, "tess")
        for post_id, spoil in zip(bad, spoils, strict=True):
            service.bent[f"{side}{post_id}"] = bending(spoil)
        crawl, _ = visit(feed)
        assert (crawl.state, crawl.trouble) == (Crawl.State.DONE, "")
        untouched = [post_id for post_id in service.order() if post_id not in bad]
        assert [post_id for post_id in kept(feed) if post_id in untouched] == untouched
        assert crawl.new_entries + crawl.rejected == 6
        assert Quarantined.objects.filter(feed=feed).exists() == bool(crawl.rejected)
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
