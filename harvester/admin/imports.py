"""Imports, as an operator sees them: how they fare, never whose files they seem to be."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.desk import Desk
from harvester.imports import lease
from harvester.imports.models import LIVE
from harvester.models import Import


@admin.register(Import)
class ImportAdmin(Desk[Import]):
    """Files that people brought. What they call them and what is inside is not shown."""

    list_display = (
        *("id", "user", "provider", "kind", "state", "trouble", "created_at", "finished_at"),
        *("done", "total", "unresolved"),
    )
    list_filter = ("state", "kind")
    list_select_related = ("user",)
    sortable_by = ()
    search_fields = ("user__username__exact", "trouble__exact")
    search_help_text = "A person's username, or a code of trouble."
    actions = ("stop",)
    fields = (
        *("user", "provider", "kind", "size_bytes", "state", "trouble"),
        *("created_at", "began_at", "finished_at", "not_before", "leased_until", "rung_at"),
        *("attempts", "deaths", "total", "done", "new", "here", "improved", "unresolved"),
    )

    @admin.action(description="Stop: what was read is kept", permissions=["pull"])
    def stop(self, request: HttpRequest, queryset: QuerySet[Import]) -> None:
        self.pull(request, queryset.filter(state__in=LIVE), "Stopped", lease.stop)
