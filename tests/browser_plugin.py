"""Browser tests: with which Chromium they run, and a loud word where there is none.

They are left out, not failed, on a machine without one; REQUIRE_BROWSER=1 (CI) makes that an error.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LEFT_OUT = pytest.StashKey[int]()
REMEDY = (
    "Install one (Debian, Ubuntu: apt install chromium) or name one: CHROMIUM=/path/to/chromium"
)


def chromium() -> str | None:
    """The browser to drive: CHROMIUM, the system's, or one that `playwright install` brought."""
    named = os.environ.get("CHROMIUM", "")
    found = next(filter(None, map(shutil.which, (named, *NAMES))), None)
    return found or next(map(str, _downloaded()), None)


def _downloaded() -> Iterator[Path]:
    home = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache/ms-playwright"))
    return iter(sorted(home.glob("chromium-*/chrome-linux*/chrome"), reverse=True))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """For pytest-playwright: that Chromium, without a sandbox where we are root, living in UTC."""
    sandbox = [] if os.geteuid() else ["--no-sandbox"]
    args = [*sandbox, "--disable-dev-shm-usage"]
    return {"executable_path": chromium(), "args": args, "env": {**os.environ, "TZ": "UTC"}}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanting = [item for item in items if item.get_closest_marker("browser")]
    if not wanting or chromium():
        return
    items[:] = [item for item in items if item not in wanting]
    config.hook.pytest_deselected(items=wanting)
    config.stash[LEFT_OUT] = len(wanting)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    left_out = session.config.stash.get(LEFT_OUT, 0)
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["browser_tests_left_out"] = left_out
    elif left_out and os.environ.get("REQUIRE_BROWSER") == "1":
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Every xdist worker collects the same tests: one count says it."""
    left_out = getattr(node, "workeroutput", {}).get("browser_tests_left_out", 0)
    node.config.stash[LEFT_OUT] = max(left_out, node.config.stash.get(LEFT_OUT, 0))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if left_out := config.stash.get(LEFT_OUT, 0):
        terminalreporter.section("NO CHROMIUM", sep="!", red=True, bold=True)
        terminalreporter.line(f"{left_out} browser tests DID NOT RUN: there is no Chromium here.")
        terminalreporter.line(f"{REMEDY}. REQUIRE_BROWSER=1 makes this an error.")
