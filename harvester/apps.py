"""The workshop as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class Harvester(AppConfig):
    name = "harvester"
    verbose_name = "Visits"
