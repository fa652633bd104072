"""Who may open which address: every one of them, for four kinds of people, in one table.

A new address without a row fails. What is somebody else's is not there, for staff neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from archive import serving
from archive.models import Blob
from tests.house import builders, routes
from tests.house.conftest import Home, browser

SIGN_IN = "sign in"
PEOPLE = ("anonymous", "another", "owner", "staff")
# "sign in" is a redirect to the sign-in page that brings people back to where they wanted to go.
# Addresses with a number in them are the owner's; the others show each person their own.
TABLE: dict[tuple[str, str], tuple[int | str, int, int, int]] = {
    # address and method              anonymous another owner staff
    ("live", "GET"): (200, 200, 200, 200),
    ("ready", "GET"): (200, 200, 200, 200),
    ("offline", "GET"): (200, 200, 200, 200),
    ("manifest", "GET"): (200, 200, 200, 200),
    ("worker", "GET"): (200, 200, 200, 200),
    ("accounts:signin", "GET"): (200, 200, 200, 200),
    ("accounts:signin", "POST"): (200, 200, 200, 200),
    ("accounts:provider", "GET"): (302, 302, 302, 302),
    ("accounts:callback", "GET"): (400, 400, 400, 400),
    ("accounts:handle", "GET"): (200, 200, 200, 200),
    ("accounts:follow", "POST"): (400, 400, 400, 400),
    ("accounts:prove", "GET"): (200, 200, 200, 200),
    ("accounts:prove", "POST"): (200, 200, 200, 200),
    ("accounts:signup", "GET"): (200, 200, 200, 200),
    ("accounts:signup", "POST"): (200, 200, 200, 200),
    ("accounts:signout", "POST"): (302, 302, 302, 302),
    ("accounts:settings", "GET"): (SIGN_IN, 200, 200, 200),
    ("accounts:theme", "POST"): (SIGN_IN, 302, 302, 302),
    ("accounts:keys", "POST"): (SIGN_IN, 302, 302, 302),
    ("accounts:layout", "POST"): (SIGN_IN, 302, 302, 302),
    ("archive:own_days", "POST"): (SIGN_IN, 302, 302, 302),
    ("accounts:rename", "POST"): (SIGN_IN, 400, 400, 400),
    ("accounts:password", "GET"): (SIGN_IN, 200, 200, 200),
    ("accounts:password", "POST"): (SIGN_IN, 200, 200, 200),
    ("archive:home", "GET"): (200, 302, 302, 302),
    ("archive:wall", "GET"): (SIGN_IN, 200, 200, 200),
    ("archive:fresh", "GET"): (SIGN_IN, 200, 200, 200),
    ("archive:like", "GET"): (SIGN_IN, 404, 200, 404),
    ("archive:favourite", "POST"): (SIGN_IN, 404, 302, 404),
    ("archive:author", "GET"): (SIGN_IN, 404, 200, 404),
    ("archive:on_this_day", "GET"): (SIGN_IN, 200, 200, 200),
    ("archive:random", "GET"): (SIGN_IN, 302, 302, 302),
    ("archive:date", "GET"): (SIGN_IN, 200, 200, 200),
    ("archive:keys", "GET"): (SIGN_IN, 200, 200, 200),
    ("archive:month", "GET"): (SIGN_IN, 200, 200, 200),
    ("archive:feed", "GET"): (SIGN_IN, 404, 200, 404),
    ("archive:media", "GET"): (404, 404, 200, 404),
    ("harvester:welcome", "GET"): (SIGN_IN, 302, 302, 302),
    ("harvester:arriving", "GET"): (SIGN_IN, 286, 286, 286),
    ("harvester:sources", "GET"): (SIGN_IN, 200, 200, 200),
    ("harvester:status", "GET"): (SIGN_IN, 200, 200, 200),
    ("harvester:check", "POST"): (SIGN_IN, 404, 302, 404),
    ("harvester:accept", "POST"): (SIGN_IN, 404, 302, 404),
    ("harvester:pause", "POST"): (SIGN_IN, 404, 302, 404),
    ("harvester:resume", "POST"): (SIGN_IN, 404, 302, 404),
    ("harvester:disconnect", "GET"): (SIGN_IN, 404, 200, 404),
    ("harvester:disconnect", "POST"): (SIGN_IN, 404, 302, 404),
    ("harvester:imports", "GET"): (SIGN_IN, 200, 200, 200),
    ("harvester:imports", "POST"): (SIGN_IN, 400, 400, 400),
    ("harvester:import", "GET"): (SIGN_IN, 404, 200, 404),
    ("harvester:import_status", "GET"): (SIGN_IN, 404, 286, 404),
    ("harvester:import_report", "GET"): (SIGN_IN, 404, 200, 404),
    ("admin", "GET"): (302, 302, 302, 200),
}
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
ADDRESSES = sorted({name for name, _ in TABLE})
PAGES = [name for name in ADDRESSES if name != "admin"]
# How Django's form views spell POST once more; nothing here sends it.
AS_POST = ("accounts:signin", "PUT")


def address(name: str, home: Home) -> str:
    """The address called `name`, where it needs one with a number that is `home`'s."""
    number = {"connection_id": home.connection.pk}
    asked: dict[str, dict[str, object]] = {
        "accounts:provider": {"provider": "instagram"},
        "accounts:callback": {"provider": "instagram"},
        "accounts:handle": {"provider": "bluesky"},
        "accounts:follow": {"provider": "bluesky"},
        "accounts:prove": {"provider": "bluesky"},
        "archive:like": {"like_id": home.like.pk},
        "archive:favourite": {"like_id": home.like.pk},
        "archive:author": {"provider": "instagram", "author_id": home.like.author_id},
        "archive:month": {"year": home.like.liked_at.year, "number": home.like.liked_at.month},
        "archive:feed": {"feed_id": home.feed.pk},
        "harvester:check": number,
        "harvester:accept": number,
        "harvester:pause": number,
        "harvester:resume": number,
        "harvester:disconnect": number,
        "harvester:import": {"import_id": home.brought.pk},
        "harvester:import_status": {"import_id": home.brought.pk},
        "harvester:import_report": {"import_id": home.brought.pk},
    }
    if name == "archive:media":
        return home.media
    return reverse("admin:index" if name == "admin" else name, kwargs=asked.get(name))


@dataclass(frozen=True, slots=True)
class Cast:
    """Those who come: nobody, somebody else, the owner of what is asked for, an administrator."""

    homes: dict[str, Home]

    def browser(self, who: str, *, enforce_csrf_checks: bool = False) -> Client:
        home = self.homes.get(who)
        return browser(home and home.user, enforce_csrf_checks=enforce_csrf_checks)

    @property
    def owner(self) -> Home:
        return self.homes["owner"]


@pytest.fixture
def cast(owner: Home, another: Home, staff: Home) -> Cast:
    return Cast({"owner": owner, "another": another, "staff": staff})


@contextmanager
def nothing_stays() -> Iterator[None]:
    """What is changed inside is taken back, so that each request finds the same house."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_every_address_stands_in_the_table() -> None:
    assert routes.names() == set(ADDRESSES)


def test_everybody_is_answered_as_the_table_says(cast: Cast) -> None:
    answered = {}
    for name, method in TABLE:
        path = address(name, cast.owner)
        with nothing_stays():
            answers = [cast.browser(who).generic(method, path) for who in PEOPLE]
        answered[name, method] = tuple(_answer(path, response) for response in answers)
    assert answered == TABLE


def _answer(path: str, response: HttpResponse) -> int | str:
    to_sign_in = f"{reverse('accounts:signin')}?next={path}"
    return SIGN_IN if response.get("Location") == to_sign_in else response.status_code


def test_a_form_without_a_token_changes_nothing(cast: Cast) -> None:
    answered = {
        (name, who, method): cast.browser(who, enforce_csrf_checks=True)
        .generic(method, address(name, cast.owner))
        .status_code
        for name in ADDRESSES
        for who in ("anonymous", "owner")
        for method in UNSAFE
    }
    assert answered == dict.fromkeys(answered, 403)


def test_a_method_that_an_address_does_not_know_is_refused(cast: Cast) -> None:
    visitor = cast.browser("owner")
    unknown = [
        (name, method)
        for name in PAGES
        for method in ("GET", *UNSAFE)
        if (name, method) not in TABLE and (name, method) != AS_POST
    ]
    answered = {
        (name, method): visitor.generic(method, address(name, cast.owner)).status_code
        for name, method in unknown
    }
    assert answered == dict.fromkeys(unknown, 405)


def test_head_is_get_without_a_body(cast: Cast) -> None:
    for name in PAGES:
        path = address(name, cast.owner)
        with nothing_stays():
            head = cast.browser("owner").head(path)
            if head.status_code == 405:
                assert "HEAD" not in head["Allow"], name
            else:
                assert head.status_code == cast.browser("owner").get(path).status_code, name
        assert b"".join(head) == b"", name


def test_asking_for_options_tells_them_and_changes_nothing(cast: Cast) -> None:
    visitor = cast.browser("owner")
    for name in PAGES:
        response = visitor.options(address(name, cast.owner))
        assert response.status_code in {200, 405}, name
        assert "Allow" in response, name


def test_the_way_out_is_only_by_a_form(owner: Home) -> None:
    visitor = browser(owner.user)
    assert visitor.get(reverse("accounts:signout")).status_code == 405
    assert visitor.get(reverse("archive:wall")).status_code == 200


def test_a_page_that_begins_at_somebody_elses_like_is_not_there(owner: Home, another: Home) -> None:
    visitor = browser(another.user)
    for path in (
        f"/likes/?before={owner.like.pk}",
        f"/likes/?q=harbour&before={owner.like.pk}",
        f"/likes/fresh/?after={owner.like.pk}",
        f"/feeds/{another.feed.pk}/?before={owner.like.pk}",
    ):
        assert visitor.get(path).status_code == 404, path


def test_nobody_finds_what_somebody_else_likes(owner: Home, another: Home) -> None:
    visitor = browser(another.user)
    for path in ("/likes/", "/likes/?q=harbour", "/likes/2024/5/", "/sources/", "/settings/"):
        shown = visitor.get(path).content.decode()
        assert "alice" not in shown, path
        assert f"/likes/{owner.like.pk}/" not in shown, path
        assert owner.blob.sha256 not in shown, path


def test_a_picture_is_its_persons_whatever_the_address_says(owner: Home, another: Home) -> None:
    signed = serving.signature(owner.user.pk, owner.blob.sha256)
    elsewhere = f"/media/{another.user.pk}/{signed}/{owner.blob.sha256}"
    assert browser(another.user).get(elsewhere).status_code == 404
    assert browser(owner.user).get(elsewhere).status_code == 404
    assert browser(another.user).get(another.media).status_code == 200


def test_an_address_of_a_picture_that_was_tampered_with_is_not_there(owner: Home) -> None:
    signed, name = owner.media.rsplit("/", 1)
    other = "A" if signed[-1] != "A" else "B"
    for path in (
        owner.media.replace("-320", "-321"),
        f"{owner.media}/",
        f"{signed[:-1]}{other}/{name}",
        f"{signed}/../../{name}",
        f"{signed}/{'0' * 64}",
    ):
        assert browser(owner.user).get(path).status_code == 404, path


def test_a_signature_is_of_one_person_and_one_picture(alice: User, bob: User) -> None:
    first, second = "a" * 64, "b" * 64
    signed = serving.signature(alice.pk, first)
    assert serving.is_signed(alice.pk, first, signed)
    assert not serving.is_signed(bob.pk, first, signed)
    assert not serving.is_signed(alice.pk, second, signed)


def test_numbers_beyond_all_rows_are_not_there(owner: Home) -> None:
    visitor = browser(owner.user)
    huge = 10**30
    for path in (
        f"/likes/{huge}/",
        f"/feeds/{huge}/",
        f"/likes/?before={huge}",
        f"/likes/fresh/?after={huge}",
        f"/sources/{huge}/disconnect/",
        "/likes/?before=minus-one",
        "/likes/2024/13/",
        "/likes/99999/1/",
    ):
        assert visitor.get(path).status_code == 404, path


def test_the_same_bytes_in_two_archives_are_one_file_that_neither_shows_the_other(
    owner: Home, another: Home
) -> None:
    shared = owner.blob
    another.like.media.update(blob=shared)
    path = serving.address(another.user.pk, shared.sha256)
    assert browser(another.user).get(path).status_code == 200
    assert browser(owner.user).get(path).status_code == 404
    assert Blob.objects.filter(pk=shared.pk).count() == 1


def test_a_deactivated_person_gets_no_further_page(owner: Home) -> None:
    visitor = browser(owner.user)
    assert visitor.get("/likes/").status_code == 200
    User.objects.filter(pk=owner.user.pk).update(is_active=False)
    assert visitor.get("/likes/").status_code == 302
    assert visitor.get(owner.media).status_code == 404


def test_a_house_of_many_shows_each_their_own_counts(owner: Home, another: Home) -> None:
    builders.like(owner.feed, 7)
    assert "10 kept" in browser(owner.user).get("/likes/").content.decode()
    assert "3 kept" in browser(another.user).get("/likes/").content.decode()
