"""`python -m likelist.runner.clockwork worker|beat`: Celery without its command line.

The same worker and the same beat; Celery's own commands load a shell, a monitor and a completer
first, which is a second of both cores at every start. An installation uses `celery -A likelist`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from celery import Celery
from celery.utils.nodenames import gethostname, nodename

from likelist import runenv
from likelist.celery import app
from likelist.runner.services import TASKS_AT_ONCE

QUEUES = ("crawl", "media")


def main(role: str) -> int:
    if role == "beat":
        return beat()
    return worker()


def worker() -> int:
    celery = app.Worker(
        hostname=nodename(f"likelist-{os.getpid()}", gethostname()),
        concurrency=TASKS_AT_ONCE,
        queues=",".join(QUEUES),
        loglevel="INFO",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
    )
    celery.start()
    return int(celery.exitcode or 0)


def beat() -> int:
    schedule = runenv.data_dir() / "beat" / "schedule"
    Path(schedule.parent).mkdir(mode=0o700, exist_ok=True)
    # Beat sends names and needs neither the models nor the tasks, whose loading takes a second.
    metronome = Celery("likelist", fixups=[])
    metronome.config_from_object("likelist.doorbell")
    metronome.Beat(schedule=str(schedule), loglevel="INFO", quiet=True).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
