"""The rules of the ground floor, tried on real sockets and real files."""

from __future__ import annotations
