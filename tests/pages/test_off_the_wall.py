"""What hangs only in a list beside the wall is on none of the wall's pages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from django.test import Client

from accounts.models import User
from archive import chance, memories
from archive.models import Like
from tests.pages.conftest import feed_of

pytestmark = pytest.mark.django_db
THEN = datetime(2021, 5, 14, 12, tzinfo=UTC)
DAY = date(2024, 5, 14)


@pytest.fixture
def saved(alice, hang) -> Like:
    """A like that only a list of saved posts has brought, newer than the one on the wall."""
    like = hang(feed=feed_of(alice, kind="saved"), liked_at=THEN, posted_at=THEN, caption="a door")
    Like.objects.filter(pk=like.pk).update(wall_feed=None)
    return like


@pytest.fixture
def hung(hang) -> Like:
    return hang(liked_at=THEN - timedelta(hours=1), caption="a blue door")


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_search_finds_only_what_hangs_on_the_wall(as_alice, hung, saved):
    html = page(as_alice, "/likes/?q=door")
    assert f"/likes/{hung.pk}/" in html
    assert f"/likes/{saved.pk}/" not in html


def test_only_what_hangs_on_the_wall_is_new_there(as_alice, hung, saved):
    assert "new like" not in page(as_alice, f"/likes/fresh/?after={hung.pk}")


def test_what_hangs_on_no_wall_is_neither_remembered_nor_drawn(alice: User, saved):
    shown = memories.of(alice, DAY, DAY)
    assert (shown.liked, shown.posted, shown.chance) == ([], [], [])
    assert chance.draw(alice, {THEN.date().replace(day=1): 1}, 5, Random(1)) == []
