"""Why a file is not imported: one sentence each, what is wrong and what to do."""

from __future__ import annotations

from providers.errors import BadExport

_AGAIN = "download it from Instagram again"
_WORDS = {
    "unreadable": "This file cannot be read here: choose it once more.",
    "empty": f"This file is empty: {_AGAIN}.",
    "not_export": "This is no export: give the zip that Instagram sent, as it came.",
    "too_large": "This is larger than an export can be: ask Instagram for Likes and Saved alone.",
    "too_many": "This holds more files than an export: ask Instagram for Likes and Saved alone.",
    "too_many_rows": "This holds more rows than anybody's likes: ask Instagram for a new export.",
    "too_much_work": "This export takes more work to read than anybody's likes: "
    "ask Instagram for Likes and Saved alone.",
    "bomb": f"This zip unpacks to far more than an export does: {_AGAIN}.",
    "encrypted": "This zip is locked with a password: give it as Instagram sent it, without one.",
    "compression": "This zip was packed in a way that cannot be read here: "
    "give the one that Instagram sent.",
    "unsafe_name": "This holds files with names that lead elsewhere: "
    "give the zip that Instagram sent, as it came.",
    "nested": "This is a zip of zips: unpack it once and give us the zips inside.",
    "no_lists": "This export holds no likes and nothing saved: ask Instagram for a new one "
    "with “Likes” and “Saved” ticked, as JSON, for All time.",
    "which_list": "This file's name does not say which list it is: "
    "give it the name it had in the export, like liked_posts.json.",
    "bad_json": f"A list in this export is damaged or not whole: {_AGAIN}.",
    "bad_html": "A page in this export cannot be read: ask Instagram for the format JSON.",
}


def refused(code: str) -> BadExport:
    """The error of a code, to raise."""
    return BadExport(code, _WORDS[code])
