"""What a check of the archive says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: a rule of the house, how often it is broken, and where for example.

    `remedy` says what to do where it is; `looked` at how much was looked, in words.
    """

    name: str
    rule: str
    remedy: str
    count: int = 0
    examples: Sequence[int | str] = ()
    looked: str = ""

    @property
    def ok(self) -> bool:
        """Whether the rule holds everywhere."""
        return self.count == 0


@dataclass(slots=True)
class Report:
    """Everything that was looked at: how much, what was found, and notes, which are no faults."""

    counts: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return all(finding.ok for finding in self.findings)
