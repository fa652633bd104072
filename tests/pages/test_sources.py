"""Sources: each says how it is kept and what it shows, and can be shown alone."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from harvester.models import Schedule
from tests.pages.conftest import feed_of

pytestmark = pytest.mark.django_db


def get(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def visited(user, **of: str):
    """A list that is visited by plan."""
    feed = feed_of(user, **of)
    Schedule.objects.create(feed=feed)
    return feed


def test_a_source_says_what_its_service_shows(as_alice, alice):
    visited(alice)
    visited(alice, provider="bluesky", standing="followed")
    html = get(as_alice, "/sources/")
    assert "Instagram shows your newest 300." in html
    assert "Bluesky shows everything." in html


def test_what_a_service_does_not_show_any_more_can_come_from_its_export(as_alice, alice):
    visited(alice)
    assert 'Older likes: <a href="/sources/import/">' in get(as_alice, "/sources/")


def test_a_service_that_shows_everything_needs_no_export(as_alice, alice):
    visited(alice, provider="bluesky", standing="followed")
    assert "Older likes" not in get(as_alice, "/sources/")


def test_a_followed_account_can_be_proven_and_a_proven_one_need_not(as_alice, alice):
    visited(alice, provider="bluesky", standing="followed")
    html = get(as_alice, "/sources/")
    assert "followed by handle" in html
    assert 'href="/accounts/prove/bluesky/"' in html
    alice.connections.update(standing="signed_in")
    assert "followed by handle" not in get(as_alice, "/sources/")


def test_what_came_as_a_file_has_no_visits_and_no_levers(as_alice, alice):
    source = feed_of(alice, standing="file").connection_id
    html = get(as_alice, "/sources/")
    assert "From your Instagram export" in html
    for lever in ("check", "pause", "resume", "disconnect"):
        assert f"/sources/{source}/{lever}/" not in html
    assert "Next visit" not in html
    assert "Import another" in html


def test_the_lists_of_an_export_stand_there_by_name_with_their_numbers(as_alice, alice):
    recipes = feed_of(alice, standing="file", kind="collection:00", title="Recipes <b>")
    recipes.entries_count = 1_234
    recipes.save()
    feed_of(alice, standing="file", kind="saved")
    html = get(as_alice, "/sources/")
    assert f'href="/feeds/{recipes.pk}/"' in html
    assert "Recipes &lt;b&gt;" in html
    assert "1,234 kept" in html
    assert "<bdi>Saved</bdi>" in html


def test_who_has_only_files_is_not_told_to_be_up_to_date(as_alice, alice):
    feed_of(alice, standing="file")
    assert 'class="state dot' not in get(as_alice, "/sources/")


def test_one_source_is_no_choice_and_several_are(as_alice, alice, hang):
    hang()
    assert 'aria-label="Sources"' not in get(as_alice, "/likes/")
    export = feed_of(alice, standing="file")
    html = get(as_alice, "/likes/")
    assert f'<a class="chip" href="/feeds/{export.pk}/">' in html
    assert "<bdi>Instagram · @alice</bdi>" in html


def test_a_source_alone_shows_its_likes_and_which_it_is(as_alice, alice, hang):
    hang(caption="from a visit")
    hang(caption="from a file", feed=(export := feed_of(alice, standing="file")))
    html = get(as_alice, f"/feeds/{export.pk}/")
    assert "from a file" in html
    assert "from a visit" not in html
    assert f'href="/feeds/{export.pk}/" aria-current="true"' in html


def test_a_choice_of_five_asks_the_database_no_more_than_one_of_two(as_alice, alice, hang):
    hang()
    counts = []
    for name in ("one", "two", "three", "four"):
        feed_of(alice, provider="bluesky", standing="followed", username=name, kind="liked")
        alice.connections.filter(username=name).update(upstream_id=name)
        with CaptureQueriesContext(connection) as queries:
            get(as_alice, "/likes/")
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert counts[0] <= 8


def test_a_stranger_may_sign_in_type_a_handle_or_bring_an_export(client):
    html = get(client, "/")
    assert "Sign in with Instagram" in html
    assert '<form class="form handle" method="post" action="/accounts/follow/bluesky/">' in html
    assert "/accounts/signup/?next=/sources/import/" in html
    assert 'href="/accounts/handle/bluesky/"' in get(client, "/accounts/signin/")


def test_where_nobody_may_join_no_account_is_offered(client, settings):
    settings.SIGNUPS = "closed"
    assert "/accounts/signup/" not in get(client, "/")
