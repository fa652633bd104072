"""The machine under the tests: engines, a data directory, a stand-in Instagram.

Loaded with `-p tests.machine`, before Django reads its settings. One PostgreSQL and one
Valkey serve the whole run and end with it, however it ends; each process of the run has a
data directory and an Instagram of its own.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

from likelist import engines
from simulator.serve import Simulator

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")

if not WORKER and engines.wanted(os.environ):
    running = engines.start()
    atexit.register(running.close)
    os.environ.update(running.urls)

DATA = tempfile.mkdtemp(prefix="likelist-test-data-")
atexit.register(shutil.rmtree, DATA, ignore_errors=True)

instagram = Simulator(seed="tests")
instagram.start()
atexit.register(instagram.stop)

os.environ.update(instagram.env())
os.environ.update(instagram.bluesky_env())
os.environ.update(
    LIKELIST_DATA=DATA,
    SITE_URL="http://testserver",
    ALLOWED_HOSTS="testserver,127.0.0.1,localhost",
    CRAWL_REQUEST_INTERVAL="0",
    BACKOFF_CAP="2",
    MEDIA_CONCURRENCY="4",
    REDIS_URL=os.environ["REDIS_URL"].replace(
        "virtual_host=0", f"virtual_host={int(WORKER.removeprefix('gw') or 0) + 1}"
    ),
)
# A fast hash: sign-in is tested, not the strength of scrypt.
