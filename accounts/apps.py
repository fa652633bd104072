"""The hall as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class Accounts(AppConfig):
    name = "accounts"
    verbose_name = "People"
