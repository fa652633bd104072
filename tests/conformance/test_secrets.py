"""What a service gives us in confidence goes back to its own host, and nowhere else."""

from __future__ import annotations

import logging
import re
import traceback
from urllib.parse import quote

import pytest
from django.db import connection

from accounts import upstream
from accounts.models import Connection
from archive.models import MediaItem
from harvester.download import Download
from harvester.models import Crawl, Halt
from providers.errors import ProviderError, Unexpected
from tests.conformance.places import Answer
from tests.conformance.visits import let_time_pass
from tests.conftest import visit
from tests.listening import listening

LOUD = ("", "urllib3", "django.db.backends", "harvester", "accounts", "providers")


@pytest.fixture
def everything_said(caplog):
    """Every logger of this process says all it knows."""
    for name in LOUD:
        caplog.set_level(logging.DEBUG, name)
    return caplog


def all_rows() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public'")
        rows = []
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT t::text FROM {table} t")
            rows += [row for (row,) in cursor.fetchall()]
    return "\n".join(rows)


def check_nowhere(service, *texts: str) -> None:
    for secret in service.secrets("tess"):
        for form in {secret, quote(secret, safe=""), secret.encode().hex()}:
            assert not [text for text in texts if form in text]


def test_secrets_are_in_no_log_and_no_row(feed, service, shelves, everything_said):
    """One way of saying each kind of trouble, then all is well."""
    ways = [next(iter(told.values())) for told in service.says.values()]
    for answer in [*ways, None]:
        service.heal()
        if answer:
            service.tell(answer)
        let_time_pass()
        Crawl.objects.all().delete()
        Halt.objects.all().delete()
        Connection.objects.update(state="connected")
        visit(feed)
    Download().run()
    assert "page stored" in everything_said.text
    check_nowhere(service, everything_said.text, all_rows())


def test_secrets_are_in_no_error_and_no_frame_that_it_went_through(feed, service):
    """As tools show it that record the local variables of every frame."""
    for answer in [answer for ways in service.says.values() for answer in ways.values()]:
        service.tell(answer)
        with pytest.raises(ProviderError) as met:
            upstream.client(feed.connection).page("liked", None)
        told = traceback.TracebackException.from_exception(met.value, capture_locals=True)
        frames = [frame for frame in told.stack if "/providers/" in frame.filename]
        assert frames
        shown = [str(frame.locals) for frame in frames]
        check_nowhere(service, *shown, str(met.value), repr(met.value.args), met.value.words)
        assert met.value.__context__ is None or met.value.__suppress_context__


def test_only_its_own_host_hears_a_secret(feed, service, shelves):
    visit(feed)
    own = service.asked_pages()[0].host
    Download().run()
    for heard in service.heard():
        if heard.host != own:
            check_nowhere(service, heard.line, str(heard.headers))
    assert len({heard.host for heard in service.heard()}) > 1


def test_every_request_says_who_asks_and_nothing_of_anybody(feed, service, shelves):
    visit(feed)
    Download().run()
    for heard in service.heard():
        assert heard.method == "GET"
        assert re.match(r"Likelist/", heard.headers["user-agent"])
        assert not {"cookie", "referer", "authorization", "origin"} & heard.headers.keys()


def test_cookies_are_not_sent_back(feed, service):
    body = {"data": [], "records": [], "pagination": {}}
    service.tell(Answer(200, body, {"Set-Cookie": "who=tess; Path=/"}))
    visit(feed)
    visit(feed)
    assert len(service.asked_pages()) > 1
    assert not [heard for heard in service.heard() if "cookie" in heard.headers]


def test_a_page_that_is_said_to_be_elsewhere_is_not_followed(feed, service):
    with listening() as foreign:
        for status in (301, 302, 303, 307, 308):
            service.tell(Answer(status, b"", {"Location": f"http://{foreign.address}/"}))
            with pytest.raises(Unexpected):
                upstream.client(feed.connection).page("liked", None)
        service.tell(Answer(302, b"", {"Location": f"http://{foreign.address}/"}))
        crawl, _ = visit(feed)
        assert not foreign.was_called
    assert (crawl.state, crawl.trouble) == (Crawl.State.WAITING, "redirect")
    assert MediaItem.objects.count() == 0
