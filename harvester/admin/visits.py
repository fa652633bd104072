"""Schedules, visits and halts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now
from django.http import HttpRequest, HttpResponse

from accounts.desk import Desk
from archive.models import Gap
from harvester import levers, states, tasks
from harvester.admin import troubles
from harvester.admin.troubles import TroubleFilter
from harvester.models import Chore, Crawl, Halt, Schedule

# What is older than a service shows is nobody's trouble.
_BOTTOM = Q(state=Gap.State.LOST, lower=None)


class RiskFilter(admin.SimpleListFilter):
    """When the next loss could come."""

    title = "next loss"
    parameter_name = "loss"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("over", "its date is over"), ("day", "within a day"), ("none", "none to come")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> QuerySet[Schedule]:
        match self.value():
            case "over":
                return queryset.filter(loses_at__lte=Now())
            case "day":
                return queryset.filter(loses_at__lte=Now() + timedelta(days=1))
            case "none":
                return queryset.filter(loses_at=None)
        return queryset


@admin.register(Schedule)
class ScheduleAdmin(Desk[Schedule]):
    """Sources at risk: whatever could be lost first stands first; and when each is visited."""

    list_display = (
        *("feed", "person", "loses_at", "last_success_at", "source_state", "trouble"),
        *("gaps", "held", "failures", "paused_at", "next_visit_at", "reason"),
    )
    list_filter = (
        RiskFilter,
        "feed__connection__state",
        ("paused_at", admin.EmptyFieldListFilter),
        ("feed__held_at", admin.EmptyFieldListFilter),
    )
    ordering = ("loses_at", "pk")
    sortable_by = ()
    search_fields = ("feed__user__username__exact",)
    search_help_text = "A person's username."
    actions = ("check_now", "pause", "resume")
    fields = (*list_display, "last_visit_at", "most_found", "watched_since")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Sources at risk"})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Schedule]:
        gaps = Gap.objects.standing().filter(feed=OuterRef("feed")).exclude(_BOTTOM)
        counted = gaps.order_by().values("feed").annotate(n=Count("pk")).values("n")
        schedules = super().get_queryset(request).select_related("feed__connection", "feed__user")
        schedules = schedules.defer("feed__connection__grant")
        return schedules.annotate(gaps_standing=Coalesce(Subquery(counted), 0))

    @admin.display(description="person")
    def person(self, schedule: Schedule) -> str:
        return schedule.feed.user.username

    @admin.display(description="state")
    def source_state(self, schedule: Schedule) -> str:
        return schedule.feed.connection.get_state_display()

    @admin.display(description="trouble")
    def trouble(self, schedule: Schedule) -> str:
        return schedule.feed.connection.trouble

    @admin.display(description="gaps")
    def gaps(self, schedule: Any) -> int:
        return int(schedule.gaps_standing)

    @admin.display(description="held")
    def held(self, schedule: Schedule) -> str:
        # A red cross where all is well would be read as a fault.
        return "yes" if states.is_held(schedule.feed) else "no"

    @admin.action(description="Check now", permissions=["pull"])
    def check_now(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> None:
        self.pull(request, queryset, "Asked to be checked now", _check)

    @admin.action(description="Pause: no visits until resumed", permissions=["pull"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> None:
        self.pull(request, queryset, "Paused", lambda row: levers.pause(row.feed))

    @admin.action(description="Resume: visits again", permissions=["pull"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Schedule]) -> None:
        self.pull(request, queryset, "Resumed", lambda row: levers.resume(row.feed))


def _check(schedule: Schedule) -> None:
    tasks.ring(levers.check_now(schedule.feed).pk)


@admin.register(Crawl)
class CrawlAdmin(Desk[Crawl]):
    """Visits, those under way and those that are history."""

    list_display = (
        *("id", "feed", "number", "state", "trouble", "opened_at", "finished_at"),
        *("pages", "new_entries", "rejected", "gaps", "healed"),
    )
    list_filter = ("state", "asked", "whole", TroubleFilter)
    list_select_related = ("feed",)
    sortable_by = ()
    search_fields = ("feed__user__username__exact",)
    search_help_text = "A person's username."
    actions = ("check_now", "stop", "revisit_same")
    fields = (
        *("feed", "number", "state", "trouble", "asked", "whole"),
        *("opened_at", "began_at", "finished_at", "not_before", "leased_until", "rung_at"),
        *("attempts", "deaths", "restarts", "idle_pages", "pages"),
        *("new_entries", "known_entries", "rejected", "unknown_keys", "floor", "ceiling"),
        *("gaps", "healed", "moved_at"),
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

    @admin.action(
        description="Visit again all that ended with the same trouble", permissions=["pull"]
    )
    def revisit_same(self, request: HttpRequest, queryset: QuerySet[Crawl]) -> None:
        troubles.again(self, request, queryset, levers.revisit_all)


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
