"""The services that this house knows, one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from providers.instagram import Instagram
from providers.service import Service

# Each is called with the environment's values by name.
SERVICES: dict[str, Callable[[Mapping[str, str]], Service]] = {
    "instagram": Instagram.from_values,
}
