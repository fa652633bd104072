"""Sources as their page shows them: one per connection, with its log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts import upstream
from accounts.models import Connection, User
from archive.models import Feed
from harvester import words
from harvester.models import Crawl
from providers.service import Service

LOGGED = 8
WORDS = {
    "ok": "Up to date",
    "busy": "Checking now",
    "waiting": "Waiting",
    "needs": "Needs you",
    "paused": "Paused by you",
    "gone": "Not connected",
}
# What the dot in the bar shows when there are several: the worst first.
WORST = ("needs", "waiting", "busy", "paused", "gone", "ok")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in words, with the exact one behind it."""

    words: str
    exact: str
    iso: str

    @classmethod
    def of(cls, moment: datetime | None) -> Moment | None:
        """None stays None."""
        if moment is None:
            return None
        said = words.ahead(moment) if moment > timezone.now() else words.ago(moment)
        return cls(said, f"{date_format(moment, 'j F Y, H:i')} UTC", moment.isoformat())


@dataclass(frozen=True, slots=True)
class Visit:
    """A line of the log."""

    began: Moment | None
    took: str
    pages: int
    new: int
    known: int
    pictures: int
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Source:
    """A connection with everything its card prints."""

    id: int
    service: str
    account: str
    state: str
    state_words: str
    sentence: str
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
    log = _log(user)
    return [_source(connection, feeds[connection.pk], log) for connection in connections]


def summary(user: User) -> dict[str, str] | None:
    """The state of all sources together: the worst of them; two queries."""
    states = _states(user)
    if not states:
        return None
    key = next(state for state in WORST if state in states)
    return {"key": key, "words": WORDS[key]}


def _states(user: User) -> set[str]:
    live = Q(feeds__crawls__state__in=Crawl.LIVE)
    rows = (
        Connection.objects.of(user)
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


def _log(user: User) -> dict[int, list[Crawl]]:
    """The newest visits of each feed."""
    place = Window(RowNumber(), partition_by=F("feed"), order_by=F("number").desc())
    crawls = Crawl.objects.of(user).annotate(place=place).filter(place__lte=LOGGED)
    found: dict[int, list[Crawl]] = defaultdict(list)
    for crawl in crawls.order_by("-number"):
        found[crawl.feed_id].append(crawl)
    return found


def _source(connection: Connection, feeds: list[Feed], log: dict[int, list[Crawl]]) -> Source:
    provider = upstream.service(connection.provider)
    service = provider.title
    crawls = sorted(
        (crawl for feed in feeds for crawl in log[feed.pk]), key=lambda c: c.opened_at, reverse=True
    )
    schedules = [feed.schedule for feed in feeds]
    live = [crawl for crawl in crawls if crawl.is_live]
    waiting = [crawl for crawl in live if crawl.state == Crawl.State.WAITING]
    paused = [schedule for schedule in schedules if schedule.paused_at]
    state = _state(connection.state, len(live), len(waiting), len(paused))
    done = next((crawl for crawl in crawls if not crawl.is_live), None)
    good = [schedule.last_success_at for schedule in schedules if schedule.last_success_at]
    planned = min(schedules, key=lambda s: s.next_visit_at, default=None)
    return Source(
        id=connection.pk,
        service=service,
        account=connection.username,
        state=state,
        state_words=WORDS[state],
        sentence=_sentence(state, connection, crawls, service),
        feeds=[
            {
                "title": _title(provider, feed.kind),
                "href": f"/feeds/{feed.pk}/",
                "kept": feed.entries_count,
            }
            for feed in feeds
        ],
        last_good=Moment.of(max(good, default=None)),
        last_visit=Moment.of(crawls[0].opened_at if crawls else None),
        next_visit=Moment.of(planned.next_visit_at) if planned and state == "ok" else None,
        next_why=planned.reason if planned and state == "ok" else "",
        found=words.plural(done.new_entries, "new like") if done and done.new_entries else "",
        can_check=state in {"ok", "waiting", "busy"},
        can_pause=state in {"ok", "waiting", "busy"},
        can_resume=state == "paused",
        reconnect=_reconnect(connection) if state in {"needs", "gone"} else "",
        visits=_visits(connection, crawls, service),
    )


def _visits(connection: Connection, crawls: Sequence[Crawl], service: str) -> list[Visit]:
    needs_you = connection.state == Connection.State.NEEDS_YOU
    limited = connection.not_before is not None and connection.not_before > timezone.now()
    return [
        _visit(crawl, words.visit(crawl, service, needs_you=needs_you, limited=limited))
        for crawl in crawls[:LOGGED]
    ]


def _visit(crawl: Crawl, said: str) -> Visit:
    states = {Crawl.State.DONE: "ok", Crawl.State.WAITING: "waiting", Crawl.State.FAILED: "failed"}
    end = crawl.finished_at or timezone.now()
    return Visit(
        began=Moment.of(crawl.opened_at),
        took=words.took(end - (crawl.began_at or crawl.opened_at)),
        pages=crawl.pages,
        new=crawl.new_entries,
        known=crawl.known_entries,
        pictures=crawl.wanted,
        state=states.get(Crawl.State(crawl.state), "busy" if crawl.is_live else "waiting"),
        words=said,
    )


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


def _title(provider: Service, kind: str) -> str:
    return provider.kinds[kind].title if kind in provider.kinds else kind


def _reconnect(connection: Connection) -> str:
    return reverse("accounts:provider", args=[connection.provider])
