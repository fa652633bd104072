"""Pictures that other programs left in a folder: given to the likes they belong to."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import transaction

from accounts.models import User
from archive import gifts, media
from archive.imports import Outcome
from archive.models import Blob, Like
from harvester.getting import decoder
from harvester.imports import doors
from harvester.imports.lease import Held
from harvester.imports.reading import Upto
from harvester.imports.unpack import is_media
from harvester.models import Import, ImportRow
from providers import files
from providers.decoder import Seen
from providers.errors import ProviderError
from providers.fetch import Fetched
from providers.service import Service
from providers.shapes import Found
from providers.text import clean

logger = logging.getLogger(__name__)

BATCH = 32
NOT_YOURS = "no like of yours"
NO_POST = "no post can be told from its name"
UNREADABLE = "not a picture or video that can be read"


@dataclass(slots=True)
class Picture:
    """A file with all that is known of it; `reason` says why nothing can come of it."""

    name: str
    found: Found | None = None
    like: Like | None = None
    fetched: Fetched | None = None
    seen: Seen | None = None
    reason: str = ""

    @property
    def slot(self) -> tuple[int, int, str] | None:
        """Its place in an archive: like, position and kind; None when it has none."""
        if self.like is None or self.found is None:
            return None
        return self.like.pk, self.found.position, self.found.kind


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that was given to us: paths below it, and those that were passed over before."""

    path: Path
    names: Sequence[str]
    skipped: Sequence[tuple[str, str]] = ()
    services: Sequence[Service] = field(default_factory=doors.with_folders)

    @property
    def total(self) -> int:
        """How many pictures and videos it has."""
        return sum(map(is_media, self.names)) + len(self.skipped)

    def tells_anything(self) -> bool:
        """Whether there is a file whose post can be told."""
        return any(True for service in self.services for _ in self._told(service))

    def pictures(self, service: Service) -> Iterator[Picture]:
        """Each once, in an order that is the same each time: those whose post is told first."""
        told = set()
        for found in self._told(service):
            told.add(found.name)
            yield Picture(found.name, found)
        rest = sorted(name for name in set(self.names) - told if is_media(name))
        yield from (Picture(name, reason=NO_POST) for name in rest)
        yield from (Picture(name, reason=reason) for name, reason in self.skipped)

    def _told(self, service: Service) -> Iterator[Found]:
        return service.folders.read(self.path, self.names) if service.folders else iter(())


def read_folder(held: Held, folder: Folder, upto: Upto) -> bool:
    """Give what is behind the files that were looked at; True when some are left.

    LostLease. `storage_errors` when our own storage or disk fail: safe to go on later.
    """
    service = folder.services[0]
    user, done = _begin(held, folder, service)
    pictures = islice(folder.pictures(service), done, None)
    settings.TEMPORARY.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ThreadPoolExecutor(4) as pool:
        while batch := list(_some(pictures, upto)):
            _keep(held, _Batch(user, service.key, folder, batch), pool, done)
            done += len(batch)
            upto.after(done)
            if upto.is_over:
                return True
    held.finish()
    return False


def _some(pictures: Iterator[Picture], upto: Upto) -> Iterator[Picture]:
    """The next few, fewer when the time is over: telling one post may take long. At least one."""
    for picture in islice(pictures, BATCH):
        yield picture
        if upto.is_over:
            return


@dataclass(frozen=True, slots=True)
class _Batch:
    user: User
    provider: str
    folder: Folder
    pictures: list[Picture]


def _begin(held: Held, folder: Folder, service: Service) -> tuple[User, int]:
    with transaction.atomic():
        row = held.lock()
        Import.objects.filter(pk=row.pk).update(
            provider=service.key, kind=Import.Kind.FOLDER, total=folder.total
        )
        return row.user, row.done


def _keep(held: Held, batch: _Batch, pool: ThreadPoolExecutor, done: int) -> None:
    """Look at a batch, publish its bytes; then gifts, report and place in one commit."""
    wanted = _wanted(batch)
    try:
        list(pool.map(_look_into(batch.folder), wanted))
        _publish([picture for picture in wanted if not picture.reason])
        with transaction.atomic():
            held.lock()
            told = [(picture, _give(picture)) for picture in batch.pictures]
            held.note(
                [_row(held, n, *one) for n, one in enumerate(told, done + 1)], done + len(told)
            )
    finally:
        for picture in wanted:
            if picture.fetched:
                picture.fetched.path.unlink(missing_ok=True)


def _wanted(batch: _Batch) -> list[Picture]:
    """Say of each which like it belongs to; those that are not stored yet."""
    ids = {picture.found.post.post_id for picture in batch.pictures if picture.found}
    likes = gifts.likes_of(batch.user, batch.provider, ids)
    for picture in batch.pictures:
        if picture.found:
            picture.like = likes.get(picture.found.post.post_id)
            picture.reason = "" if picture.like else NOT_YOURS
    stored = gifts.here(likes.values())
    return [picture for picture in batch.pictures if picture.slot and picture.slot not in stored]


def _give(picture: Picture) -> Outcome:
    if picture.reason:
        return Outcome.UNRESOLVED
    if not (picture.like and picture.found and picture.fetched and picture.seen):
        return Outcome.HERE
    is_new = gifts.give(picture.like, picture.found, picture.fetched, picture.seen)
    return Outcome.NEW if is_new else Outcome.HERE


def _look_into(folder: Folder) -> Callable[[Picture], None]:
    """Copy, check and decode a file; runs in threads, touches no row."""

    def look(picture: Picture) -> None:
        kind = picture.found.kind if picture.found else "image"
        try:
            picture.fetched = files.examine(
                folder.path / picture.name, kind=kind, into=settings.TEMPORARY, below=folder.path
            )
            path, content_type = picture.fetched.path, picture.fetched.content_type
            picture.seen = decoder().inspect(path, content_type)
        except ProviderError as exc:
            logger.info("file not taken code=%s", exc.code)
            picture.reason = UNREADABLE

    return look


def _publish(pictures: Sequence[Picture]) -> None:
    fetched = {one.fetched.sha256: one.fetched for one in pictures if one.fetched}
    for sha256 in sorted(set(fetched) - media.known(fetched)):
        media.publish(fetched[sha256].path, Blob(sha256=sha256).key)


def _row(held: Held, number: int, picture: Picture, outcome: Outcome) -> ImportRow:
    return ImportRow(
        file_id=held.import_id,
        number=number,
        outcome=outcome.value,
        label=clean(picture.name, 255),
        reason=picture.reason,
        like=picture.like,
    )
