"""Bluesky: public likes by handle, from the account's own server."""

from __future__ import annotations

from providers.bluesky.service import Bluesky

__all__ = ["Bluesky"]
