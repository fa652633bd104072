"""The Celery app: a doorbell. Messages carry ids; PostgreSQL holds what is true."""

from __future__ import annotations

import os
from pathlib import Path

from celery import Celery
from celery.signals import heartbeat_sent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "likelist.settings")

app = Celery("likelist")
app.config_from_object("likelist.doorbell")
app.autodiscover_tasks(["harvester"])
# By its name: only a worker loads it.
app.steps["worker"].add("likelist.hearing.Hearing")

# How old this file is tells whether the loop of a worker still goes round.
if pulse := os.environ.get("WORKER_PULSE"):
    heartbeat_sent.connect(lambda **_: Path(pulse).touch(), weak=False)
