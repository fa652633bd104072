"""`manage.py crawl`: visit now, in the foreground."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from tqdm import tqdm

from accounts.models import Connection, User
from archive.ingest import Stored
from archive.models import Feed
from harvester import foreground, plan
from harvester.models import Crawl

HELP = """
Visit feeds now and wait for it: every like up to what is known for sure, every picture.

  manage.py crawl --user ada         everything of one person
  manage.py crawl --feed 3           one feed (its number stands in its address, /feeds/3/)
  manage.py crawl --all-due          what the schedule says is due
  manage.py crawl                    every feed of everybody

Exit status 0: each feed was walked to its end or to what completed visits covered, and every
picture is stored, refused, or answered "gone". 1: something is missing, and is told why.
It is safe to kill and to run again.
"""


class Command(BaseCommand):
    """Visit feeds in the foreground."""

    help = HELP
    # They look at every page and form there is, for a tenth of the time that starting takes;
    # `migrate` and `check` look as well. Here somebody waits for their likes.
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        kwargs["formatter_class"] = argparse.RawDescriptionHelpFormatter
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--user", metavar="U", help="only this person's feeds")
        parser.add_argument("--feed", metavar="ID", type=int, help="only this feed")
        parser.add_argument("--all-due", action="store_true", help="only feeds that are due")
        parser.add_argument("--no-media", action="store_true", help="leave pictures to the workers")

    def handle(self, *args: object, **options: Any) -> None:
        feeds = self._feeds(options)
        if not feeds and not options["all_due"]:
            raise CommandError(
                "There is nothing to visit: no source is connected, or all are paused. "
                "Sign in, use connect, or resume one."
            )
        reasons: list[str] = []
        for feed in feeds:
            reasons += self._visit(feed, media=not options["no_media"])
        if reasons:
            for reason in reasons:
                self.stderr.write(reason)
            sys.exit(1)

    def _feeds(self, options: dict[str, Any]) -> list[Feed]:
        people = User.objects.filter(username=options["user"]) if options["user"] else None
        if people is not None and not people.exists():
            raise CommandError(f"Nobody here is called {options['user']}.")
        _adopt(people.get() if people is not None else None)
        feeds = Feed.objects.select_related("connection", "user").order_by("pk")
        if people is not None:
            feeds = feeds.filter(user=people.get())
        if options["feed"] is not None:
            feeds = feeds.filter(pk=options["feed"])
            if not feeds.exists():
                raise CommandError(f"There is no feed {options['feed']}.")
        if options["all_due"]:
            live = Crawl.objects.live().filter(feed=OuterRef("pk"))
            feeds = feeds.filter(Exists(live)) | feeds.filter(schedule__next_visit_at__lte=Now())
        if options["all_due"] or (people is None and options["feed"] is None):
            feeds = feeds.filter(schedule__paused_at=None)
        # What came as files has lists of its own, which nobody visits.
        feeds = feeds.exclude(connection__standing=Connection.Standing.FILE)
        return list(feeds.exclude(connection__state=Connection.State.DISCONNECTED))

    def _visit(self, feed: Feed, *, media: bool) -> list[str]:
        name = f"@{feed.connection.username} {feed.kind}"
        likes = tqdm(desc=f"{name}: likes", unit="", disable=None, file=sys.stderr)
        files = tqdm(desc=f"{name}: pictures", unit="", disable=None, file=sys.stderr, position=1)

        def page(crawl: Crawl, stored: Stored) -> None:
            likes.update(stored.new + stored.known)

        def settled(done: int, left: int) -> None:
            files.total = done + left
            files.n = done
            files.refresh()

        watcher = foreground.Watcher(say=self._say(likes), page=page, media=settled)
        with likes, files:
            report = foreground.visit(feed, watcher, media=media)
        state = "ended early" if report.reasons else "complete"
        self.stdout.write(f"{name}: {state}, {report.new} new, {report.known} known.")
        return report.reasons

    def _say(self, bar: tqdm[Any]) -> Any:
        said: set[str] = set()

        def say(sentence: str) -> None:
            if sentence not in said:
                said.add(sentence)
                bar.write(sentence, file=sys.stderr)

        return say


def _adopt(user: User | None) -> None:
    """Make the feeds of connections that nothing has seen yet."""
    connections = Connection.objects.usable()
    for connection in connections if user is None else connections.filter(user=user):
        plan.adopt(connection)
