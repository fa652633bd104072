"""Schedules, visits and halts."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.desk import Desk
from harvester import levers, tasks
from harvester.models import Chore, Crawl, Halt, Schedule


@admin.register(Schedule)
class ScheduleAdmin(Desk[Schedule]):
    """When each feed is visited next, and why then."""

    list_display = ("feed", "next_visit_at", "reason", "paused_at", "failures", "last_success_at")
    list_filter = (("paused_at", admin.EmptyFieldListFilter),)
    list_select_related = ("feed",)
    ordering = ("next_visit_at", "pk")
    search_fields = ("feed__user__username__exact",)
    search_help_text = "A person's username."
    fields = (*list_display, "last_visit_at")


@admin.register(Crawl)
class CrawlAdmin(Desk[Crawl]):
    """Visits, those under way and those that are history."""

    list_display = (
        *("id", "feed", "number", "state", "trouble", "opened_at", "finished_at"),
        *("pages", "new_entries", "rejected"),
    )
    list_filter = ("state", "asked", "whole")
    list_select_related = ("feed",)
    sortable_by = ()
    search_fields = ("feed__user__username__exact",)
    search_help_text = "A person's username."
    actions = ("check_now", "stop")
    fields = (
        *("feed", "number", "state", "trouble", "asked", "whole"),
        *("opened_at", "began_at", "finished_at", "not_before", "leased_until", "rung_at"),
        *("attempts", "deaths", "restarts", "idle_pages", "pages", "requests"),
        *("new_entries", "known_entries", "rejected", "unknown_keys", "floor", "ceiling"),
    )

    @admin.action(description="Check the feed now", permissions=["pull"])
    def check_now(self, request: HttpRequest, queryset: QuerySet[Crawl]) -> None:
        visits = queryset.select_related("feed")
        self.pull(
            request,
            visits,
            "Asked to be checked now",
            lambda visit: tasks.ring(levers.check_now(visit.feed).pk),
        )

    @admin.action(description="Stop: what was found is kept", permissions=["pull"])
    def stop(self, request: HttpRequest, queryset: QuerySet[Crawl]) -> None:
        self.pull(request, queryset.filter(state__in=Crawl.LIVE), "Stopped", levers.stop)


@admin.register(Halt)
class HaltAdmin(Desk[Halt]):
    """Lists that a service has closed for everybody. Delete one, and they are tried again."""

    list_display = ("provider", "instance", "kind", "words", "since")
    fields = list_display
    search_fields = ("provider__exact", "kind__exact")
    search_help_text = "A service, or a kind of list."

    def has_delete_permission(self, request: HttpRequest, obj: Halt | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)


@admin.register(Chore)
class ChoreAdmin(Desk[Chore]):
    """What the house does every so often; long overdue, no worker or no beat is running."""

    list_display = ("name", "next_at")
    fields = list_display
    search_fields = ("name",)
    search_help_text = "A name."
