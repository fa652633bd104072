"""How accounts, records and blobs are named, and reading what a person typed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import idna

from providers.errors import NoSuchAccount
from providers.text import ID_CHARS, gettext_noop

POST = "app.bsky.feed.post"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HANDLE = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")
# Domains under which nobody can be known; .test and .example are for trying things out.
_NOBODY = (".alt", ".arpa", ".internal", ".invalid", ".local", ".localhost", ".onion")
_DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._-]")
_PLC = re.compile(r"did:plc:[a-z0-9]{1,64}")
_WEB = re.compile(r"did:web:([A-Za-z0-9.-]{1,253})(?:%3[Aa]([0-9]{1,5}))?")
_NAME = r"[A-Za-z][A-Za-z0-9.-]{0,316}"
_KEY = r"[A-Za-z0-9._:~-]{1,512}"
_RECORD = re.compile(rf"at://({_DID.pattern})/({_NAME})/({_KEY})")
_CID = re.compile(r"[A-Za-z0-9]{8,128}")
_TYPED_CHARS = 2_000
_BIDI_AND_OTHERS = "Cf"  # the category of characters that only steer how others are shown


@dataclass(frozen=True, slots=True)
class Record:
    """Where a record is: whose, in which collection, under which key."""

    did: str
    collection: str
    key: str

    @property
    def uri(self) -> str:
        """Its address inside the network."""
        return f"at://{self.did}/{self.collection}/{self.key}"


def record(value: object) -> Record | None:
    """What an at-uri with a DID names; None for anything else."""
    if not isinstance(value, str) or len(value) > ID_CHARS:
        return None
    found = _RECORD.fullmatch(value)
    if found is None or found[3] in {".", ".."}:
        return None
    return Record(found[1], found[2], found[3])


def is_did(value: object) -> bool:
    """Whether this names an account for good, by whatever method."""
    return isinstance(value, str) and len(value) <= ID_CHARS and bool(_DID.fullmatch(value))


def is_plc(did: str) -> bool:
    """Whether the directory knows the account."""
    return bool(_PLC.fullmatch(did))


def web_host(did: str) -> tuple[str, int | None] | None:
    """Host and port of a did:web; None for other ones."""
    found = _WEB.fullmatch(did)
    if found is None:
        return None
    return found[1].lower(), int(found[2]) if found[2] else None


def is_handle(value: object) -> bool:
    """Whether this can be a handle, in lower case; `handle.invalid` stands for none."""
    if not isinstance(value, str) or value.endswith(_NOBODY):
        return False
    return bool(_HANDLE.fullmatch(value))


def is_cid(value: object) -> bool:
    """Whether this has the letters of a content id, so that it can stand in an address."""
    return isinstance(value, str) and bool(_CID.fullmatch(value))


def typed(text: str) -> str:
    """The handle or DID in what a person typed or pasted; NoSuchAccount when there is none."""
    bare = _bare(text[:_TYPED_CHARS])
    if bare.lower().startswith("did:"):
        return _typed_did(bare.lower())
    handle = _ascii(bare.lower())
    if not is_handle(handle):
        raise NoSuchAccount(
            "no_handle",
            gettext_noop("That is no handle. One looks like ada.bsky.social or ada.example.com."),
        )
    return handle


def _typed_did(name: str) -> str:
    did = name.replace("%3a", "%3A")
    if not is_did(did):
        raise NoSuchAccount("no_did", gettext_noop("That is no whole DID."))
    return did


def _bare(text: str) -> str:
    """Without what surrounds a name: invisible characters, @, at:// and addresses of a profile."""
    shown = "".join(char for char in text if unicodedata.category(char) != _BIDI_AND_OTHERS)
    name = unicodedata.normalize("NFKC", shown).strip()
    name = re.sub(r"(?i)^at://", "", name)
    if re.match(r"(?i)^(https?://|[^/]+/profile/)", name):
        name = _named_by(name)
    return name.lstrip("@").partition("/")[0].strip().rstrip(".")


def _named_by(address: str) -> str:
    """Whose profile a web address shows; a bare address may be somebody's own domain."""
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        host = parts.hostname or ""
    except ValueError:
        return ""
    _, _, name = parts.path.partition("/profile/")
    if name:
        return unquote(name.partition("/")[0])
    return host if parts.path in {"", "/"} else ""


def _ascii(name: str) -> str:
    if name.isascii():
        return name
    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except UnicodeError:
        return ""


def post_link(did: str, key: str) -> str:
    """Where people read a post."""
    return f"https://bsky.app/profile/{did}/post/{key}"
