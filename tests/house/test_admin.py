"""The operator's desk: every page works, shows no secret and no content, and counts no table."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser

from accounts import invitations
from accounts.models import Connection, Invitation, User
from archive.models import Blob, Feed, Gap, Like, MediaItem, Quarantined
from harvester.models import Chore, Crawl, Halt, Import, Schedule
from likelist import urls  # noqa: F401  # the desk is put together with its addresses
from tests.archive import kept
from tests.archive.kept import own_storage  # noqa: F401  # used by every test here
from tests.browser_plugin import browser_type_launch_args  # noqa: F401  # which Chromium

pytestmark = pytest.mark.django_db
DESKS = sorted(admin.site._registry, key=lambda model: model._meta.label)
LABELS = [model._meta.label_lower for model in DESKS]
SEARCHES = ["alice", "1", "nothing of the kind", "alice 1_0", "' OR 1=1 --"]


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", password="a-good-password")


@pytest.fixture
def desk(root: User) -> Client:
    """A browser in which the operator is signed in."""
    return signed_in(root)


@pytest.fixture
def house(alice: User, bob: User, root: User) -> Feed:
    """Three rows on every desk."""
    feeds = [kept.feed_of(person) for person in (alice, bob)]
    feeds.append(kept.feed_of(alice, kind="own", on_wall=False))
    for feed in feeds:
        fill(feed, 3)
    for number in range(3):
        Halt.objects.create(provider="instagram", kind=f"list {number}", words="closed")
        Chore.objects.create(name=f"chore {number}")
        invitations.invite()
    Connection.objects.create(user=bob, provider="instagram", upstream_id="third", username="third")
    LogEntry.objects.log_actions(root.pk, [alice, bob, root], CHANGE, "looked at")
    return feeds[0]


def fill(feed: Feed, count: int) -> None:
    kept.keep(feed, count)
    for number in range(1, count + 1):
        Crawl.objects.create(
            feed=feed, number=number, ceiling=number, state="done", finished_at=timezone.now()
        )
        Import.objects.create(user=feed.user, name=kept.CANARY, account=kept.CANARY)
        Gap.objects.create(feed=feed, upper=number, opened_visit=1)
        Quarantined.objects.create(
            feed=feed,
            fingerprint=str(number),
            reason="no id",
            first_seen_at=kept.NOW,
            last_seen_at=kept.NOW,
        )


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def listing(label: str) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_changelist")


def change(row: object) -> str:
    return reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk])


def pull(client: Client, action: str, *rows: object):
    """Choose rows on their desk and pull a lever."""
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    answer = client.post(listing(rows[0]._meta.label_lower), chosen, follow=True)
    assert answer.status_code == 200
    return answer


def pages(client: Client, label: str) -> Iterator[str]:
    """Every page of a desk: its list, searches, each choice of each filter, and three rows."""
    model = admin.site._registry[DESKS[LABELS.index(label)]].model
    answer = client.get(listing(label))
    yield answer.content.decode()
    queries = [{"q": asked} for asked in SEARCHES]
    for spec in answer.context["cl"].filter_specs:
        shown = spec.choices(answer.context["cl"])
        queries += [dict(re.findall(r"(\w+)=([^&]*)", choice["query_string"])) for choice in shown]
    for query in queries:
        found = client.get(listing(label), query)
        assert found.status_code == 200, query
        assert "e=1" not in found.request["QUERY_STRING"], query
        yield found.content.decode()
    for row in model._base_manager.all()[:3]:
        yield client.get(change(row)).content.decode()


def test_every_page_of_every_desk_works_and_keeps_secrets_and_content(house, desk):
    sealed = set(Connection.objects.exclude(grant="").values_list("grant", flat=True))
    forbidden = {kept.CANARY, kept.CAPTION, "instagram.example", "secret-path", *sealed}
    assert len(LABELS) > 10
    for label in LABELS:
        shown = list(pages(desk, label))
        assert len(shown) >= 1 + len(SEARCHES) + 3, label
        for page in shown:
            assert "</html>" in page, label
            assert not [secret for secret in forbidden if secret in page], label


def test_no_desk_counts_a_table_or_asks_more_for_more_rows(house, desk):
    few = {label: asked(desk, listing(label)) for label in LABELS}
    for feed in Feed.objects.all():
        for like in kept.keep(feed, 10, pictures=0):
            kept.wanted(like)
    for label in LABELS:
        many = asked(desk, listing(label))
        assert len(many) == len(few[label]) <= 9, label
        for sql in many:
            assert "LIMIT" in sql or not re.match(r"SELECT (COUNT|DISTINCT)", sql), sql


def asked(client: Client, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in queries]


def test_content_and_grants_are_not_even_loaded(house, desk):
    for model, label in zip(DESKS, LABELS, strict=True):
        loaded = asked(desk, listing(label)) + asked(desk, change(model._base_manager.first()))
        for column in ("grant", "caption", "document", "author_name", "link"):
            assert not [sql for sql in loaded if f'"{column}"' in sql], (label, column)


def test_behind_the_first_thousand_one_searches(house, desk, monkeypatch):
    monkeypatch.setattr("accounts.desk.MOST", 4)
    page = desk.get(listing("archive.like")).content.decode()
    assert "4+ likes" in page


def test_nothing_is_added_changed_or_deleted_by_hand_but_what_is_meant_to_be(desk):
    request = desk.get("/admin/").wsgi_request
    desks = admin.site._registry.items()
    may = {
        what: {
            m._meta.label for m, desk in desks if getattr(desk, f"has_{what}_permission")(request)
        }
        for what in ("add", "change", "delete")
    }
    assert may == {
        "add": {"accounts.Invitation"},
        "change": {"accounts.User"},
        "delete": {"accounts.Invitation", "harvester.Halt"},
    }


def test_a_deactivated_person_is_out_at_once_and_keeps_everything(house, desk, alice):
    theirs, likes = signed_in(alice), Like.objects.of(alice).count()
    assert theirs.get("/settings/").status_code == 200
    pull(desk, "deactivate", alice)
    assert theirs.get("/settings/").status_code == 302
    assert Like.objects.of(alice).count() == likes
    assert Connection.objects.of(alice).exclude(grant="").exists()
    pull(desk, "activate", alice)
    assert signed_in(alice).get("/settings/").status_code == 200


def test_operators_do_not_deactivate_themselves(desk, root):
    pull(desk, "deactivate", root)
    root.refresh_from_db()
    assert root.is_active


def test_what_an_operator_does_is_written_down(house, desk, root, alice):
    LogEntry.objects.all().delete()
    pull(desk, "deactivate", alice)
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id, entry.change_message) == (
        root,
        str(alice.pk),
        "Deactivated",
    )


@pytest.fixture
def helper(db: None) -> User:
    """Staff with every right there is, but no superuser."""
    helper = User.objects.create_user("helper", is_staff=True)
    helper.user_permissions.set(Permission.objects.all())
    return helper


def test_only_superusers_set_passwords_and_give_rights(house, helper, alice):
    client = signed_in(helper)
    password = {"password1": "another-password", "password2": "another-password"}
    address = reverse("admin:auth_user_password_change", args=[alice.pk])
    assert client.post(address, {**password, "usable_password": "true"}).status_code == 403
    page = client.get(change(alice)).content.decode()
    assert 'name="is_superuser"' not in page
    assert 'name="password"' not in page
    form = {"username": "alice", "is_active": "on", "is_superuser": "on", "is_staff": "on"}
    client.post(change(alice), form)
    alice.refresh_from_db()
    assert not alice.is_superuser
    assert not alice.is_staff


def test_staff_cannot_touch_those_above_them(house, helper, root):
    pull(signed_in(helper), "deactivate", root)
    signed_in(helper).post(change(root), {"username": "toor"})
    root.refresh_from_db()
    assert (root.is_active, root.username) == (True, "root")


def test_staff_who_may_only_look_pull_no_levers(house, alice):
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    pull(signed_in(viewer), "deactivate", alice)
    pull(signed_in(viewer), "pause", house)
    alice.refresh_from_db()
    assert alice.is_active
    assert not Schedule.objects.exclude(paused_at=None).exists()


def test_nobody_else_gets_to_a_desk(alice):
    for client in (Client(), signed_in(alice)):
        for label in LABELS:
            answer = client.get(listing(label))
            assert answer.status_code == 302
            assert answer.url.startswith("/admin/login/")


def test_check_now_opens_a_visit_and_rings(house, desk, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as bells:
        pull(desk, "check_now", house)
    assert Crawl.objects.live().get().asked
    assert len(bells) == 1


def test_check_now_on_a_source_visits_its_feeds(house, desk):
    pull(desk, "check_now", house.connection)
    assert Crawl.objects.live().filter(feed__connection=house.connection).exists()


def test_a_visit_that_is_stopped_is_over_for_its_worker(house, desk):
    crawl = Crawl.objects.create(
        feed=house,
        number=9,
        ceiling=9,
        state="running",
        lease=uuid.uuid4(),
        leased_until=timezone.now() + timedelta(minutes=1),
    )
    pull(desk, "stop", crawl)
    crawl.refresh_from_db()
    assert (crawl.state, crawl.lease) == ("stopped", None)


def test_a_feed_is_paused_and_resumed(house, desk):
    pull(desk, "pause", house)
    assert Schedule.objects.get(feed=house).paused_at
    pull(desk, "resume", house)
    assert Schedule.objects.get(feed=house).paused_at is None


def test_a_source_that_is_disconnected_keeps_what_it_brought(house, desk, alice):
    likes = Like.objects.of(alice).count()
    pull(desk, "disconnect", house.connection)
    connection_ = Connection.objects.get(pk=house.connection_id)
    assert (connection_.state, connection_.grant) == ("disconnected", "")
    assert Like.objects.of(alice).count() == likes


def test_media_are_tried_again_and_stored_ones_left_alone(house, desk):
    stored = MediaItem.objects.first()
    refused = kept.wanted(stored.like, 7)
    MediaItem.objects.filter(pk=refused.pk).update(state="refused", trouble="too_large")
    pull(desk, "retry", stored, refused)
    stored.refresh_from_db()
    refused.refresh_from_db()
    assert (stored.state, refused.state, refused.trouble) == ("stored", "wanted", "")


def test_media_are_found_by_their_trouble(house, desk):
    item = kept.wanted(Like.objects.first(), 7)
    MediaItem.objects.filter(pk=item.pk).update(trouble="host_down")
    found = desk.get(listing("archive.mediaitem"), {"trouble": "host_down"})
    assert [row.pk for row in found.context["cl"].result_list] == [item.pk]
    assert "?trouble=host_down" in desk.get(listing("archive.mediaitem")).content.decode()


def test_what_could_be_lost_first_stands_first(house, desk):
    first, second, third = Schedule.objects.order_by("pk")[:3]
    for schedule, hours in ((second, 1), (third, 9)):
        soon = timezone.now() + timedelta(hours=hours)
        Schedule.objects.filter(pk=schedule.pk).update(loses_at=soon)
    page = desk.get(listing("harvester.schedule"))
    assert [row.pk for row in page.context["cl"].result_list] == [second.pk, third.pk, first.pk]
    assert "Sources at risk" in page.content.decode()
    assert not desk.get(page.request["PATH_INFO"], {"loss": "over"}).context["cl"].result_list


def test_all_media_with_the_same_trouble_are_tried_again_at_once(house, desk):
    like = Like.objects.first()
    for position, trouble in ((7, "too_large"), (8, "too_large"), (9, "host_down")):
        item = kept.wanted(like, position)
        MediaItem.objects.filter(pk=item.pk).update(state="refused", trouble=trouble)
    pull(desk, "retry_same", MediaItem.objects.get(position=7, state="refused"))
    assert MediaItem.objects.get(state="refused").trouble == "host_down"


def test_all_lists_that_ended_with_the_same_trouble_are_visited_again(house, desk):
    later = timezone.now() + timedelta(hours=9)
    feeds = list(Feed.objects.order_by("pk")[:3])
    Schedule.objects.update(next_visit_at=later)
    for feed, trouble in zip(feeds, ("circles", "circles", "gone"), strict=True):
        Crawl.objects.create(
            feed=feed, number=9, ceiling=9, state="failed", trouble=trouble, finished_at=kept.NOW
        )
    pull(desk, "revisit_same", Crawl.objects.filter(trouble="circles").first())
    due = Schedule.objects.filter(next_visit_at__lt=later).values_list("feed", flat=True)
    assert set(due) == {feeds[0].pk, feeds[1].pk}


def test_damaged_bytes_are_fetched_again_from_the_desk(house, desk):
    damaged, fine = Blob.objects.all()[:2]
    kept.default_storage.delete(damaged.key)
    pull(desk, "fetch_again", damaged, fine)
    assert damaged.media.count() == 0
    assert fine.media.count() == 1


def test_an_import_that_is_stopped_is_over_for_its_worker(house, desk):
    row = Import.objects.first()
    pull(desk, "stop", row)
    row.refresh_from_db()
    assert (row.state, row.trouble) == ("failed", "stopped")


def test_a_halt_is_lifted_by_deleting_it(house, desk):
    halt = Halt.objects.first()
    address = reverse("admin:harvester_halt_delete", args=[halt.pk])
    assert desk.post(address, {"post": "yes"}).status_code == 302
    assert not Halt.objects.filter(pk=halt.pk).exists()


def test_a_new_invitation_shows_its_link(desk):
    answer = desk.post(reverse("admin:accounts_invitation_add"), follow=True)
    invitation = Invitation.objects.get()
    assert f"/accounts/signup/?invite={invitation.code}" in answer.content.decode()
    assert invitation.code not in desk.get(listing("accounts.invitation")).content.decode()


def test_a_used_invitation_stays(desk, alice):
    invitation = invitations.invite()
    invitations.spend(invitation, alice)
    address = reverse("admin:accounts_invitation_delete", args=[invitation.pk])
    assert desk.post(address, {"post": "yes"}).status_code == 403
    assert "used" in desk.get(change(invitation)).content.decode()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_desk_keeps_the_strict_policy(house, browser: Browser, live_server, root):
    client = signed_in(root)
    page = browser.new_page(base_url=live_server.url)
    session = {"name": "session", "value": client.session.session_key, "url": live_server.url}
    page.context.add_cookies([session])
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{page.url} {message.text}"))
    page.on("pageerror", lambda error: said.append(f"{page.url} {error}"))
    addresses = ["/admin/", reverse("admin:accounts_invitation_add")]
    for model in DESKS:
        addresses += [listing(model._meta.label_lower), change(model._base_manager.first())]
    for address in addresses:
        page.goto(address)
    page.close()
    assert said == []
