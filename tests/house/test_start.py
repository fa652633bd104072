"""Commands and workers begin quickly: they load what they need, and look at it once."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from likelist import doorbell
from likelist.runenv import ROOT

LOADED = """
import gc, json, sys
import django
django.setup()
import harvester.management.commands.crawl
print(json.dumps({"modules": sorted(sys.modules), "young": gc.get_threshold()[0]}))
"""
# The desk of operators, the client of S3, the doorbell, the domain name system: each a tenth of a
# start, or more.
SPARED = ("accounts.desk", "boto3", "celery", "dns.resolver", "harvester.admin")
RINGS = """
import django
django.setup()
from harvester import tasks
print(tasks.crawl.app.conf.broker_url, tasks.crawl.app.conf.task_default_queue)
"""


def said(code: str, **variables: str) -> str:
    """What a process of its own prints."""
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "likelist.settings", **variables}
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=ROOT, env=environ, check=True, capture_output=True, text=True
    )
    return done.stdout


def test_a_crawl_loads_only_what_it_needs():
    told = json.loads(said(LOADED))
    assert [name for name in SPARED if name in told["modules"]] == []
    assert told["young"] >= 10_000


def test_who_rings_finds_the_doorbell_by_itself():
    broker = "redis://doorbell.example:6379/4"
    assert said(RINGS, REDIS_URL=broker).split() == [broker, doorbell.task_default_queue]
