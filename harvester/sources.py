"""Sources as their page shows them: one per connection, with what is proven and its log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from accounts import upstream
from accounts.budget import Budget
from accounts.models import Connection, User
from archive import gaps, origins
from archive.models import Feed
from harvester import awaited, coming, logbook, proof, risk, sentences, states, strip, words
from harvester.awaited import Awaited
from harvester.known import Known, feeds_of, oldest_of
from harvester.logbook import Moment, Visit
from harvester.states import Facts
from harvester.strip import Strip

Standing = Connection.Standing
# Where a file is brought.
IMPORTS = "harvester:imports"
# What could be lost, and when, is worth a line of its own.
TROUBLED = frozenset({"needs", "paused", "failed", "stuck"})
# A visit would mend it.
HELPED = frozenset({"late", "failed", "behind"})


@dataclass(frozen=True, slots=True)
class Source:
    """A connection with everything its card prints; what does not matter is empty.

    `older` leads to where an export is brought, `prove` to where a followed account is proven
    to be one's own. `coverage` and `strip` say what is proven of its main list, `pace` and
    `loss` what could be lost; `question` is asked about a list that is held; `flaw` names
    what is not well although the newest likes are here.
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
    older: str
    prove: str = ""
    feeds: list[dict[str, object]] = field(default_factory=list)
    coverage: str = ""
    offer: str = ""
    strip: Strip | None = None
    pace: str = ""
    loss: str = ""
    question: str = ""
    flaw: str = ""
    last_good: Moment | None = None
    last_visit: Moment | None = None
    next_visit: Moment | None = None
    next_words: str = ""
    next_why: str = ""
    found: str = ""
    awaited: Awaited = field(default_factory=Awaited)
    reconnect: str = ""
    budget: Budget | None = None
    budget_resets: Moment | None = None
    visits: list[Visit] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """What its parts are called by on the page."""
        return str(self.id)

    @property
    def can_check(self) -> bool:
        """Whether a visit may be asked for, and visits be paused."""
        return self.state in coming.VISITED

    @property
    def is_urged(self) -> bool:
        """Whether a visit that is asked for now is what would help."""
        return self.can_check and self.state in HELPED

    @property
    def can_resume(self) -> bool:
        """Whether its person paused it."""
        return self.state == "paused"


def of(user: User, facts: Sequence[Facts] | None = None) -> list[Source]:
    """The sources of a person, in the order they were connected; six queries whatever they are."""
    connections = list(Connection.objects.of(user).order_by("connected_at", "pk"))
    stated = states.by_connection(states.of(user) if facts is None else facts)
    feeds, log = feeds_of(user), logbook.log(user)
    holes, coming_in = list(gaps.standing(user)), awaited.of(user)
    found = []
    for connection in connections:
        if connection.standing == Standing.FILE:
            found.append(_of_file(connection, feeds[connection.pk]))
        elif shown := states.worst(stated[connection.pk]):
            lists = feeds[connection.pk]
            crawls = [crawl for feed in lists for crawl in log[feed.pk]]
            crawls.sort(key=lambda crawl: (crawl.opened_at, crawl.number), reverse=True)
            standing = [gap for gap in holes if gap.feed_id in {feed.pk for feed in lists}]
            service = upstream.service(connection.provider)
            pictures = coming_in.get(connection.pk, Awaited())
            flaw = states.flaw(stated[connection.pk])
            rows = (lists, standing, crawls, pictures)
            found.append(_source(Known(connection, service, shown, flaw, *rows)))
    return found


def _source(known: Known) -> Source:
    connection, facts, service = known.connection, known.facts, known.provider.title
    good = [each.last_success_at for each in known.schedules if each.last_success_at]
    budget = upstream.budget(connection)
    return Source(
        **_named(connection, facts.key),
        state_words=sentences.state(facts, known.crawls, *known.shown),
        sentence=sentences.of(facts, known.crawls, service),
        older=reverse(IMPORTS) if known.provider.exports else "",
        prove=_prove(connection),
        feeds=_lists(known.feeds, connection.provider),
        **_proven(known),
        question=_question(known),
        flaw=known.flaw,
        last_good=Moment.of(max(good, default=None)),
        last_visit=Moment.of(known.crawls[0].opened_at if known.crawls else None),
        **coming.visit(known),
        found=sentences.found(known.crawls),
        awaited=known.awaited,
        reconnect=_reconnect(connection) if facts.key in {"needs", "gone"} else "",
        budget=budget if connection.is_usable and facts.key != "closed" else None,
        budget_resets=Moment.planned(budget.resets_at) if budget and budget.resets_at else None,
        visits=logbook.visits(facts, known.crawls, service),
    )


def _of_file(connection: Connection, feeds: list[Feed]) -> Source:
    """What a person brought as files: there is nothing to visit, to pause or to plan."""
    service = upstream.service(connection.provider).title
    return Source(
        **_named(connection, "file"),
        state_words=str(states.WORDS["file"]),
        sentence=words.of_file(service, connection.username),
        older=reverse(IMPORTS),
        feeds=_lists(feeds, connection.provider),
    )


def _named(connection: Connection, state: str) -> dict[str, Any]:
    return {
        "id": connection.pk,
        "key": connection.provider,
        "service": upstream.service(connection.provider).title,
        "account": connection.username,
        "standing": connection.standing,
        "title": origins.called(connection),
        "state": state,
    }


def _proven(known: Known) -> dict[str, Any]:
    """What is proven of the main list, and what could be lost of it."""
    main, service, facts = known.main, known.provider.title, known.facts
    if main is None:
        return {}
    standing = [gap for gap in known.gaps if gap.feed_id == main.pk]
    oldest = oldest_of(main)
    tells = facts.is_late or facts.key in TROUBLED
    return {
        "coverage": proof.coverage(main, standing, oldest, service),
        "offer": proof.offer(standing),
        "strip": strip.of(main, standing, oldest, service),
        "pace": proof.pace(risk.of(main.schedule), service),
        "loss": words.loses(facts.loses_at) if tells else "",
    }


def _question(known: Known) -> str:
    asked = [feed for feed in known.feeds if states.is_held(feed)]
    return proof.held(asked[0], known.provider.title) if asked else ""


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


def _prove(connection: Connection) -> str:
    if connection.standing != Standing.FOLLOWED:
        return ""
    return reverse("accounts:prove", args=[connection.provider])


def _reconnect(connection: Connection) -> str:
    return reverse("accounts:provider", args=[connection.provider])
