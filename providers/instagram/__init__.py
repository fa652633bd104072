"""Instagram, as it spoke in API version 1: sign-in, feeds, errors."""

from __future__ import annotations

from providers.instagram.service import Instagram

__all__ = ["Instagram"]
