"""A catalogue alone could translate what the hall and the workshop say to people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts import handle_views
from accounts.models import Connection, User
from accounts.problems import PROBLEMS
from accounts.views import problem
from archive.models import Feed, Like
from harvester import import_views, levers, proof, reasons, sentences, states, words
from harvester.imports import shown
from harvester.models import Crawl, Import, ImportRow
from harvester.risk import Risk
from providers.errors import ProviderError, RateLimited, Refused, Unexpected
from tests import standings
from tests.house import tongue
from tests.pages.conftest import NOON

pytestmark = pytest.mark.django_db

# What things and people are called, and what somebody wrote.
CALLED = ["Likelist", "Instagram", "Bluesky", "likes.zip", "alice", "a", "ada", "ada.bsky.social"]
# What is written down when it happens is said as it was written.
WRITTEN = ["because you like about 40 a day", "because the last visit ended early"]
WRITTEN += ["This zip is damaged.", "Ask for JSON next time.", "Harbour at dusk, number"]
IMPORTS = "/sources/import/"


@pytest.fixture(autouse=True)
def abroad(monkeypatch: pytest.MonkeyPatch) -> None:
    tongue.speak(monkeypatch)


def left(html: str, *content: str) -> list[str]:
    """What of a page no catalogue could change."""
    assert tongue.OPEN in html
    return tongue.untranslated(html, [*CALLED, *WRITTEN, *content])


def page(client: Client, address: str, **posted: str) -> str:
    answer = client.post(address, posted, follow=True) if posted else client.get(address)
    assert answer.status_code in {200, 286, 400}
    return answer.content.decode()


def of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("name", standings.ALL)
def test_a_source_speaks_in_every_state(name):
    visitor = of(getattr(standings, name)("alice").user)
    assert left(page(visitor, "/sources/")) == []
    assert left(page(visitor, "/sources/status/")) == []


@pytest.mark.parametrize("name", sorted(standings.ALL.keys() - {"file"}))
def test_what_arrives_speaks_in_every_state(name):
    visitor = of(getattr(standings, name)("alice").user)
    assert left(page(visitor, "/welcome/status/")) == []


def test_a_source_that_is_followed_speaks():
    feed = standings.well("alice")
    Connection.objects.filter(feeds=feed).update(provider="bluesky", standing="followed")
    visitor = of(feed.user)
    assert left(page(visitor, "/sources/")) == []
    assert left(page(visitor, f"/sources/{feed.connection_id}/disconnect/")) == []


def test_whoever_has_no_source_is_told_of_those_there_are(as_alice):
    assert left(page(as_alice, "/sources/")) == []


def test_what_is_not_dated_speaks():
    feed = standings.lost("alice")
    Like.objects.of(feed.user).update(is_exact=False)
    for place in (10, 20, 30):
        standings.gap(feed, place)
    assert left(page(of(feed.user), "/sources/")) == []
    Feed.objects.filter(pk=feed.pk).update(completed_at=timezone.now() - timedelta(days=3))
    assert left(page(of(feed.user), "/sources/")) == []


def test_a_lever_says_what_it_did():
    feed = standings.held("alice")
    visitor, source = of(feed.user), f"/sources/{feed.connection_id}"
    assert left(page(visitor, f"{source}/accept/", yes="1")) == []
    assert left(page(visitor, f"{source}/check/", yes="1")) == []
    assert left(page(visitor, f"{source}/disconnect/")) == []
    html = page(visitor, f"{source}/disconnect/", yes="1")
    assert 'class="note success"' in html
    assert left(html) == []


@pytest.mark.parametrize("state", ["queued", "waiting", "done", "failed", "stopped"])
def test_a_first_visit_speaks(state):
    feed = standings.arriving("alice")
    over = {"finished_at": NOON} if state in {"done", "failed", "stopped"} else {}
    Crawl.objects.update(state=state, moved_at=None, opened_at=timezone.now(), **over)
    for kept in ({}, {"entries_count": 300}, {"entries_count": 0}):
        Feed.objects.filter(pk=feed.pk).update(**kept)
        assert left(page(of(feed.user), "/welcome/")) == []
        feed.gaps.all().delete()


def test_a_first_visit_to_everything_speaks():
    feed = standings.arriving("alice")
    Connection.objects.filter(feeds=feed).update(provider="bluesky", standing="followed")
    assert left(page(of(feed.user), "/welcome/")) == []
    feed.gaps.all().delete()
    Crawl.objects.update(state="done", finished_at=NOON)
    assert left(page(of(feed.user), "/welcome/")) == []


def visits() -> Iterator[Crawl]:
    """Whatever can become of a visit."""
    counts = (
        {"new_entries": 3, "known_entries": 4, "pages": 2, "rejected": 1},
        {"new_entries": 1},
        {"known_entries": 4, "not_before": timezone.now()},
        {},
    )
    codes = (*reasons.ENDS, *reasons.TROUBLES, *reasons.OUT_OF_REACH, *words.LIMITS)
    for state in Crawl.State.values:
        for code in (*codes, "budget_used", "something_else", ""):
            for counted in counts:
                yield Crawl(state=state, trouble=code, opened_at=NOON, **counted)


def test_whatever_becomes_of_a_visit_is_said():
    said = {
        words.visit(visit, "Instagram", needs_you=needs, limited=limited)
        for visit in visits()
        for needs in (True, False)
        for limited in (True, False)
    }
    assert len(said) > 20
    assert [text for each in sorted(said) for text in left(each)] == []


def test_tables_of_sentences_speak():
    said = (
        *(*states.WORDS.values(), *sentences.PLAIN.values(), *sentences.UNPLANNED.values()),
        *(problem for each in PROBLEMS.values() for problem in (each.title, each.words)),
        *shown.SHOW.values(),
    )
    assert left(" ".join(map(str, said)), "{service}") == []


def test_what_a_list_shows_speaks():
    for most, window in ((None, None), (None, 300), (9, 300)):
        known = Risk(None, None, most, window, None, is_past_half=False, is_past=False)
        assert left(proof.pace(known, "Instagram")) == []


def test_files_speak(as_alice, alice):
    assert left(page(as_alice, IMPORTS)) == []
    counts = {"total": 4, "done": 2, "new": 1, "here": 1, "improved": 1, "unresolved": 1}
    over = {"finished_at": NOON}
    for facts in (
        {"state": "queued"},
        {"state": "running", **counts},
        {"state": "queued", "not_before": timezone.now() + timedelta(hours=1)},
        {"state": "done", "advice": "Ask for JSON next time.", **over, **counts},
        {"state": "done", "kind": "folder", "provider": "instagram", **over, **counts},
        {"state": "done", **over},
        {"state": "failed", "words": "This zip is damaged.", **over},
    ):
        file = Import.objects.create(user=alice, name="likes.zip", **facts)
        assert left(page(as_alice, f"{IMPORTS}{file.pk}/")) == []
        assert left(page(as_alice, f"{IMPORTS}{file.pk}/status/")) == []
    assert left(page(as_alice, IMPORTS)) == []


def test_rows_of_a_file_speak(as_alice, alice):
    file = Import.objects.create(
        user=alice, name="likes.zip", provider="instagram", state="done", finished_at=NOON
    )
    ImportRow.objects.bulk_create(
        ImportRow(file=file, number=n, outcome=ImportRow.Kind.values[n % 4], feed="saved")
        for n in range(1, 120)
    )
    assert left(page(as_alice, f"{IMPORTS}{file.pk}/")) == []
    assert left(page(as_alice, f"{IMPORTS}{file.pk}/?show=new&after=8")) == []
    assert left(page(as_alice, f"{IMPORTS}{file.pk}/?show=new&after=400")) == []


def test_what_is_wrong_with_files_is_said_to_pages_and_scripts(as_alice):
    html = as_alice.post(IMPORTS, {}).content.decode()
    assert import_views.NOTHING in html
    assert left(html) == []
    for wrong in ("NOTHING", "TOO_LARGE", "TOO_MANY", "STILL_WAITING", "NO_ROOM"):
        request = RequestFactory().post(IMPORTS, headers={"Accept": "application/json"})
        answer = import_views._answer(request, getattr(import_views, wrong), 400)
        assert left(answer.content.decode("unicode-escape").partition(":")[2]) == []


def test_the_doors_of_a_house_speak(client, settings):
    for signups in ("open", "invite"):
        settings.SIGNUPS = signups
        for address in ("/", "/accounts/signin/?next=/likes/", "/accounts/signup/"):
            assert left(page(client, address)) == []
    assert left(page(client, "/accounts/signin/", username="alice", password="wrong")) == []
    wrong = {"username": "", "password1": "short", "password2": "shorter"}
    settings.SIGNUPS = "open"
    assert left(page(client, "/accounts/signup/", **wrong)) == []


def test_a_handle_is_asked_for_and_proven(client, instagram):
    instagram.bluesky.profile_text("lina", "")
    for door in ("handle", "prove"):
        assert left(page(client, f"/accounts/{door}/bluesky/")) == []
    for typed in ("nobody.test", "no handle at all", "did:plc:short", "127.0.0.1"):
        assert left(page(client, "/accounts/follow/bluesky/", handle=typed)) == []
    page(client, "/accounts/prove/bluesky/", handle="lina.test")
    code = client.session["proof"]["code"]
    assert left(page(client, "/accounts/prove/bluesky/"), code, "@lina.test") == []
    html = page(client, "/accounts/prove/bluesky/", look="1")
    assert 'role="alert"' in html
    assert left(html, code, "@lina.test") == []


def test_what_is_wrong_with_a_handle_is_said(rf):
    errors: list[ProviderError] = [
        RateLimited("rate_limited", ""),
        Unexpected("no_data", ""),
        Refused("bad_address", ""),
    ]
    assert [left(handle_views._words(error, "bluesky")) for error in errors] == [[], [], []]
    request = rf.get("/")
    assert left(handle_views._too_often(request).content.decode()) == []


@pytest.mark.parametrize("name", PROBLEMS)
def test_what_went_wrong_with_a_sign_in_is_said(rf, name):
    assert left(problem(rf.get("/"), name, "instagram").content.decode()) == []


def unplaced(html: str) -> str:
    """Without the places of time zones, which are called the same in every language."""
    return re.sub("<select.*?</select>", "", html, flags=re.DOTALL)


def test_settings_speak(as_alice, alice):
    for address in ("/settings/", "/settings/password/"):
        assert left(unplaced(page(as_alice, address))) == []
    assert left(unplaced(page(as_alice, "/settings/name/", username="no name"))) == []
    html = page(as_alice, "/settings/name/", username="alice")
    assert 'class="note success"' in html
    assert left(unplaced(html)) == []
    html = page(as_alice, "/settings/days/", timezone="nowhere")
    assert 'class="note error"' in html
    assert left(unplaced(html)) == []
    again = {"old_password": "", "new_password1": "short", "new_password2": "shorter"}
    assert left(page(as_alice, "/settings/password/", **again)) == []
    alice.set_unusable_password()
    alice.save()
    visitor = of(alice)
    for address in ("/settings/", "/settings/password/"):
        assert left(unplaced(page(visitor, address))) == []
    new = {"password1": "a-better-password", "password2": "a-better-password"}
    html = page(visitor, "/settings/password/", **new)
    assert 'class="note success"' in html
    assert left(unplaced(html)) == []


def test_whoever_paused_reads_how_to_go_on():
    feed = standings.well("alice")
    levers.pause(feed)
    assert left(page(of(feed.user), "/sources/")) == []
