"""Commands and workers begin quickly: they load what they need, and look at it once."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from likelist.runenv import ROOT

LOADED = """
import gc, json, sys
import django
django.setup()
import harvester.management.commands.crawl
print(json.dumps({"modules": sorted(sys.modules), "young": gc.get_threshold()[0]}))
"""
# The desk of operators, the client of S3, the domain name system: each a tenth of a start.
SPARED = ("accounts.desk", "boto3", "dns.resolver", "harvester.admin")


def test_a_crawl_loads_only_what_it_needs():
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "likelist.settings"}
    command = [sys.executable, "-c", LOADED]
    done = subprocess.run(
        command, cwd=ROOT, env=environ, check=True, capture_output=True, text=True
    )
    told = json.loads(done.stdout)
    assert [name for name in SPARED if name in told["modules"]] == []
    assert told["young"] >= 10_000
