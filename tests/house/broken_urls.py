"""The product's addresses, and some that break in every way a page can break."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.urls import path

from likelist.urls import handler400, handler403, handler404, handler500
from likelist.urls import urlpatterns as product

SECRET = "a-secret-in-a-local-variable"
__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def suspicious(request: HttpRequest) -> HttpResponse:
    told = SECRET
    raise SuspiciousOperation(told)


def denied(request: HttpRequest) -> HttpResponse:
    told = SECRET
    raise PermissionDenied(told)


def broken(request: HttpRequest) -> HttpResponse:
    told = SECRET
    raise RuntimeError(told)


urlpatterns = [
    *product,
    path("broken/400/", suspicious),
    path("broken/403/", denied),
    path("broken/500/", broken),
]
