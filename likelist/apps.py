"""The roof as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class Roof(AppConfig):
    name = "likelist"
    verbose_name = "Likelist"
