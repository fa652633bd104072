"""Real engines for a test run: called first thing by the root conftest, before Django loads.

    from tests import engines_fixture

    def pytest_configure(config):
        engines_fixture.configure(config)

One PostgreSQL and one Valkey for the whole run; the workers of xdist inherit the addresses and
make a database each. They end with the run, however it ends.
"""

from __future__ import annotations

import os
import tempfile

import pytest

from likelist import engines


def configure(config: pytest.Config) -> None:
    """Put DATABASE_URL, REDIS_URL and a data directory of the run's own into the environment."""
    if hasattr(config, "workerinput"):
        return
    if "LIKELIST_DATA" not in os.environ:
        data = tempfile.TemporaryDirectory(prefix="likelist-data-")
        os.environ["LIKELIST_DATA"] = data.name
        config.add_cleanup(data.cleanup)
    if engines.wanted(os.environ):
        running = engines.start()
        os.environ.update(running.urls)
        config.add_cleanup(running.close)
