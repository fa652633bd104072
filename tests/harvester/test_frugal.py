"""Many media cost the database what one costs: batches are claimed and referred to as a whole."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from archive import media
from archive.models import Feed, MediaItem
from harvester import claims, plan
from harvester.download import Download
from providers.decoder import Seen
from providers.fetch import Fetched
from tests.conftest import visit

pytestmark = pytest.mark.django_db

SEEN = Seen(4, 3, None, "#336699")


@pytest.fixture
def walked(connect, shelves) -> Feed:
    """Thirty likes that were read; none of their media has come yet."""
    plan.adopt(account := connect("tess", 30))
    feed = Feed.objects.get(connection=account)
    visit(feed)
    return feed


def asked(deed: Callable[[], object]) -> int:
    """How many statements something takes."""
    with CaptureQueriesContext(connection) as queries:
        deed()
    return len(queries)


def verified(item: MediaItem) -> media.Verified:
    sha256 = hashlib.sha256(str(item.pk).encode()).hexdigest()
    return media.Verified(item, Fetched(Path("gone"), 3, sha256, "image/jpeg"), SEEN)


def test_a_batch_is_claimed_with_as_many_questions_as_one(walked: Feed) -> None:
    newest = MediaItem.objects.order_by("pk").last()
    others = list(MediaItem.objects.exclude(pk=newest.pk).values_list("pk", flat=True))
    alone = asked(lambda: claims.take(uuid.uuid4(), walked.user_id, skip=others))
    MediaItem.objects.update(claim=None, claimed_until=None)
    claim = uuid.uuid4()
    assert asked(lambda: claims.take(claim, walked.user_id)) == alone
    assert MediaItem.objects.filter(claim=claim).count() >= 30


def test_nothing_to_claim_writes_nothing(walked: Feed) -> None:
    MediaItem.objects.all().delete()
    with CaptureQueriesContext(connection) as queries:
        assert claims.take(uuid.uuid4(), walked.user) == []
    assert not [one for one in queries if one["sql"].startswith("UPDATE")]


def test_a_batch_is_referred_to_with_as_many_questions_as_one(walked: Feed) -> None:
    claim = uuid.uuid4()
    first, *rest = claims.take(claim, walked.user)
    alone = asked(lambda: media.refer(claim, [verified(first)]))
    assert len(rest) >= 20
    assert asked(lambda: media.refer(claim, [verified(item) for item in rest])) == alone
    stored = MediaItem.objects.filter(state="stored")
    assert {item.blob_id for item in stored} == {
        verified(item).fetched.sha256 for item in (first, *rest)
    }


def test_each_of_a_batch_is_referred_to_as_what_it_is(walked: Feed) -> None:
    """Addresses lose their query, a copy is marked, and whoever lost the claim stays wanted."""
    claim = uuid.uuid4()
    batch = claims.take(claim, walked.user)
    lost, copy, other = batch[:3]
    MediaItem.objects.filter(pk=lost.pk).update(claim=uuid.uuid4())
    good = [verified(item) for item in (lost, other)]
    for one in batch:
        one.source_url = f"http://photos.example/{one.pk}.jpg?signed"
    good.append(media.Verified(copy, verified(copy).fetched, SEEN, is_copy=True))
    assert media.refer(claim, good) == 2
    rows = MediaItem.objects.in_bulk([lost.pk, copy.pk, other.pk])
    assert [rows[one.pk].state for one in (lost, copy, other)] == ["wanted", "stored", "stored"]
    assert [rows[one.pk].is_copy for one in (copy, other)] == [True, False]
    assert rows[other.pk].source_url == f"http://photos.example/{other.pk}.jpg"


def test_a_go_at_nothing_asks_little(walked: Feed) -> None:
    MediaItem.objects.all().delete()
    assert asked(lambda: Download(walked.user_id).run()) <= 6
