"""What a person reads when signing in did not work: a fixed list, nothing reflected."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Problem:
    """Words of a friendly page, the status it has, and what is drawn over them."""

    title: StrOrPromise
    words: StrOrPromise
    status: int = 400
    scene: str = "key"


PROBLEMS = {
    "state": Problem(
        _("This sign-in is not valid any more"),
        _("It was started in another browser, was used already, or took longer than ten minutes."),
    ),
    "denied": Problem(
        _("You said no, and that is fine"),
        _("Without your permission we cannot read your likes. Nothing was stored."),
    ),
    "upstream": Problem(
        _("The service did not finish the sign-in"),
        _("It answered with an error. This is usually over in a moment: please start again."),
        scene="slower",
    ),
    "belongs_to_another": Problem(
        _("This account belongs to somebody else here"),
        _("It is connected to another person's archive. Sign out first if that person is you."),
    ),
    "inactive": Problem(
        _("This archive is resting"),
        _("Its owner was deactivated by the administrator of this house. Nothing was deleted."),
        403,
        "closed",
    ),
    "not_open": Problem(
        _("This house takes nobody new at the moment"),
        _("Ask its administrator for an invitation, or run a Likelist of your own."),
        403,
        "closed",
    ),
    "unknown_service": Problem(
        _("We do not know this service"),
        _("The address of this page is not right."),
        404,
        "lost",
    ),
    "unavailable": Problem(
        _("The service cannot be reached"),
        _("It did not answer. Your archive is safe; please try again in a few minutes."),
        503,
        "slower",
    ),
    "csrf": Problem(
        _("This form had grown old"),
        _("The page was open for too long, or cookies are blocked. Go back, reload and try again."),
        403,
        "slower",
    ),
}
