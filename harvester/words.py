"""What the workshop says to people: about troubles, visits, sources."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format

from harvester import reasons
from harvester.models import Crawl

# By the code of the trouble; {service} is what people call it.
TROUBLES = {
    "circles": "{service} kept sending the same page, so we stopped before wasting its time.",
    "foreign_next_url": "{service} pointed us to a place that is not its own; we did not go there.",
    "seal": "The administrator of this house has to look after its keys (TOKEN_KEYS).",
    "no_grant": "We have no permission to read this account.",
    "retired": "{service} has closed this list for everybody. What we have stays.",
    "kills_workers": "Whoever read this list broke down over it three times, so we set the visit "
    "aside. The next one looks again.",
}
# What comes later than planned by so much is overdue.
OVERDUE = timedelta(minutes=10)
# Troubles that only time ends: the service, or a host that counts everybody, asked to wait.
LIMITS = frozenset({"rate_limited", "host_rests", "connection_waits"})
# By what became of the visit, where the code has no words of its own.
WAITING = "{service} is not answering as it should. We try again {when}."
LIMITED = "{service} asked us to slow down. We go on {when}."
USED_UP = "We have asked {service} as often as we may in an hour. We go on {when}."
NEEDS_YOU = "{service} ended our permission. Reconnect, and we go on where we stopped."
UNREACHABLE = "We cannot reach {service}. We try again {when}."
NO_ROOM = (
    "The storage of this house takes no pictures at the moment. They stay wanted, and come when "
    "it does."
)
ENDED = "The visit ended early. What it found is kept; the next one looks again."


def trouble(crawl: Crawl, service: str, *, needs_you: bool, limited: bool) -> str:
    """What went wrong with a visit, and what happens now.

    `needs_you` is about the visit that waits for its person; what ended before had its own reason.
    """
    if needs_you and crawl.state == Crawl.State.WAITING:
        return NEEDS_YOU.format(service=service)
    if crawl.trouble in TROUBLES:
        return TROUBLES[crawl.trouble].format(service=service)
    if crawl.state == Crawl.State.WAITING:
        when = ahead(crawl.not_before) if crawl.not_before else "soon"
        if crawl.trouble == "budget_used":
            return USED_UP.format(service=service, when=when)
        if limited or crawl.trouble in LIMITS:
            return LIMITED.format(service=service, when=when)
        said = UNREACHABLE if crawl.trouble in reasons.OUT_OF_REACH else WAITING
        return said.format(service=service, when=when)
    return reasons.ENDS.get(crawl.trouble, ENDED).format(service=service)


def visit(crawl: Crawl, service: str, *, needs_you: bool = False, limited: bool = False) -> str:
    """One line of the log."""
    match crawl.state:
        case Crawl.State.QUEUED | Crawl.State.RUNNING:
            return _progress(crawl)
        case Crawl.State.DONE:
            return _done(crawl, service)
        case Crawl.State.STOPPED:
            return "Stopped. What it found is kept."
        case _:
            return trouble(crawl, service, needs_you=needs_you, limited=limited)


def _progress(crawl: Crawl) -> str:
    """How far a visit is, and what it does next."""
    if not crawl.pages:
        is_read = crawl.state == Crawl.State.RUNNING
        return "Reading the first page." if is_read else "About to start."
    read = plural(crawl.new_entries + crawl.known_entries, "like")
    return f"{read} read. Page {crawl.pages + 1} is next."


def _done(crawl: Crawl, service: str) -> str:
    aside = f" {crawl.rejected} could not be read and were set aside." if crawl.rejected else ""
    if not crawl.known_entries and not crawl.new_entries:
        return f"{service} showed nothing.{aside}"
    if not crawl.new_entries:
        return f"Nothing new.{aside}"
    likes = plural(crawl.new_entries, "new like")
    met = " and met what we had" if crawl.known_entries else ""
    return f"Found {likes}{met}.{aside}"


def first_visit(
    likes: int, window: int | None, oldest: datetime | None, service: str, *, exports: bool = False
) -> str:
    """The one sentence after the first visit: what we have, and what is out of reach.

    `window` is how many likes the service shows at the most, None when it shows all;
    `exports`: it hands out files that tell of older ones.
    """
    if not likes:
        return f"{service} shows no likes of yours yet. New ones appear here by themselves."
    back = f", of posts back to {day(oldest)}" if oldest else ""
    if window is None:
        return f"We have all {plural(likes, 'like')} that {service} has of you{back}."
    if likes < window:
        return f"We have all {plural(likes, 'like')} that {service} shows{back}."
    return (
        f"We have your newest {plural(likes, 'like')}{back}. "
        f"Older ones are no longer offered by {service}."
        f"{' Your export brings them in.' if exports else ''}"
    )


def first_part(likes: int, oldest: datetime | None, service: str, missing: set[str]) -> str:
    """The same where it is not everything: what we have, and why not more."""
    back = f", of posts back to {day(oldest)}" if oldest else ""
    have = f"We have {plural(likes, 'like')}{back}."
    if "held" in missing:
        return f"{have} {service} suddenly shows far fewer: your sources have a question for you."
    if "open" in missing:
        return f"{have} More is still to be read; we go on by ourselves."
    return f"{have} Where something may be missing, your wall says so."


def of_file(service: str, account: str) -> str:
    """What a source of files is."""
    whose = f" of @{account}" if account else ""
    return f"From your {service} export{whose}. Nothing is fetched here: a newer export adds to it."


def loses(at: datetime | None) -> str:
    """When something could be lost, said before and after; "" where nothing can."""
    if at is None:
        return ""
    if at <= timezone.now():
        return f"Since {clock(at)} something may have been lost."
    return f"Something could be lost after {clock(at)} if we cannot visit before then."


def stuck(crawl: Crawl, since: datetime) -> str:
    """A visit that has not moved for long, and what becomes of it."""
    span = _span(timezone.now() - since)
    place = f"at page {crawl.pages + 1}, where it stopped" if crawl.pages else "from its beginning"
    return f"This visit has not moved for {span}. It is taken up again {place}."


def clock(moment: datetime | None, *, today: str = "") -> str:
    """14:20 UTC, with the day in front where it is another one."""
    if moment is None:
        return "later"
    moment = moment.astimezone(UTC)
    day_ = today if moment.date() == timezone.now().date() else f"{day(moment)}, "
    return f"{day_}{moment:%H:%M} UTC"


def day(moment: datetime) -> str:
    """2 March 2024."""
    return date_format(moment, "j F Y")


def ago(moment: datetime) -> str:
    """How long ago, in the largest unit that fits."""
    span = timezone.now() - moment
    return "just now" if span < timedelta(seconds=45) else f"{_span(span)} ago"


def ahead(moment: datetime) -> str:
    """How far ahead; a moment that is over is about to come, unless it is over for long."""
    span = moment - timezone.now()
    if -span > OVERDUE:
        return f"{_span(-span)} overdue"
    return "in a moment" if span < timedelta(seconds=45) else f"in {_span(span)}"


def took(span: timedelta) -> str:
    """How long a visit took."""
    seconds = span.total_seconds()
    return f"{seconds:.0f} s" if seconds < 90 else _span(span)


def plural(count: int, noun: str) -> str:
    """`3 likes`, `1 like`, `1,284 likes`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _span(span: timedelta) -> str:
    minutes = max(1, round(span.total_seconds() / 60))
    if minutes < 60:
        return plural(minutes, "minute")
    if minutes < 36 * 60:
        return plural(round(minutes / 60), "hour")
    return plural(round(minutes / 1440), "day")
