"""JSON that a strict parser can read: bytes in, the same list of bytes out, chunk by chunk.

One lone surrogate or one number of 5,000 digits would end the parser's reading of the whole file;
the row that holds it is all that should suffer.
"""

from __future__ import annotations

import codecs
import re
import string
from collections.abc import Iterable, Iterator

from providers.instagram.export.refusals import refused

# The longest that one string or number may be, in characters.
TOKEN_CHARS = 1024 * 1024
_WHOLE = re.compile(r'(?:[^"]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_BARE = "-+.0123456789" + string.ascii_letters
# Strings first, so that digits inside them are nobody's business.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|-?[0-9][-+.0-9eE]*+', re.DOTALL)
_SUSPECT = re.compile(r"\\u[dD][89a-fA-F]|[0-9]{19}|[0-9][eE][-+]?[0-9]{3}")
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
    r"|\\.",
    re.DOTALL,
)
_SINGLE_CHARS = 6


def cleaned(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """UTF-8 without a mark in front, invalid bytes and lone surrogates as U+FFFD, numbers that
    nothing can hold as null. BadExport for a string or number that does not end.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text = ""
    is_first = True
    for chunk in chunks:
        text += decoder.decode(chunk)
        if is_first and text:
            text, is_first = text.removeprefix("\ufeff"), False
        ready, text = _split(text)
        if len(text) > TOKEN_CHARS:
            raise refused("bad_json")
        yield _clean(ready).encode()
    yield _clean(text + decoder.decode(b"", final=True)).encode()


def _split(text: str) -> tuple[str, str]:
    """What is whole, and the token at the end that may go on in the next chunk."""
    match = _WHOLE.match(text)
    end = match.end() if match else 0
    if end == len(text):
        end = len(text.rstrip(_BARE))
    return text[:end], text[end:]


def _clean(text: str) -> str:
    return _TOKEN.sub(_token, text) if _SUSPECT.search(text) else text


def _token(found: re.Match[str]) -> str:
    token = found[0]
    if token.startswith('"'):
        return _ESCAPE.sub(_escape, token) if "\\" in token else token
    return "null" if _SUSPECT.search(token) else token


def _escape(found: re.Match[str]) -> str:
    escape = found[0]
    is_single = len(escape) == _SINGLE_CHARS
    return "\\ufffd" if is_single else escape
