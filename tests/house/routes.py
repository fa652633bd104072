"""Every address of the product, as the resolver knows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


def names() -> set[str]:
    """The names of all addresses; the administrator's pages are one entry."""
    return {"admin" if name.startswith("admin:") else name for name, _ in patterns()}


def patterns() -> Iterator[tuple[str, URLPattern]]:
    """Every address with its full name; without one it is called by its pattern."""
    yield from _inside(get_resolver(), "", "")


def _inside(resolver: Any, space: str, before: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        path = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _inside(pattern, inner, path)
        else:
            yield f"{space}{pattern.name or path}", pattern
