"""A token is under seal, in memory, and on its way to its own service: nowhere else."""

from __future__ import annotations

import logging
from urllib.parse import quote, urlsplit

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import Connection
from archive.models import Feed, MediaItem
from harvester import getting, levers, plan, tasks
from harvester.download import Download
from harvester.models import Crawl, Halt
from providers.fetch import Fetcher
from simulator.faults import spoilt
from tests.accounts.browsing import asked, back, consent, leave
from tests.conftest import visit
from tests.listening import listening

pytestmark = pytest.mark.django_db(transaction=True)
LOUD = ("", "urllib3", "botocore", "django.db.backends", "celery", "kombu", "django.request")


@pytest.fixture
def everything_said(caplog):
    """Every logger of this process says all it knows."""
    for name in LOUD:
        caplog.set_level(logging.DEBUG, name)
    return caplog


@pytest.fixture
def canary(connect, shelves, instagram) -> str:
    """Somebody's token; nothing else in this world looks like it."""
    plan.adopt(connect("tess", 40))
    return instagram.token("tess")


def check_nowhere(secret: str, caplog) -> None:
    """In no line of the log, row of the database, key or value of Redis."""
    for form in {secret, quote(secret, safe=""), secret.encode().hex()}:
        assert form not in caplog.text
        assert form not in all_rows()
        assert form.encode() not in all_of_redis()


def all_rows() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public'")
        parts = []
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT t::text FROM {table} t")
            parts += [row for (row,) in cursor.fetchall()]
    return "\n".join(parts)


def all_of_redis() -> bytes:
    parts = urlsplit(settings.REDIS_URL)
    number = int(asked(settings.REDIS_URL)["virtual_host"])
    with redis.Redis(unix_socket_path=parts.path, db=number) as bell:
        return b"\n".join(part for key in bell.scan_iter() for part in (key, contents(bell, key)))


def contents(bell: redis.Redis, key: bytes) -> bytes:
    match bell.type(key):
        case b"list":
            return b" ".join(bell.lrange(key, 0, -1))
        case b"set":
            return b" ".join(bell.smembers(key))
        case b"zset":
            return b" ".join(bell.zrange(key, 0, -1))
        case b"hash":
            return b" ".join(part for pair in bell.hgetall(key).items() for part in pair)
        case _:
            return bell.get(key) or b""


def afresh() -> None:
    """Whatever the last fault did, the next visit may begin."""
    for crawl in Crawl.objects.live():
        levers.stop(crawl)
    Halt.objects.all().delete()
    Connection.objects.update(state="connected", not_before=None)
    MediaItem.objects.update(not_before=None, gone_at=None)


def test_under_every_fault_it_shows_up_nowhere(canary, instagram, everything_said):
    feed = Feed.objects.get()
    for fault in spoilt.KINDS:
        afresh()
        instagram.heal()
        instagram.fail(fault, seconds=0.1)
        tasks.tick()
        visit(feed)
        Download(seconds=1.0, impatient=True).run()
    assert Crawl.objects.count() > 30
    assert "page stored" in everything_said.text
    check_nowhere(canary, everything_said)
    assert not any(one["has_token"] for one in instagram.requests("media"))
    assert Connection.objects.get().grant


def test_media_are_asked_for_without_it_wherever_they_are(canary, instagram, monkeypatch):
    visit(Feed.objects.get())
    with listening() as foreign:
        fetcher = Fetcher(frozenset({foreign.address}))
        monkeypatch.setattr(getting, "fetcher", lambda: fetcher)
        MediaItem.objects.update(source_url=f"http://{foreign.address}/p.jpg")
        MediaItem.objects.filter(pk__gt=MediaItem.objects.order_by("pk")[3].pk).delete()
        Download().run()
    assert len(foreign.heard) >= 4
    for heard in foreign.heard:
        assert canary.encode() not in heard
        assert not {b"cookie", b"authorization", b"referer"} & headers(heard)


def headers(heard: bytes) -> set[bytes]:
    return {line.partition(b":")[0].lower() for line in heard.splitlines()[1:] if line}


@pytest.mark.parametrize("fault", ["", "unavailable_html", "reset", "truncated_json", "empty_200"])
def test_neither_do_the_secrets_of_signing_in(instagram, everything_said, fault):
    instagram.set_likes("sven", 1)
    client = Client()
    callback = back(consent(leave(client), "sven"))
    if fault:
        instagram.fail(fault, match="exchange")
    response = client.get(callback)
    shown = response.content.decode() + str(response.cookies) + str(response.headers)
    code, secret = asked(callback)["code"], settings.UPSTREAM["INSTAGRAM_CLIENT_SECRET"]
    for one in (code, secret, instagram.token("sven")):
        assert one not in shown
        check_nowhere(one, everything_said)
