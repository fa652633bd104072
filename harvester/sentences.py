"""What a source says of itself in its first lines: its state, and what that means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from harvester import states, words
from harvester.models import Crawl
from harvester.states import Facts

PLAIN = {
    "gone": "Disconnected. Everything we kept stays; nothing new is fetched.",
    "paused": "Paused by you. Likes made meanwhile may slide out of reach.",
    "held": "The newest visit found far fewer likes than before. Nothing is changed until we know.",
    "new": "Connected; the first visit starts in a moment.",
    "closed": "{service} has closed this list for everybody. What we have stays here.",
    "needs": words.NEEDS_YOU,
}
# Why no visit is planned, where none is.
UNPLANNED = {
    "paused": "not before you resume",
    "needs": "not before you reconnect",
    "closed": "no more",
    "gone": "no more",
}


def state(facts: Facts, crawls: Sequence[Crawl], shown: int, most: int) -> str:
    """The state in a few words, with its number or its moment where it has one.

    `shown` is how many likes its service showed once, `most` how many it shows at the most; 0
    where nobody knows.
    """
    said, live = states.WORDS[facts.key], _live(crawls)
    if facts.key == "catching" and live:
        return f"{said} ({_progress(live, shown, most)})"
    if facts.key == "waiting" and (until := _until(facts, live)):
        return f"{said} (until {until})"
    if facts.key == "closed" and facts.halted_since:
        return f"{said} since {words.day(facts.halted_since)}"
    if facts.key == "needs" and live and live.trouble:
        return f"{said} (sign-in ended on {words.day(_noticed(live))})"
    return said


def of(facts: Facts, crawls: Sequence[Crawl], service: str) -> str:
    """The sentence under the name."""
    if facts.key in PLAIN:
        return PLAIN[facts.key].format(service=service)
    if not crawls:
        return PLAIN["new"]
    live = _live(crawls)
    if live is None:
        return _between(facts, crawls[0], service)
    if facts.key == "stuck" and facts.moved_at:
        return words.stuck(live, facts.moved_at)
    return words.visit(live, service, limited=facts.is_limited)


def found(crawls: Sequence[Crawl]) -> str:
    """What the newest visit that is over has found."""
    over = next((crawl for crawl in crawls if not crawl.is_live), None)
    if over is None:
        return "not known yet"
    new = words.plural(over.new_entries, "new like") if over.new_entries else "nothing new"
    if over.state == Crawl.State.DONE:
        return new
    return f"{new}, then it ended early" if over.new_entries else "nothing: it ended early"


def unplanned(facts: Facts) -> str:
    """What stands where a next visit would."""
    if facts.live and facts.key not in UNPLANNED:
        return "when this one is over"
    return UNPLANNED.get(facts.key, "not planned")


def _between(facts: Facts, last: Crawl, service: str) -> str:
    """Between two visits: what the last one did, and what comes next where that matters."""
    when = words.ago(last.finished_at or last.opened_at)
    looked = "looked" if last.state == Crawl.State.DONE else "tried"
    said = f"Last {looked} {when}. {words.visit(last, service)}"
    if facts.is_overdue:
        return f"{said} The visit that was planned has not begun yet."
    if facts.key == "behind":
        return f"{said} The next visit goes on where an earlier one was cut off."
    return said


def _live(crawls: Sequence[Crawl]) -> Crawl | None:
    return next((crawl for crawl in crawls if crawl.is_live), None)


def _progress(live: Crawl, shown: int, most: int) -> str:
    """1,240 of about 3,000; 140 of at most 300; without a known end 1,240 so far."""
    read = live.new_entries + live.known_entries
    if shown > read:
        return f"{read:,} of about {shown:,}"
    return f"{read:,} of at most {most:,}" if most > read else f"{read:,} so far"


def _until(facts: Facts, live: Crawl | None) -> str:
    own = live.not_before if live else None
    moments = [at for at in (own, facts.limited_until if facts.is_limited else None) if at]
    return words.clock(max(moments)) if moments else ""


def _noticed(crawl: Crawl) -> datetime:
    return crawl.moved_at or crawl.began_at or crawl.opened_at
