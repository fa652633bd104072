"""Whatever slides away unread lies in a gap that is told, and no gap is told without need.

A property over random likes, un-likes, visits that die, fail or take long, and lists that move
while they are read, for small windows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from archive.models import Entry, Feed, Gap
from harvester import levers
from harvester.models import Crawl
from providers.shapes import FeedKind, Page
from tests.conftest import visit
from tests.harvester.listed import Listed
from tests.harvester.worlds import World, a_world
from tests.shelves import check_laws, everything

pytestmark = pytest.mark.django_db

SEAM, SIZE = 3, 4
DEEDS = ("like", "like", "unlike", "visit", "visit", "deep", "die", "stop", "shift")
DEED = st.tuples(st.sampled_from(DEEDS), st.integers(1, 15), st.integers(0, 30))


class Observed(Listed):
    """A list that writes down what it has shown, listing by listing, each from the top.

    `meanwhile` happens one after the other, each before a page that is not the first.
    """

    def __init__(self, window: int) -> None:
        super().__init__(window=window, size=SIZE)
        self.kinds = {"liked": FeedKind("liked", "Likes", True, True, window)}
        self.listings: list[list[str]] = []
        self.known: list[set[str]] = []
        self.began: list[datetime] = []
        self.latest = 0
        self.meanwhile: list[Callable[[], None]] = []
        self.archived: Callable[[], list[str]] = list

    def page(self, kind: str, cursor: str | None) -> Page:
        if cursor is None:
            self.listings.append([])
            self.known.append(set(self.archived()))
            self.began.append(timezone.now())
            self.latest = self._count
        elif self.meanwhile:
            self.meanwhile.pop(0)()
        page = super().page(kind, cursor)
        self.listings[-1] += [post.post_id for post in page.posts]
        return page


class Watched(World):
    """What may happen to somebody's list, and the most that ever was in it."""

    def __init__(self, window: int) -> None:
        self.listed = Observed(window)
        self.most = 0
        super().__init__(self.listed)
        self.listed.archived = lambda: everything(self.feed)

    def like(self, count: int, place: int) -> None:
        self.listed.like(count)
        self.most = max(self.most, len(self.listed.likes))

    def unlike(self, count: int, place: int) -> None:
        start = place % (len(self.listed.order) or 1)
        for post_id in self.listed.order[start : start + count]:
            self.listed.unlike(post_id)

    def shift(self, count: int, place: int) -> None:
        """Between the pages of the next visit something is liked, or taken back."""
        deed = self.like if place % 3 else self.unlike
        self.listed.meanwhile += [lambda: deed(count, place)] * (1 + place % 2)

    def deep(self, count: int, place: int) -> None:
        Feed.objects.update(walked_whole_at=None)
        self.visit(count, place)

    def die(self, count: int, place: int) -> None:
        self.dies(self.listed, count % 4)

    def stop(self, count: int, place: int) -> None:
        """A visit ends before it has met anything; the next one begins at the top."""
        crawl, _ = visit(self.feed, pages=1 + count % 3)
        levers.stop(crawl)

    @property
    def is_at_rest(self) -> bool:
        return not Crawl.objects.live().exists()


def number(post_id: str) -> int:
    """The place of an act of liking among all; nothing is liked twice here."""
    return int(post_id.removeprefix("p"))


def gaps(feed: Feed) -> list[tuple[int, int, datetime]]:
    """Between which acts of liking something may be missing, and since when that is told."""
    acts = {
        rank: number(post_id)
        for rank, post_id in Entry.objects.filter(feed=feed).values_list("rank", "like__post_id")
    }
    found = []
    for gap in Gap.objects.standing().filter(feed=feed):
        inside = [rank for rank in acts if gap.lower is None or gap.lower < rank]
        assert not [rank for rank in inside if rank < gap.upper], "an entry stands in a gap"
        upper = acts[min(rank for rank in acts if rank >= gap.upper)]
        lower = 0 if gap.lower is None else acts[max(r for r in acts if r <= gap.lower)]
        found.append((upper, lower, gap.opened_at))
    return found


def check_nothing_is_silent(world: Watched) -> None:
    """What a visit could have had and we do not have, lies in a gap."""
    here, told = set(everything(world.feed)), gaps(world.feed)
    for given_ in world.listed.likes:
        if given_.post_id not in here and given_.number <= world.listed.latest:
            assert any(low < given_.number < high for high, low, _ in told), given_.post_id


def check_nothing_is_invented(world: Watched) -> None:
    """No listing since went past a gap and met a seam below; none where all always fitted in."""
    told, listed = gaps(world.feed), world.listed
    for high, low, opened_at in told:
        # That which told of it, and all after it.
        since = max(sum(began < opened_at for began in listed.began) - 1, 0)
        for listing, known in zip(listed.listings[since:], listed.known[since:], strict=True):
            acts = [number(post_id) for post_id in listing]
            below = [act for act in acts if act <= low and f"p{act}" in known]
            assert high not in acts or len(below) < SEAM, (high, low)
    if world.most < world.listed.window and world.is_at_rest and _is_complete(world.feed):
        assert not told


def _is_complete(feed: Feed) -> bool:
    newest = Crawl.objects.filter(feed=feed).order_by("-number").first()
    return newest is not None and newest.state == Crawl.State.DONE


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@example(window=9, deeds=[("like", 9, 0), ("shift", 3, 1), ("visit", 1, 0), ("visit", 1, 0)])
@example(window=9, deeds=[("visit", 1, 0), ("like", 7, 0), ("stop", 0, 0), ("like", 9, 0)])
@example(window=10, deeds=[("like", 10, 0), ("shift", 5, 24), ("like", 9, 5), ("visit", 1, 4)])
@given(window=st.integers(5, 16), deeds=st.lists(DEED, max_size=9))
def test_every_loss_is_told_and_no_other(db, window, deeds):
    with a_world(lambda: Watched(window)) as world:
        world.like(4, 0)
        for name, count, place in [*deeds, ("visit", 0, 0), ("visit", 0, 0)]:
            getattr(world, name)(count, place)
            if world.is_at_rest:
                check_laws(world.feed)
                check_nothing_is_silent(world)
                check_nothing_is_invented(world)
