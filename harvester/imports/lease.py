"""Who may write for an import: a lease with a fencing token, in the database's time."""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from accounts.models import User
from harvester.imports.models import ImportQuerySet
from harvester.lease import LostLease
from harvester.models import Import, ImportRow

logger = logging.getLogger(__name__)

# So many workers died with it, without a row kept between; so often something was away.
MOST_DEATHS, MOST_ATTEMPTS = 3, 20
WORDS = {
    "kills_workers": "Reading this file ended our worker three times: nothing more was read.",
    "broken_off": "The command that read this file was ended before it was through. "
    "What it had kept stays: run it again.",
    "too_long": "Reading this file took longer than anybody's likes take: "
    "send it in smaller parts. What was kept stays.",
    "stopped": "An administrator stopped this import. What was kept stays.",
    "upload_lost": "The file is no longer here: send it once more.",
    "no_room": "This file could not be read for a day, because our storage was away or full: "
    "send it once more.",
}


@dataclass(frozen=True, slots=True)
class Held:
    """An import that this worker may write for, as long as the token in the row is its own."""

    import_id: int
    token: uuid.UUID

    def lock(self) -> Import:
        """The import, locked until the transaction ends; LostLease.

        That of a deactivated person is as good as lost.
        """
        # The person before the file, as whoever takes one up: never crosswise.
        User.objects.select_for_update(no_key=True).filter(imports=self.import_id).first()
        mine = Import.objects.filter(
            pk=self.import_id, lease=self.token, state=Import.State.RUNNING, user__is_active=True
        )
        found = mine.select_for_update(of=("self",), no_key=True).select_related("user").first()
        if found is None:
            raise LostLease(f"import={self.import_id}")
        return found

    def note(self, rows: Sequence[ImportRow], done: int) -> None:
        """Within a commit that has locked the import: rows and counts up to row `done`.

        A row that was kept forgives the deaths before it.
        """
        ImportRow.objects.bulk_create(rows)
        told = Counter(row.outcome for row in rows)
        counts = {name: F(name) + told[name] for name in ImportRow.Kind.values if told[name]}
        mine = Import.objects.filter(pk=self.import_id)
        mine.update(done=done, deaths=0, attempts=0, trouble="", **counts)

    def explained(self, reason: str) -> None:
        """Rows whose like gave way to one that is named were nothing new after all; LostLease.

        Rows and counts in one commit: who goes on after a death finds no such rows any more.
        """
        new, here = ImportRow.Kind.NEW, ImportRow.Kind.HERE
        rows = ImportRow.objects.filter(file=self.import_id, outcome=new, like=None)
        with transaction.atomic():
            self.lock()
            count = rows.update(outcome=here, reason=reason)
            mine = Import.objects.filter(pk=self.import_id)
            mine.update(new=F("new") - count, here=F("here") + count)

    def renew(self) -> None:
        """Keep the lease for another CRAWL_LEASE; LostLease."""
        if not self._mine().update(leased_until=Now() + settings.CRAWL_LEASE):
            raise LostLease(f"import={self.import_id}")

    def release(self) -> None:
        """Hand the import back, to go on later; harmless when it is not ours any more."""
        self._mine().update(lease=None, leased_until=None, state=Import.State.QUEUED, rung_at=None)

    def wait(self) -> None:
        """Hand it back because storage or disk are away, with growing pauses; not for ever."""
        row = self._mine().first()
        if row is None:
            return
        if row.attempts + 1 >= MOST_ATTEMPTS:
            self.fail("no_room", WORDS["no_room"])
            return
        pause = min(timedelta(seconds=15) * 2**row.attempts, timedelta(hours=2))
        self._mine().update(attempts=F("attempts") + 1, trouble="storage", not_before=Now() + pause)
        self.release()

    def finish(self) -> None:
        """Every row is kept; LostLease."""
        told = F("new") + F("here") + F("improved") + F("unresolved")
        self._over(Import.State.DONE, total=told)

    def fail(self, trouble: str, words: str) -> None:
        """It ends, and `words` say why; LostLease."""
        self._over(Import.State.FAILED, trouble=trouble[:40], words=words[:500])

    def _over(self, state: str, **values: object) -> None:
        end = {"finished_at": Now(), "lease": None, "leased_until": None, "not_before": None}
        if not self._mine().update(state=state, **end, **values):
            raise LostLease(f"import={self.import_id}")

    def _mine(self) -> ImportQuerySet:
        return Import.objects.filter(pk=self.import_id, lease=self.token)


def take(import_id: int) -> Held | None:
    """Take up an import; None when it is over, held by somebody, or has to wait.

    A holder that never released it has died with it. What a command was reading in its place
    nobody else can read: that is over with its command. One of a person is read at a time.
    """
    if not Import.objects.due().filter(pk=import_id).exists():
        return None
    with transaction.atomic():
        # Of two workers that take up two files of one person the second sees the first.
        User.objects.select_for_update(no_key=True).filter(imports=import_id).first()
        locked = Import.objects.due().select_for_update(of=("self",), skip_locked=True)
        row = locked.filter(pk=import_id).first()
        if row is None:
            return None
        held = own(row)
        deaths = row.deaths + (row.lease is not None)
        Import.objects.filter(pk=row.pk).update(deaths=deaths)
        trouble = "kills_workers" if deaths >= MOST_DEATHS else "" if row.key else "broken_off"
        if not trouble:
            return held
        held.fail(trouble, WORDS[trouble])
    logger.error("import given up import=%s trouble=%s", import_id, trouble)
    return None


def own(row: Import) -> Held:
    """Hold an import that is locked by this transaction, or that nobody else knows of yet."""
    held = Held(row.pk, uuid.uuid4())
    Import.objects.filter(pk=row.pk).update(
        lease=held.token,
        leased_until=Now() + settings.CRAWL_LEASE,
        state=Import.State.RUNNING,
        began_at=Coalesce("began_at", Now()),
        not_before=None,
    )
    return held


def give_up(held: Held, trouble: str) -> None:
    """End an import with the sentence of `trouble`; harmless when it is not ours any more."""
    with suppress(LostLease):
        held.fail(trouble, WORDS[trouble])


def stop(row: Import) -> None:
    """End an import; whoever holds it finds its lease lost. Nothing kept is touched."""
    Import.objects.live().filter(pk=row.pk).update(
        state=Import.State.FAILED,
        trouble="stopped",
        words=WORDS["stopped"],
        finished_at=Now(),
        lease=None,
        leased_until=None,
    )
