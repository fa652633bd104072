"""Ranks say a feed's order and nothing else: what keeps its own, what takes a new one."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.models.feed import STRIDE
from archive.order import NoRoom, place, staying

CEILING = 2**40


def below(taken):
    """What the database answers: the highest of `taken` under a rank."""
    return lambda rank: max((one for one in taken if one < rank), default=None)


def ranks(placed):
    return [one.rank for one in placed]


def test_new_items_go_down_from_the_ceiling_in_strides():
    placed = place([("a", None), ("b", None)], upper=CEILING, below=below([]))
    assert ranks(placed) == [CEILING - STRIDE, CEILING - 2 * STRIDE]
    assert all(one.moved for one in placed)


def test_known_items_in_order_stay_where_they_are():
    placed = place([("a", 30), ("b", 20), ("c", 10)], upper=CEILING, below=below([30, 20, 10]))
    assert [(one.rank, one.moved) for one in placed] == [(30, False), (20, False), (10, False)]


def test_what_comes_before_something_higher_has_moved_up():
    placed = place([("c", 10), ("a", 30), ("b", 20)], upper=CEILING, below=below([30, 20]))
    assert [one.moved for one in placed] == [True, False, False]
    assert placed[0].rank > 30


def test_between_two_known_items_a_new_one_takes_the_middle():
    placed = place([("a", 100), ("x", None), ("b", 50)], upper=CEILING, below=below([100, 50]))
    assert placed[1].rank == 75


def test_under_everything_it_counts_down_from_the_lowest():
    placed = place([("b", 50), ("x", None)], upper=CEILING, below=below([50]))
    assert placed[1].rank == 50 - STRIDE


def test_where_there_is_no_room_it_says_so():
    with pytest.raises(NoRoom) as full:
        place([("a", 51), ("x", None), ("b", 50)], upper=CEILING, below=below([51, 50]))
    assert full.value.upper == 51


def listing(known):
    """What a service may list: known items in any order, and new ones."""
    return st.lists(st.sampled_from([*known, None]), max_size=14)


def each_once(listed):
    return [one for at, one in enumerate(listed) if one is None or one not in listed[:at]]


KNOWN = st.lists(st.integers(-(10**6), 10**6), unique=True, max_size=12)


@settings(max_examples=300, deadline=None)
@given(KNOWN.flatmap(lambda known: st.tuples(st.just(known), listing(known))))
def test_whatever_is_listed_comes_out_strictly_downwards(case):
    known, listed = case
    items = [
        (str(at), None if one is None else one * 2**30) for at, one in enumerate(each_once(listed))
    ]
    stays = staying([rank for _, rank in items])
    leaving = {rank for (_, rank), stay in zip(items, stays, strict=True) if not stay}
    taken = {one * 2**30 for one in known} - leaving
    placed = place(items, upper=2**60, below=below(taken))
    assert [one.key for one in placed] == [key for key, _ in items]
    assert all(above > under for above, under in pairwise(ranks(placed)))
    assert not {one.rank for one in placed if one.moved} & taken
    kept = [(one.rank, rank) for one, (_, rank) in zip(placed, items, strict=True) if not one.moved]
    assert all(now == was for now, was in kept)


@settings(max_examples=300, deadline=None)
@given(KNOWN.flatmap(listing).map(each_once))
def test_only_what_stands_above_all_that_follows_stays(listed):
    for at, stay in enumerate(staying(listed)):
        later = [rank for rank in listed[at + 1 :] if rank is not None]
        assert stay == (listed[at] is not None and all(listed[at] > rank for rank in later))
