"""Why a visit ended early, in words: many codes mean the same to a person."""

from __future__ import annotations

from types import MappingProxyType

_HIDDEN = (
    "{service} does not show us this list: it is private, blocked or gone. We keep what we have."
)
_UNREADABLE = "{service} answered again and again in a way we cannot read. We ask again later."
_REFUSED = "{service} did not accept our question. The next visit asks from the beginning."
_ASTRAY = "{service} sent us to an address where we do not go. The next visit asks again."
_CODES = {
    _HIDDEN: (
        *("not_allowed", "not_found", "repo_not_found", "account_closed", "record_not_found"),
        *("unknown_method", "no_pds"),
    ),
    _UNREADABLE: (
        *("too_deep", "not_an_object", "too_large", "unknown_error", "no_data", "no_records"),
        *("no_place", "bad_pagination", "bad_cursor", "no_cursor", "another_document"),
    ),
    _REFUSED: ("invalid_parameters", "missing_parameter", "invalid_request", "unknown_kind"),
    _ASTRAY: (
        *("redirect", "private_address", "local_name", "bad_address", "bad_scheme", "bad_port"),
        *("bad_pds", "userinfo"),
    ),
}
# By the code of the trouble; {service} is what people call it.
ENDS = MappingProxyType({code: said for said, codes in _CODES.items() for code in codes})
# The network is down, here or on the way.
OUT_OF_REACH = frozenset({"dns", "no_connection", "no_trust"})
