"""Two ways in that nobody opened: filters that spell out content, files nobody asked for."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadhandler import load_handler
from django.test import Client
from django.utils.module_loading import import_string

from accounts.models import User

pytestmark = pytest.mark.django_db

CONTENT = (
    "/admin/archive/like/?caption__startswith=me",
    "/admin/archive/like/?link__contains=p",
    "/admin/archive/like/?author__startswith=a",
    "/admin/archive/mediaitem/?source_url__contains=a",
    "/admin/accounts/connection/?grant__startswith=g",
    "/admin/accounts/invitation/?code__startswith=a",
)


@pytest.fixture
def desk(client: Client) -> Client:
    clerk = User.objects.create_user("clerk", password="a-good-password", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(clerk)
    return client


@pytest.mark.parametrize("address", CONTENT)
def test_no_filter_reads_what_the_desk_does_not_show(desk: Client, address: str) -> None:
    assert desk.get(address).status_code == 400


def test_filters_of_the_lists_still_work(desk: Client) -> None:
    for address in (
        "/admin/archive/like/?user__id__exact=1",
        "/admin/archive/mediaitem/?state__exact=wanted",
        "/admin/accounts/connection/?state__exact=connected",
    ):
        assert desk.get(address).status_code == 200, address


def test_an_upload_that_nobody_asked_for_is_not_written(settings, client: Client) -> None:
    handlers = [load_handler(name, None) for name in settings.FILE_UPLOAD_HANDLERS]
    to_disk = import_string("django.core.files.uploadhandler.TemporaryFileUploadHandler")
    assert not any(isinstance(handler, to_disk) for handler in handlers)
    file = BytesIO(b"x" * 4_000_000)
    assert client.post("/accounts/signin/", {"file": file}).status_code in {200, 400, 403}
