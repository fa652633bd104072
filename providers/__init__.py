"""The ground: the outside services, their media, and the only sockets to the outside."""

from __future__ import annotations
