"""What came as a file is a source like any other, but nobody ever visits it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.filing import source_of_files
from archive.models import Feed
from harvester import plan, tick
from harvester.models import Crawl, Schedule

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(alice, instagram):
    source = source_of_files(alice, "instagram", "ada")
    Feed.objects.create(user=alice, connection=source, kind="liked", on_wall=True)
    return source


def test_no_visit_is_ever_due(source):
    assert plan.adopt(source) == []
    due = tick.look()
    assert not due.crawls
    assert not Crawl.objects.exists()
    assert not Schedule.objects.exists()


@pytest.mark.parametrize("lever", ["check", "pause", "resume", "disconnect"])
def test_there_is_nothing_to_pull(client, source, lever):
    client.force_login(source.user)
    address = reverse(f"harvester:{lever}", args=[source.pk])
    assert client.post(address).status_code == 404


def test_who_has_a_file_only_is_not_kept_waiting_for_a_visit(client, source):
    client.force_login(source.user)
    assert client.get(reverse("harvester:welcome"))["Location"] == reverse("harvester:sources")


def test_one_source_per_person_and_service_whatever_it_is_called(alice, bob, source):
    assert source_of_files(alice, "instagram", "another") == source
    assert source_of_files(alice, "instagram").username == "ada"
    assert source_of_files(bob, "instagram", "ada") != source
