"""Pictures drawn by code: the same order gives the same bytes, and no two orders look alike."""

from __future__ import annotations

from simulator.pictures.encode import Order, draw, encode

__all__ = ["Order", "draw", "encode"]
