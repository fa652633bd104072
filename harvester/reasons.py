"""What went wrong with a visit, in words: many codes mean the same to a person."""

from __future__ import annotations

from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

# By the code of the trouble; {service} is what people call it.
TROUBLES = {
    "circles": _("{service} kept sending the same page, so we stopped before wasting its time."),
    "foreign_next_url": _(
        "{service} pointed us to a place that is not its own; we did not go there."
    ),
    "seal": _("The administrator of this house has to look after its keys (TOKEN_KEYS)."),
    "no_grant": _("We have no permission to read this account."),
    "retired": _("{service} has closed this list for everybody. What we have stays."),
    "kills_workers": _(
        "Whoever read this list broke down over it three times, so we set the visit aside. "
        "The next one looks again."
    ),
}
_HIDDEN = _(
    "{service} does not show us this list: it is private, blocked or gone. We keep what we have."
)
_UNREADABLE = _("{service} answered again and again in a way we cannot read. We ask again later.")
_REFUSED = _("{service} did not accept our question. The next visit asks from the beginning.")
_ASTRAY = _("{service} sent us to an address where we do not go. The next visit asks again.")
_CODES = (
    (_HIDDEN, ("not_allowed", "not_found", "repo_not_found", "account_closed", "record_not_found")),
    (_HIDDEN, ("unknown_method", "no_pds")),
    (_UNREADABLE, ("too_deep", "not_an_object", "too_large", "unknown_error", "no_data")),
    (_UNREADABLE, ("no_records", "no_place", "bad_pagination", "bad_cursor", "no_cursor")),
    (_UNREADABLE, ("another_document", "not_json")),
    (_REFUSED, ("invalid_parameters", "missing_parameter", "invalid_request", "unknown_kind")),
    (_ASTRAY, ("redirect", "private_address", "local_name", "bad_address", "bad_scheme")),
    (_ASTRAY, ("bad_port", "bad_pds", "userinfo")),
)
# Why a visit ended early.
ENDS = MappingProxyType({code: said for said, codes in _CODES for code in codes})
# The network is down, here or on the way.
OUT_OF_REACH = frozenset({"dns", "no_connection", "no_trust"})
