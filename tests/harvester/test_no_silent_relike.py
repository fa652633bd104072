"""Whatever slides away unread lies in a gap, also where likes are liked again and cursors expire.

A property over random histories like those of `test_no_silent_loss`, in which one like at a time
moves to the top: three of them together would be a seam.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from archive.models import Entry, Feed, Gap
from providers.errors import BadRequest
from tests.conftest import visit
from tests.harvester.listed import Given
from tests.harvester.test_no_silent_loss import Watched
from tests.harvester.worlds import a_world
from tests.shelves import check_laws

pytestmark = pytest.mark.django_db

DEEDS = (
    *("like", "like", "like", "relike", "relike", "unlike", "visit", "visit", "deep"),
    *("die", "stop", "stop", "expire", "shift", "hide"),
)
DEED = st.tuples(st.sampled_from(DEEDS), st.integers(1, 15), st.integers(0, 30))


class Restless(Watched):
    """What else may happen to a list. Two are liked again at the most: fewer than a seam."""

    def __init__(self, window: int) -> None:
        super().__init__(window)
        self.relikes = 0

    def unlike(self, count: int, place: int) -> None:
        super().unlike(count % 6, place)

    def relike(self, count: int, place: int) -> None:
        if self.listed.order and self.relikes < 2:
            self.relikes += 1
            self.listed.relike(self._at(place))

    def hide(self, count: int, place: int) -> None:
        """The post of one of them was deleted."""
        if self.listed.order:
            self.listed.hidden.add(self._at(place))

    def expire(self, count: int, place: int) -> None:
        """A visit whose cursor is refused once, after so many pages."""
        pages = count % 3

        def refuse(cursor: str | None) -> None:
            nonlocal pages
            pages -= 1
            if cursor and pages < 0:
                self.listed.before = lambda cursor: None
                raise BadRequest("stale", "The cursor is stale.")

        self.listed.before = refuse
        visit(self.feed)
        self.listed.before = lambda cursor: None

    def _at(self, place: int) -> str:
        return self.listed.order[place % len(self.listed.order)]


def check_nothing_is_silent(world: Restless) -> None:
    """Between those around it that are where they are upstream, a gap says so."""
    feed = Feed.objects.get(pk=world.feed.pk)
    entries = Entry.objects.filter(feed=feed).select_related("like")
    here = {entry.like.post_id: entry for entry in entries}
    gaps = list(Gap.objects.standing().filter(feed=feed))
    truth = world.listed.likes
    for at, lost in enumerate(truth):
        if lost.post_id in here or not _could_be_had(world, lost):
            continue
        above = next((rank for one in truth[at::-1] if (rank := _rank(here, one))), None)
        below = next((rank for one in truth[at:] if (rank := _rank(here, one))), None)
        assert above is None or any(
            gap.upper <= above and (below is None or (gap.lower or 0) >= below) for gap in gaps
        ), (lost.post_id, above, below, gaps)


def _could_be_had(world: Restless, like: Given) -> bool:
    return like.number <= world.listed.latest and like.post_id not in world.listed.hidden


def _rank(here: dict[str, Entry], like: Given) -> int | None:
    """Where it is, if it was seen since it was liked last."""
    entry = here.get(like.post_id)
    return entry.rank if entry and entry.last_seen_at >= like.times[-1] else None


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@example(window=14, deeds=[("like", 1, 0), ("relike", 1, 12), ("like", 13, 0)])
@example(
    window=19,
    deeds=[
        *(("like", 9, 0), ("visit", 1, 0), ("like", 12, 17), ("unlike", 9, 5), ("like", 3, 4)),
        *(("relike", 1, 30), ("relike", 15, 13), ("stop", 9, 9), ("shift", 14, 17)),
    ],
)
@given(window=st.integers(8, 20), deeds=st.lists(DEED, min_size=3, max_size=9))
def test_every_loss_is_told_also_among_likes_that_were_liked_again(db, window, deeds):
    with a_world(lambda: Restless(window)) as world:
        world.like(4, 0)
        world.visit(0, 0)
        for name, count, place in [*deeds, ("visit", 0, 0)]:
            getattr(world, name)(count, place)
            if world.is_at_rest:
                check_laws(world.feed)
                check_nothing_is_silent(world)
