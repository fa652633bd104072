"""Sources as their page shows them: one per connection, with its log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from accounts import upstream
from accounts.models import Connection, User
from archive import origins
from archive.models import Feed
from harvester import logbook, words
from harvester.logbook import Moment, Visit
from harvester.models import Crawl, Schedule
from providers.service import Service

Standing = Connection.Standing
# Where a file is brought.
IMPORTS = "harvester:imports"

WORDS = {
    "ok": "Up to date",
    "busy": "Checking now",
    "waiting": "Waiting",
    "needs": "Needs you",
    "paused": "Paused by you",
    "gone": "Not connected",
    "file": "From a file",
}
# What the dot in the bar shows when there are several: the worst first.
WORST = ("needs", "waiting", "busy", "paused", "gone", "ok")


@dataclass(frozen=True, slots=True)
class Source:
    """A connection with everything its card prints.

    `window` says what its service shows; `older` leads to where an export is brought, `prove`
    to where a followed account is proven to be one's own; both empty where that is no way.
    """

    id: int
    key: str
    service: str
    account: str
    standing: str
    title: str
    state: str
    state_words: str
    sentence: str
    window: str
    older: str
    prove: str
    feeds: list[dict[str, object]]
    last_good: Moment | None
    last_visit: Moment | None
    next_visit: Moment | None
    next_why: str
    found: str
    can_check: bool
    can_pause: bool
    can_resume: bool
    reconnect: str
    visits: list[Visit]


def of(user: User) -> list[Source]:
    """The sources of a person, in the order they were connected; five queries whatever they are."""
    connections = list(Connection.objects.of(user).order_by("connected_at", "pk"))
    feeds = _feeds(user)
    log = logbook.log(user)
    return [_source(connection, feeds[connection.pk], log) for connection in connections]


def summary(user: User) -> dict[str, str] | None:
    """The state of all sources that are visited: the worst of them; one query."""
    states = _states(user)
    if not states:
        return None
    key = next(state for state in WORST if state in states)
    return {"key": key, "words": WORDS[key]}


def _states(user: User) -> set[str]:
    live = Q(feeds__crawls__state__in=Crawl.LIVE)
    rows = (
        Connection.objects.of(user)
        .exclude(standing=Standing.FILE)
        .annotate(
            live=Count("feeds__crawls", filter=live),
            waiting=Count("feeds__crawls", filter=Q(feeds__crawls__state=Crawl.State.WAITING)),
            paused=Count("feeds", filter=Q(feeds__schedule__paused_at__isnull=False)),
        )
        .values_list("state", "live", "waiting", "paused")
    )
    return {_state(*row) for row in rows}


def _state(connection_state: str, live: int, waiting: int, paused: int) -> str:
    if connection_state == Connection.State.NEEDS_YOU:
        return "needs"
    if connection_state == Connection.State.DISCONNECTED:
        return "gone"
    if paused:
        return "paused"
    if waiting:
        return "waiting"
    return "busy" if live else "ok"


def _feeds(user: User) -> dict[int, list[Feed]]:
    found: dict[int, list[Feed]] = defaultdict(list)
    for feed in Feed.objects.of(user).select_related("schedule").order_by("-on_wall", "pk"):
        found[feed.connection_id].append(feed)
    return found


def _source(connection: Connection, feeds: list[Feed], log: dict[int, list[Crawl]]) -> Source:
    if connection.standing == Standing.FILE:
        return _of_file(connection, feeds)
    provider = upstream.service(connection.provider)
    service = provider.title
    crawls = sorted(
        (crawl for feed in feeds for crawl in log[feed.pk]), key=lambda c: c.opened_at, reverse=True
    )
    schedules = _schedules(feeds)
    live = [crawl for crawl in crawls if crawl.is_live]
    waiting = [crawl for crawl in live if crawl.state == Crawl.State.WAITING]
    paused = [schedule for schedule in schedules if schedule.paused_at]
    state = _state(connection.state, len(live), len(waiting), len(paused))
    done = next((crawl for crawl in crawls if not crawl.is_live), None)
    good = [schedule.last_success_at for schedule in schedules if schedule.last_success_at]
    planned = min(schedules, key=lambda s: s.next_visit_at, default=None)
    return Source(
        id=connection.pk,
        key=connection.provider,
        service=service,
        account=connection.username,
        standing=connection.standing,
        title=origins.called(connection),
        state=state,
        state_words=WORDS[state],
        sentence=_sentence(state, connection, crawls, service),
        window=words.window(_window(provider), service),
        older=reverse(IMPORTS) if provider.exports else "",
        prove=_prove(connection),
        feeds=_lists(feeds, connection.provider),
        last_good=Moment.of(max(good, default=None)),
        last_visit=Moment.of(crawls[0].opened_at if crawls else None),
        next_visit=Moment.of(planned.next_visit_at) if planned and state == "ok" else None,
        next_why=planned.reason if planned and state == "ok" else "",
        found=words.plural(done.new_entries, "new like") if done and done.new_entries else "",
        can_check=state in {"ok", "waiting", "busy"},
        can_pause=state in {"ok", "waiting", "busy"},
        can_resume=state == "paused",
        reconnect=_reconnect(connection) if state in {"needs", "gone"} else "",
        visits=logbook.visits(connection, crawls, service),
    )


def _of_file(connection: Connection, feeds: list[Feed]) -> Source:
    """What a person brought as files: there is nothing to visit, to pause or to plan."""
    service = upstream.service(connection.provider).title
    return Source(
        id=connection.pk,
        key=connection.provider,
        service=service,
        account=connection.username,
        standing=connection.standing,
        title=origins.called(connection),
        state="file",
        state_words=WORDS["file"],
        sentence=words.of_file(service, connection.username),
        window="",
        older=reverse(IMPORTS),
        prove="",
        feeds=_lists(feeds, connection.provider),
        last_good=None,
        last_visit=None,
        next_visit=None,
        next_why="",
        found="",
        can_check=False,
        can_pause=False,
        can_resume=False,
        reconnect="",
        visits=[],
    )


def _schedules(feeds: list[Feed]) -> list[Schedule]:
    return [feed.schedule for feed in feeds if hasattr(feed, "schedule")]


def _lists(feeds: list[Feed], provider: str) -> list[dict[str, object]]:
    return [
        {
            "title": origins.list_title(feed, provider),
            "href": f"/feeds/{feed.pk}/",
            "kept": feed.entries_count,
            "is_named": bool(feed.title),
        }
        for feed in feeds
    ]


def _window(provider: Service) -> int | None:
    """How many of the newest likes a service shows, None for all."""
    shown = [kind.window for kind in provider.kinds.values() if kind.default and kind.on_wall]
    return shown[0] if shown else None


def _prove(connection: Connection) -> str:
    if connection.standing != Standing.FOLLOWED:
        return ""
    return reverse("accounts:prove", args=[connection.provider])


def _sentence(state: str, connection: Connection, crawls: Sequence[Crawl], service: str) -> str:
    last = crawls[0] if crawls else None
    limited = connection.not_before is not None and connection.not_before > timezone.now()
    match state:
        case "needs":
            return words.NEEDS_YOU.format(service=service)
        case "gone":
            return "Disconnected. Everything we kept stays; nothing new is fetched."
        case "paused":
            return "Paused by you. Likes made meanwhile may slide out of reach."
        case "waiting" | "busy" if last:
            return words.visit(last, service, limited=limited)
        case _ if last:
            return _after(last, service)
        case _:
            return "Connected; the first visit starts in a moment."


def _after(last: Crawl, service: str) -> str:
    when = words.ago(last.finished_at or last.opened_at)
    return f"Last checked {when}. {words.visit(last, service)}"


def _reconnect(connection: Connection) -> str:
    return reverse("accounts:provider", args=[connection.provider])
