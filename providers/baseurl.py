"""Base addresses of services, as an operator writes them."""

from __future__ import annotations

from urllib.parse import urlsplit

from providers.address import authority, port_of
from providers.errors import BadConfiguration


def base_url(name: str, value: str, allowed: frozenset[str]) -> str:
    """The base address in variable `name`, without its final slash.

    It is https, or http on a host:port among `allowed`; BadConfiguration otherwise.
    """
    url = value.rstrip("/")
    try:
        parts = urlsplit(url)
        place = authority(parts.hostname or "", port_of(parts))
    except ValueError:
        raise BadConfiguration(f"{name}={url}: no address of a service") from None
    if parts.query or parts.fragment or "@" in parts.netloc or not parts.hostname:
        raise BadConfiguration(f"{name}: write scheme, host and path only")
    if parts.scheme != "https" and not (parts.scheme == "http" and place in allowed):
        raise BadConfiguration(
            f"{name}={url}: use https, or add {place} to FETCH_ALLOW_PRIVATE_HOSTS"
        )
    return url
