"""The roof: settings, addresses, Celery, the embedded engines. No behaviour of the product."""

from __future__ import annotations

from likelist.celery import app as celery_app

__all__ = ["celery_app"]
