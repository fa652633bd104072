"""Whatever people do and wherever visits are cut off: the archive has it all, in order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from archive.models import Feed, Like
from tests.conftest import visit
from tests.harvester.listed import Listed
from tests.harvester.worlds import World, a_world
from tests.shelves import check_laws, check_settled, everything, kept, missing

pytestmark = pytest.mark.django_db

SOME = st.integers(1, 9)
PLACE = st.integers(0, 200)
DEED = st.one_of(
    st.tuples(st.just("like"), SOME, PLACE),
    st.tuples(st.just("unlike"), SOME, PLACE),
    st.tuples(st.just("relike"), SOME, PLACE),
    st.tuples(st.just("hide"), SOME, PLACE),
    st.tuples(st.just("show"), SOME, PLACE),
    st.tuples(st.just("walk"), SOME, PLACE),
    st.tuples(st.just("die"), SOME, PLACE),
    st.tuples(st.just("visit"), SOME, PLACE),
)


class Lived(World):
    """What may happen to somebody's list."""

    def __init__(self) -> None:
        self.listed = Listed(window=56, size=8)
        self.ever_hidden: set[str] = set()
        super().__init__(self.listed)

    def like(self, count: int, place: int) -> None:
        self.listed.like(count, age=None if place % 5 == 0 else timedelta(hours=place))

    def unlike(self, count: int, place: int) -> None:
        for post_id in self._some(count, place):
            self.listed.unlike(post_id)

    def relike(self, count: int, place: int) -> None:
        """Several that stand side by side, so that they do again, in the same order.

        Fewer than a page: who likes pages anew is the business of another test.
        """
        for post_id in reversed(self._some(count % 4, place)):
            self.listed.relike(post_id)

    def hide(self, count: int, place: int) -> None:
        """Their owners went away for a while; nobody can un-like what they are not shown."""
        self.listed.hidden.update(self._some(count, place))
        self.ever_hidden |= self.listed.hidden

    def show(self, count: int, place: int) -> None:
        self.listed.hidden.clear()

    def walk(self, count: int, place: int) -> None:
        """A slice of a visit, which a later one goes on with."""
        visit(self.feed, pages=count)

    def die(self, count: int, place: int) -> None:
        self.dies(self.listed, count)

    def _some(self, count: int, place: int) -> list[str]:
        order = [one for one in self.listed.order if one not in self.listed.hidden]
        start = place % len(order) if order else 0
        return order[start : start + count]


def check_order(world: Lived) -> None:
    """What is kept and still shown stands as it does upstream."""
    truth = [one for one in world.listed.order if one not in world.listed.hidden]
    here = kept(world.feed)
    assert [one for one in here if one in truth] == [one for one in truth if one in here]


def check_times(world: Lived) -> None:
    """No range excludes the moment of the like, as far as one could know."""
    likes = Like.objects.of(world.feed.user).exclude(post_id__in=world.ever_hidden)
    ranges = {like.post_id: like for like in likes}
    for liked in world.listed.likes:
        if like := ranges.get(liked.post_id):
            before, after = like.liked_before, like.liked_after
            assert any((not after or after <= at) and at <= before for at in liked.times)


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@given(st.lists(DEED, max_size=10))
def test_whatever_happens_nothing_is_lost_and_the_order_is_right(db, deeds):
    with a_world(Lived) as world:
        world.like(20, 7)
        for name, count, place in deeds:
            getattr(world, name)(count, place)
            if name in {"walk", "die"}:
                check_laws(world.feed)
        world.visit(0, 0)
        world.visit(0, 0)
        check_laws(world.feed)
        check_settled(world.feed)
        check_order(world)
        check_times(world)
        assert world.listed.shown == set(everything(world.feed))
        assert not missing(world.feed) & set(world.listed.visible)
        for _ in range(2):
            Feed.objects.update(walked_whole_at=None)
            world.visit(0, 0)
        check_order(world)
        window = world.listed.visible
        assert kept(world.feed)[: len(window)] == window
