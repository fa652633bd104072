"""The Celery app: a doorbell. Messages carry ids; PostgreSQL holds what is true."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "likelist.settings")

app = Celery("likelist")
app.config_from_object("likelist.doorbell")
app.autodiscover_tasks(["harvester"])
