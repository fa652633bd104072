"""What a source says of itself in its first lines: its state, and what that means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from harvester import states, words
from harvester.models import Crawl
from harvester.states import Facts

PLAIN = {
    "gone": _("Disconnected. Everything we kept stays; nothing new is fetched."),
    "paused": _("Paused by you. Likes made meanwhile may slide out of reach."),
    "held": _(
        "The newest visit found far fewer likes than before. Nothing is changed until we know."
    ),
    "new": _("Connected; the first visit starts in a moment."),
    "closed": _("{service} has closed this list for everybody. What we have stays here."),
    "needs": words.NEEDS_YOU,
}
# Why no visit is planned, where none is.
UNPLANNED = {
    "paused": _("not before you resume"),
    "needs": _("not before you reconnect"),
    "closed": _("no more"),
    "gone": _("no more"),
}


def state(facts: Facts, crawls: Sequence[Crawl], shown: int, most: int) -> str:
    """The state in a few words, with its number or its moment where it has one.

    `shown` is how many likes its service showed once, `most` how many it shows at the most; 0
    where nobody knows.
    """
    live = _live(crawls)
    if facts.key == "catching" and live:
        return _caught_up(live, shown, most)
    if facts.key == "waiting" and (until := _until(facts, live)):
        return gettext("Waiting (until {moment})").format(moment=until)
    if facts.key == "closed" and facts.halted_since:
        return gettext("Service gone since {day}").format(day=words.day(facts.halted_since))
    if facts.key == "needs" and live and live.trouble:
        day = words.day(_noticed(live))
        return gettext("Needs you (sign-in ended on {day})").format(day=day)
    return str(states.WORDS[facts.key])


def of(facts: Facts, crawls: Sequence[Crawl], service: str) -> str:
    """The sentence under the name."""
    if facts.key in PLAIN:
        return PLAIN[facts.key].format(service=service)
    if not crawls:
        return str(PLAIN["new"])
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
        return gettext("not known yet")
    new, is_whole = over.new_entries, over.state == Crawl.State.DONE
    if not new:
        return gettext("nothing new") if is_whole else gettext("nothing: it ended early")
    said = (
        ngettext("{count:,} new like", "{count:,} new likes", new)
        if is_whole
        else ngettext(
            "{count:,} new like, then it ended early",
            "{count:,} new likes, then it ended early",
            new,
        )
    )
    return said.format(count=new)


def unplanned(facts: Facts) -> str:
    """What stands where a next visit would."""
    if facts.live and facts.key not in UNPLANNED:
        return gettext("when this one is over")
    return str(UNPLANNED.get(facts.key) or gettext("not planned"))


def _between(facts: Facts, last: Crawl, service: str) -> str:
    """Between two visits: what the last one did, and what comes next where that matters."""
    is_whole = last.state == Crawl.State.DONE
    looked = gettext("Last looked {when}.") if is_whole else gettext("Last tried {when}.")
    looked = looked.format(when=words.ago(last.finished_at or last.opened_at))
    said = [looked, words.visit(last, service)]
    if facts.is_overdue:
        said.append(gettext("The visit that was planned has not begun yet."))
    elif facts.key == "behind":
        said.append(gettext("The next visit goes on where an earlier one was cut off."))
    return " ".join(said)


def _live(crawls: Sequence[Crawl]) -> Crawl | None:
    return next((crawl for crawl in crawls if crawl.is_live), None)


def _caught_up(live: Crawl, shown: int, most: int) -> str:
    """1,240 of about 3,000; 140 of at most 300; without a known end 1,240 so far."""
    read = live.new_entries + live.known_entries
    if shown > read:
        said = gettext("Catching up ({read:,} of about {shown:,})")
    elif most > read:
        said = gettext("Catching up ({read:,} of at most {most:,})")
    else:
        said = gettext("Catching up ({read:,} so far)")
    return said.format(read=read, shown=shown, most=most)


def _until(facts: Facts, live: Crawl | None) -> str:
    own = live.not_before if live else None
    moments = [at for at in (own, facts.limited_until if facts.is_limited else None) if at]
    return words.clock(max(moments)) if moments else ""


def _noticed(crawl: Crawl) -> datetime:
    return crawl.moved_at or crawl.began_at or crawl.opened_at
