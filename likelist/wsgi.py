"""The door for gunicorn."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "likelist.settings")
application = get_wsgi_application()
# Every view is loaded before the first visitor comes, not by them.
get_resolver().url_patterns  # noqa: B018
