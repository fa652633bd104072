"""Addresses of the workshop."""

from __future__ import annotations

from django.urls import path

from harvester import import_views, views

app_name = "harvester"
urlpatterns = [
    path("welcome/", views.welcome, name="welcome"),
    path("welcome/status/", views.arriving, name="arriving"),
    path("sources/", views.page, name="sources"),
    path("sources/status/", views.status, name="status"),
    path("sources/<int:connection_id>/check/", views.check, name="check"),
    path("sources/<int:connection_id>/accept/", views.accept, name="accept"),
    path("sources/<int:connection_id>/pause/", views.pause, name="pause"),
    path("sources/<int:connection_id>/resume/", views.resume, name="resume"),
    path("sources/<int:connection_id>/disconnect/", views.disconnect, name="disconnect"),
    path("sources/import/", import_views.imports, name="imports"),
    path("sources/import/<int:import_id>/", import_views.one, name="import"),
    path("sources/import/<int:import_id>/status/", import_views.status, name="import_status"),
    path("sources/import/<int:import_id>/report.csv", import_views.report, name="import_report"),
]
