"""The services that this house knows, one line each."""

from __future__ import annotations

from providers.bluesky import Bluesky
from providers.instagram import Instagram
from providers.service import Builder

SERVICES: dict[str, Builder] = {
    "instagram": Instagram,
    "bluesky": Bluesky,
}
