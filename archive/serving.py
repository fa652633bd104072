"""Media for their owner only: signed paths on our origin, ranges, or a short-lived redirect."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import Storage, default_storage, storages
from django.core.signing import Signer
from django.http import (
    Http404,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare

from archive.media import storage_errors
from archive.models import Blob

logger = logging.getLogger(__name__)
CHUNK = 256 * 1024
PRESIGNED_SECONDS = 300
S3_BACKEND = "storages.backends.s3.S3Storage"
AWAY_SECONDS = "30"
EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "video/mp4": "mp4",
}
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z")
_SIGNER = Signer(salt="archive.serving")


def address(user_id: int, sha256: str, width: int | None = None) -> str:
    """Where this person's browser finds these bytes, or their preview of `width` pixels."""
    return sized(f"/media/{user_id}/{signature(user_id, sha256)}/{sha256}", width)


def sized(address: str, width: int | None) -> str:
    """Where the preview of `width` pixels is whose picture is at `address`; None: the picture."""
    return f"{address}-{width}" if width else address


def signature(user_id: int, sha256: str) -> str:
    """Says that this person may see these bytes; the session must be theirs as well."""
    return _SIGNER.signature(f"{user_id}/{sha256}")[:32]


def is_signed(user_id: int, sha256: str, signed: str) -> bool:
    """Whether `signed` is our signature for person and bytes."""
    return constant_time_compare(signature(user_id, sha256), signed)


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes `first` to `last`, both counted, of `size`."""

    first: int
    last: int
    size: int

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.last - self.first + 1


def respond(blob: Blob, width: int | None, asked: str) -> HttpResponseBase:
    """The bytes of a blob or its preview; `asked` is the request's Range header.

    404 where the file is missing, 503 while the storage is away: a page stays a page.
    """
    try:
        return _answer(blob, width, asked)
    except FileNotFoundError:
        logger.warning("file missing blob=%s width=%s", blob, width)
        raise Http404 from None
    except storage_errors() as error:
        logger.warning("storage away blob=%s error=%s", blob, type(error).__name__)
        return HttpResponse(status=503, headers={"Retry-After": AWAY_SECONDS})


def _answer(blob: Blob, width: int | None, asked: str) -> HttpResponseBase:
    key = blob.preview_key(width) if width else blob.key
    kind = "image/webp" if width else blob.content_type
    if settings.S3_PUBLIC_URL:
        return _redirect(key, kind, _name(blob, kind))
    return _bytes(key, kind, _name(blob, kind), asked)


def _bytes(key: str, kind: str, name: str, asked: str) -> HttpResponseBase:
    size = default_storage.size(key)
    part = _part(asked, size)
    if part is None:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    is_whole = part.length == size
    headers = {"Content-Type": kind, **_headers(name, part)}
    if not is_whole:
        headers["Content-Range"] = f"bytes {part.first}-{part.last}/{size}"
    return StreamingHttpResponse(
        _chunks(key, part), status=200 if is_whole else 206, headers=headers
    )


def _part(asked: str, size: int) -> Part | None:
    """The asked range; the whole where none, several or nonsense is asked; None: not there."""
    match = _RANGE.match(asked)
    if not match or not any(match.groups()):
        return Part(0, size - 1, size)
    first, last = match.groups()
    if not first:
        return Part(max(0, size - int(last)), size - 1, size) if int(last) else None
    part = Part(int(first), min(int(last or size - 1), size - 1), size)
    return part if part.first < size and part.length > 0 else None


def _headers(name: str, part: Part) -> dict[str, str]:
    return {
        "Content-Length": str(part.length),
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'inline; filename="{name}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=31536000, immutable",
        "Vary": "Cookie",
    }


def _chunks(key: str, part: Part) -> Iterator[bytes]:
    with _opened(key, part) as file:
        left = part.length
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


def _opened(key: str, part: Part) -> IO[bytes]:
    """The stored bytes from `part.first` on, without fetching what was not asked for."""
    bucket: Any = getattr(default_storage, "bucket", None)
    if bucket is None:
        file: IO[bytes] = default_storage.open(key)
        file.seek(part.first)
        return file
    body: IO[bytes] = bucket.Object(key).get(Range=f"bytes={part.first}-{part.last}")["Body"]
    return body


def _redirect(key: str, kind: str, name: str) -> HttpResponse:
    disposition = f'inline; filename="{name}"'
    shown = {"ResponseContentType": kind, "ResponseContentDisposition": disposition}
    address = _public_storage().url(key, parameters=shown)  # type: ignore[call-arg]  # of S3Storage
    response = HttpResponseRedirect(address)
    response.headers["Cache-Control"] = f"private, max-age={PRESIGNED_SECONDS // 2}"
    return response


@lru_cache
def _public_storage() -> Storage:
    """The storage at the address at which browsers reach it, which is what gets signed."""
    options = {**settings.S3, "endpoint_url": settings.S3_PUBLIC_URL}
    return storages.create_storage({"BACKEND": S3_BACKEND, "OPTIONS": options})


def _name(blob: Blob, kind: str) -> str:
    return f"likelist-{blob.sha256[:12]}.{EXTENSIONS.get(kind, 'bin')}"
