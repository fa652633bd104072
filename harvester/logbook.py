"""The log of a source: its newest visits, in words, with their times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import zones
from accounts.models import User
from harvester import words
from harvester.models import Crawl
from harvester.states import Facts

LOGGED = 8


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
        return cls._said(moment, said)

    @classmethod
    def planned(cls, moment: datetime) -> Moment:
        """What is planned lies ahead; what is overdue comes in a moment."""
        return cls._said(moment, words.ahead(moment))

    @classmethod
    def _said(cls, moment: datetime, said: str) -> Moment:
        shown = date_format(zones.local(moment), "j F Y, H:i")
        exact = _("{moment} {zone}").format(moment=shown, zone=zones.label(moment))
        return cls(said, exact, moment.isoformat())


@dataclass(frozen=True, slots=True)
class Visit:
    """A line of the log; `anchor` is what it is called by on the page."""

    anchor: str
    began: Moment | None
    took: str
    pages: int
    new: int
    known: int
    pictures: int
    left: str
    closed: str
    state: str
    words: str


def log(user: User) -> dict[int, list[Crawl]]:
    """The newest visits of each feed, by feed; one query."""
    place = Window(RowNumber(), partition_by=F("feed"), order_by=F("number").desc())
    crawls = Crawl.objects.of(user).annotate(place=place).filter(place__lte=LOGGED)
    found: dict[int, list[Crawl]] = defaultdict(list)
    for crawl in crawls.order_by("-number"):
        found[crawl.feed_id].append(crawl)
    return found


def visits(facts: Facts, crawls: Sequence[Crawl], service: str) -> list[Visit]:
    """The newest visits of a source as lines."""
    return [_visit(crawl, _said(facts, crawl, service)) for crawl in crawls[:LOGGED]]


def _said(facts: Facts, crawl: Crawl, service: str) -> str:
    """The same of a visit as the first lines say of it."""
    if crawl.is_live and facts.key == "stuck" and facts.moved_at:
        return words.stuck(crawl, facts.moved_at)
    needs_you = facts.key == "needs"
    return words.visit(crawl, service, needs_you=needs_you, limited=facts.is_limited)


def _visit(crawl: Crawl, said: str) -> Visit:
    states = {Crawl.State.DONE: "ok", Crawl.State.WAITING: "waiting", Crawl.State.FAILED: "failed"}
    end = crawl.finished_at or timezone.now()
    return Visit(
        anchor=f"visit-{crawl.pk}",
        began=Moment.of(crawl.opened_at),
        took=words.took(end - (crawl.began_at or crawl.opened_at)),
        pages=crawl.pages,
        new=crawl.new_entries,
        known=crawl.known_entries,
        pictures=crawl.wanted,
        left=_left(crawl.gaps) if crawl.gaps else "",
        closed=_closed(crawl.healed) if crawl.healed else "",
        state=states.get(Crawl.State(crawl.state), "busy" if crawl.is_live else "waiting"),
        words=said,
    )


def _left(count: int) -> str:
    return ngettext("{count:,} gap left.", "{count:,} gaps left.", count).format(count=count)


def _closed(count: int) -> str:
    return ngettext("{count:,} gap closed.", "{count:,} gaps closed.", count).format(count=count)
