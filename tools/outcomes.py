"""A pytest plugin: `-p tools.outcomes` writes the fate of every test to $OUTCOMES, a line each."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A failure in a test or in what it was given counts; a collection error never gets here."""
    if report.when == "call" or report.failed:
        line = json.dumps([report.nodeid, report.outcome])
        with Path(os.environ["OUTCOMES"]).open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
