"""`make bench`: one person's 300 likes with their media, through the whole product.

Beside it, in the same run, the way of 2013: a loop that fetches one after the other and
keeps files. Only the ratio of the two means anything on a machine that others use too. The
stand-in Instagram runs in this process and draws tiny pictures, so that it is not the
bottleneck; it answers after 0 and after 50 ms.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

# First of all: it starts the engines and tells Django's settings about them.
from tests import machine  # isort: split

import django
import requests

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "likelist.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from accounts import signin, upstream  # noqa: E402
from archive.models import Feed, MediaItem  # noqa: E402
from harvester import lease, plan  # noqa: E402
from harvester.download import Download  # noqa: E402
from harvester.walk import Slice, walk  # noqa: E402
from providers.shapes import Account, Grant  # noqa: E402
from providers.turns import AtOnce  # noqa: E402

LIKES, RUNS = 300, 3


def product(person: str) -> None:
    """Sign in, walk, fetch, verify, store."""
    grant = Grant(access_token=machine.instagram.token(person))
    client = upstream.service("instagram").client(Account(grant=grant), turns=AtOnce())
    connection = signin.connect(None, "instagram", grant, client.profile())
    plan.adopt(connection)
    feed = Feed.objects.get(connection=connection, kind="liked")
    held = lease.take(plan.open_crawl(feed).pk)
    assert held
    walk(held, upto=Slice(), after_page=lambda crawl, stored: None)
    Download(connection.user).run()
    assert not MediaItem.objects.of(connection.user).wanted().exists()


def loop(person: str) -> None:
    """The script of 2013, without its pause of 0.2 s."""
    token = machine.instagram.token(person)
    address: str | None = f"{machine.instagram.api}/users/self/media/liked?access_token={token}"
    with tempfile.TemporaryDirectory() as folder:
        number = 0
        while address:
            page = requests.get(address, timeout=30).json()
            for item in page["data"]:
                picture = item["images"]["standard_resolution"]["url"]
                Path(folder, f"{number}.jpg").write_bytes(requests.get(picture, timeout=30).content)
                number += 1
            address = page["pagination"].get("next_url")


def timed(way: Callable[[str], None], name: str) -> float:
    """Likes a second, the median of RUNS fresh people."""
    rates = []
    for run in range(RUNS):
        person = f"{name}_{run}"
        machine.instagram.set_likes(person, LIKES)
        began = time.perf_counter()
        way(person)
        rates.append(LIKES / (time.perf_counter() - began))
    return statistics.median(rates)


def main() -> None:
    """Measure and print."""
    settings.MEDIA_CONCURRENCY = 16
    call_command("migrate", verbosity=0)
    for latency in (0.0, 0.05):
        machine.instagram.latency(latency)
        slug = f"at_{latency * 1000:.0f}"
        ours, theirs = timed(product, f"product_{slug}"), timed(loop, f"loop_{slug}")
        print(
            f"{latency * 1000:3.0f} ms: the product {ours:6.0f} likes/s, "
            f"one after the other {theirs:6.0f} likes/s, {ours / theirs:.1f} times"
        )


if __name__ == "__main__":
    main()
