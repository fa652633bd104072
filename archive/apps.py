"""The library as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class Archive(AppConfig):
    name = "archive"
    verbose_name = "Archive"
