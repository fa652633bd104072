"""Ask the archive whether it is whole."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import ProgrammingError
from django.utils import timezone
from tqdm import tqdm

from accounts.management.teaching import TeachingCommand
from archive import verify_bytes
from archive.finding import Finding, Report
from archive.media import storage_errors
from harvester import verify


class Command(TeachingCommand):
    """Check everything that the archive can know about itself."""

    help = (
        "Check what the archive can know about itself: rows, order, counts, and every stored "
        "byte. Changes nothing; safe beside a running house. Exit 0 when all is right, else 1."
    )
    examples = """
    Examples:
      manage.py verify_archive              (one line a check, and what to do where one fails)
      manage.py verify_archive --json       (for a monitor: {"ok", "checks": [...], "notes": [...]})

    A visit or download that is under way, and what the sweep will remove within a day, are
    noted and are no faults.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object, for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        report = self._report()
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(report)))
        else:
            self._tell(report)
        if not report.ok:
            sys.exit(1)

    def _report(self) -> Report:
        try:
            with _bar(verify_bytes.size_bytes()) as bar:
                return verify.everything(timezone.now(), bar.update)
        except ProgrammingError as exc:
            raise CommandError("The database has no tables of ours: run `migrate` first.") from exc
        except storage_errors() as exc:
            raise CommandError(f"The storage cannot be read ({type(exc).__name__}).") from exc

    def _tell(self, report: Report) -> None:
        self.stdout.write(" · ".join(f"{count:,} {name}" for name, count in report.counts.items()))
        for finding in report.findings:
            style = self.style.SUCCESS if finding.ok else self.style.ERROR
            self.stdout.write(_line(finding), style)
            if not finding.ok:
                self.stdout.write(f"  {', '.join(map(str, finding.examples))}")
                self.stdout.write(f"  → {finding.remedy}")
        for note in report.notes:
            self.stdout.write(f"· {note}")
        self.stdout.write(_sum(report))


def _bar(total: int) -> tqdm[Any]:
    return tqdm(total=total, unit="B", unit_scale=True, desc="Reading", disable=None, leave=False)


def _line(finding: Finding) -> str:
    looked = f" ({finding.looked})" if finding.looked else ""
    if finding.ok:
        return f"✓ {finding.rule}{looked}"
    return f"✗ {finding.rule}: not so {finding.count:,} times{looked}"


def _sum(report: Report) -> str:
    broken = sum(not finding.ok for finding in report.findings)
    return f"{broken} of {len(report.findings)} checks failed." if broken else "All is right."


def _as_json(report: Report) -> dict[str, object]:
    checks = [
        {"name": f.name, "ok": f.ok, "count": f.count, "examples": list(f.examples)}
        for f in report.findings
    ]
    return {"ok": report.ok, "checks": checks, "notes": report.notes}
