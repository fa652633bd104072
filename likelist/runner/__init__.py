"""`make run`: every service of the house under one roof, and nothing left when it closes."""

from __future__ import annotations
