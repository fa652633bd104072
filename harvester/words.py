"""What the workshop says to people: about troubles, visits, sources."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_noop, ngettext
from django.utils.translation import gettext_lazy as _

from accounts import zones
from harvester import reasons
from harvester.models import Crawl

# What comes later than planned by so much is overdue.
OVERDUE = timedelta(minutes=10)
# Troubles that only time ends: the service, or a host that counts everybody, asked to wait.
LIMITS = frozenset({"rate_limited", "host_rests", "connection_waits"})
# By what became of the visit, where the code has no words of its own.
WAITING = _("{service} is not answering as it should. We try again {when}.")
LIMITED = _("{service} asked us to slow down. We go on {when}.")
USED_UP = _("We have asked {service} as often as we may in an hour. We go on {when}.")
NEEDS_YOU = _("{service} ended our permission. Reconnect, and we go on where we stopped.")
UNREACHABLE = _("We cannot reach {service}. We try again {when}.")
# Looked up where they are said.
NO_ROOM = gettext_noop(
    "The storage is full, or refuses pictures. Those that wait are fetched as soon as there is "
    "room."
)
ENDED = gettext_noop("The visit ended early. What it found is kept; the next one looks again.")


def trouble(crawl: Crawl, service: str, *, needs_you: bool, limited: bool) -> str:
    """What went wrong with a visit, and what happens now.

    `needs_you` is about the visit that waits for its person; what ended before had its own reason.
    """
    if needs_you and crawl.state == Crawl.State.WAITING:
        return NEEDS_YOU.format(service=service)
    if crawl.trouble in reasons.TROUBLES:
        return reasons.TROUBLES[crawl.trouble].format(service=service)
    if crawl.state == Crawl.State.WAITING:
        when = ahead(crawl.not_before) if crawl.not_before else gettext("soon")
        if crawl.trouble == "budget_used":
            return USED_UP.format(service=service, when=when)
        if limited or crawl.trouble in LIMITS:
            return LIMITED.format(service=service, when=when)
        said = UNREACHABLE if crawl.trouble in reasons.OUT_OF_REACH else WAITING
        return said.format(service=service, when=when)
    return reasons.ENDS.get(crawl.trouble, gettext(ENDED)).format(service=service)


def visit(crawl: Crawl, service: str, *, needs_you: bool = False, limited: bool = False) -> str:
    """One line of the log."""
    match crawl.state:
        case Crawl.State.QUEUED | Crawl.State.RUNNING:
            return _progress(crawl)
        case Crawl.State.DONE:
            return _done(crawl, service)
        case Crawl.State.STOPPED:
            return gettext("Stopped. What it found is kept.")
        case _:
            return trouble(crawl, service, needs_you=needs_you, limited=limited)


def _progress(crawl: Crawl) -> str:
    """How far a visit is, and what it does next."""
    if not crawl.pages:
        is_read = crawl.state == Crawl.State.RUNNING
        return gettext("Reading the first page.") if is_read else gettext("About to start.")
    likes = crawl.new_entries + crawl.known_entries
    said = ngettext(
        "{likes:,} like read. Page {page} is next.",
        "{likes:,} likes read. Page {page} is next.",
        likes,
    )
    return said.format(likes=likes, page=crawl.pages + 1)


def _done(crawl: Crawl, service: str) -> str:
    found = _found(crawl, service)
    if not crawl.rejected:
        return found
    aside = gettext("{count} could not be read and were set aside.")
    return f"{found} {aside.format(count=crawl.rejected)}"


def _found(crawl: Crawl, service: str) -> str:
    count = crawl.new_entries
    if not count and not crawl.known_entries:
        return gettext("{service} showed nothing.").format(service=service)
    if not count:
        return gettext("Nothing new.")
    said = (
        ngettext(
            "Found {count:,} new like, then those we had.",
            "Found {count:,} new likes, then those we had.",
            count,
        )
        if crawl.known_entries
        else ngettext("Found {count:,} new like.", "Found {count:,} new likes.", count)
    )
    return said.format(count=count)


def first_visit(
    likes: int, window: int | None, oldest: datetime | None, service: str, *, exports: bool = False
) -> str:
    """The one sentence after the first visit: what we have, and what is out of reach.

    `window` is how many likes the service shows at the most, None when it shows all;
    `exports`: it hands out files that tell of older ones.
    """
    if not likes:
        said = gettext("{service} shows no likes of yours yet. New ones appear here by themselves.")
        return said.format(service=service)
    if window is None:
        said = ngettext(
            "We have all {count:,} like that {service} has of you{back}.",
            "We have all {count:,} likes that {service} has of you{back}.",
            likes,
        )
    elif likes < window:
        said = ngettext(
            "We have all {count:,} like that {service} shows{back}.",
            "We have all {count:,} likes that {service} shows{back}.",
            likes,
        )
    else:
        said = _newest(likes, exports=exports)
    return said.format(count=likes, service=service, back=_back(oldest))


def _newest(likes: int, *, exports: bool) -> str:
    said = ngettext(
        "We have your newest {count:,} like{back}. Older ones are no longer offered by {service}.",
        "We have your newest {count:,} likes{back}. Older ones are no longer offered by {service}.",
        likes,
    )
    more = gettext("Your export brings them in.")
    return f"{said} {more}" if exports else said


def _back(oldest: datetime | None) -> str:
    """The end of a sentence, with its comma: how far back the posts go."""
    return gettext(", of posts back to {day}").format(day=day(oldest)) if oldest else ""


def first_part(likes: int, oldest: datetime | None, service: str, missing: set[str]) -> str:
    """The same where it is not everything: what we have, and why not more."""
    have = ngettext("We have {count:,} like{back}.", "We have {count:,} likes{back}.", likes)
    if "held" in missing:
        more = gettext("{service} suddenly shows far fewer: your sources have a question for you.")
    elif "open" in missing:
        more = gettext("More is still to be read; we go on by ourselves.")
    else:
        more = gettext("Where something may be missing, your wall says so.")
    have = have.format(count=likes, back=_back(oldest))
    return f"{have} {more.format(service=service)}"


def of_file(service: str, account: str) -> str:
    """What a source of files is."""
    said = (
        gettext("From your {service} export of @{account}.")
        if account
        else gettext("From your {service} export.")
    )
    more = gettext("Nothing is fetched here: a newer export adds to it.")
    return f"{said.format(service=service, account=account)} {more}"


def loses(at: datetime | None) -> str:
    """When something could be lost, said before and after; "" where nothing can."""
    if at is None:
        return ""
    if at <= timezone.now():
        said = gettext("Since {moment} something may have been lost.")
    else:
        said = gettext("Something could be lost after {moment} if we cannot visit before then.")
    return said.format(moment=clock(at))


def stuck(crawl: Crawl, since: datetime) -> str:
    """A visit that has not moved for long, and what becomes of it."""
    still = gettext("This visit has not moved for {span}.")
    place = (
        gettext("It is taken up again at page {page}, where it stopped.")
        if crawl.pages
        else gettext("It is taken up again from its beginning.")
    )
    span = _span(timezone.now() - since)
    return f"{still.format(span=span)} {place.format(page=crawl.pages + 1)}"


def no_room() -> str:
    """The storage takes no pictures, and what becomes of them."""
    return gettext(NO_ROOM)


def clock(moment: datetime | None, *, says_today: bool = False) -> str:
    """14:20 CET, with the day in front where it is another one."""
    if moment is None:
        return gettext("later")
    shown = zones.local(moment)
    said = gettext("today, {time} {zone}") if says_today else gettext("{time} {zone}")
    if shown.date() != zones.local(timezone.now()).date():
        said = gettext("{day}, {time} {zone}")
    return said.format(day=day(moment), time=f"{shown:%H:%M}", zone=zones.label(moment))


def day(moment: datetime) -> str:
    """2 March 2024."""
    return date_format(zones.local(moment), "j F Y")


def ago(moment: datetime) -> str:
    """How long ago, in the largest unit that fits."""
    span = timezone.now() - moment
    if span < timedelta(seconds=45):
        return gettext("just now")
    return gettext("{span} ago").format(span=_span(span))


def ahead(moment: datetime) -> str:
    """How far ahead; a moment that is over is about to come, unless it is over for long."""
    span = moment - timezone.now()
    if -span > OVERDUE:
        return gettext("{span} overdue").format(span=_span(-span))
    if span < timedelta(seconds=45):
        return gettext("in a moment")
    return gettext("in {span}").format(span=_span(span))


def took(span: timedelta) -> str:
    """How long a visit took."""
    seconds = span.total_seconds()
    return gettext("{seconds:.0f} s").format(seconds=seconds) if seconds < 90 else _span(span)


def pictures(count: int) -> str:
    """`3 pictures`, `1 picture`, `1,284 pictures`."""
    return ngettext("{count:,} picture", "{count:,} pictures", count).format(count=count)


def _span(span: timedelta) -> str:
    minutes = max(1, round(span.total_seconds() / 60))
    hours, days = round(minutes / 60), round(minutes / 1440)
    if minutes < 60:
        return ngettext("{count:,} minute", "{count:,} minutes", minutes).format(count=minutes)
    if minutes < 36 * 60:
        return ngettext("{count:,} hour", "{count:,} hours", hours).format(count=hours)
    return ngettext("{count:,} day", "{count:,} days", days).format(count=days)
