"""What a person reads when signing in did not work: a fixed list, nothing reflected."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """Words of a friendly page and the status it has."""

    title: str
    words: str
    status: int = 400


PROBLEMS = {
    "state": Problem(
        "This sign-in is not valid any more",
        "It was started in another browser, was used already, or took longer than ten minutes.",
    ),
    "denied": Problem(
        "You said no, and that is fine",
        "Without your permission we cannot read your likes. Nothing was stored.",
    ),
    "upstream": Problem(
        "The service did not finish the sign-in",
        "It answered with an error. This is usually over in a moment: please start again.",
    ),
    "belongs_to_another": Problem(
        "This account belongs to somebody else here",
        "It is connected to another person's archive. Sign out first if that person is you.",
    ),
    "inactive": Problem(
        "This archive is resting",
        "Its owner was deactivated by the administrator of this house. Nothing was deleted.",
        403,
    ),
    "not_open": Problem(
        "This house takes nobody new at the moment",
        "Ask its administrator for an invitation, or run a Likelist of your own.",
        403,
    ),
    "unknown_service": Problem(
        "We do not know this service", "The address of this page is not right.", 404
    ),
    "unavailable": Problem(
        "The service cannot be reached",
        "It did not answer. Your archive is safe; please try again in a few minutes.",
        503,
    ),
    "csrf": Problem(
        "This form had grown old",
        "The page was open for too long, or cookies are blocked. Go back, reload and try again.",
        403,
    ),
}
