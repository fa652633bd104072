"""The roof as a Django app."""

from __future__ import annotations

from django.apps import AppConfig

# Tasks are rung for from web processes too: they need the app that knows the broker.
from likelist.celery import app as doorbell

__all__ = ["Roof", "doorbell"]


class Roof(AppConfig):
    name = "likelist"
    verbose_name = "Likelist"
