"""The stage for `make shots`: engines, a simulator with full pictures, and Django on both.

Imported for its effects, before anything of the house; all of it ends with the process.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

import django
from django.conf import settings
from django.core.management import call_command

from likelist import engines
from simulator.serve import Simulator

os.environ["LIKELIST_DATA"] = DATA = tempfile.mkdtemp(prefix="likelist-shots-")
atexit.register(shutil.rmtree, DATA, ignore_errors=True)
if engines.wanted(os.environ):
    running = engines.start()
    atexit.register(running.close)
    os.environ.update(running.urls)

instagram = Simulator(seed="shots", tiny=False)
instagram.start()
atexit.register(instagram.stop)

os.environ.update(instagram.env())
os.environ.update(instagram.bluesky_env())
# Playwright keeps an event loop in its thread; Django's checks for one are not about that.
os.environ.update(CRAWL_REQUEST_INTERVAL="0", DJANGO_ALLOW_ASYNC_UNSAFE="true")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "likelist.settings")

settings.STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
settings.STATIC_ROOT.mkdir(exist_ok=True)
django.setup()
call_command("migrate", verbosity=0)
