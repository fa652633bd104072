"""The addresses of the house, floor by floor."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from likelist import health, installed, offline

admin.autodiscover()
urlpatterns = [
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
    path("offline/", offline.page, name="offline"),
    # At the root: a worker serves what lies beside it and below.
    path("offline.js", offline.worker, name="worker"),
    path("manifest.webmanifest", installed.manifest, name="manifest"),
    path("", include("accounts.urls")),
    path("", include("archive.urls")),
    path("", include("harvester.urls")),
    path("admin/", admin.site.urls),
]
handler400 = "accounts.views.bad_request"
handler403 = "accounts.views.forbidden"
handler404 = "accounts.views.not_found"
handler500 = "accounts.views.server_error"
