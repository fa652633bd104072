"""Instagram's own export ("Download your information"): every form it had since 2018."""

from __future__ import annotations

from providers.instagram.export.door import InstagramExports

__all__ = ["InstagramExports"]
