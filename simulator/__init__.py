"""A stand-in Instagram (API v1) on a real port: sign-in, pages, pictures, faults."""

from __future__ import annotations
