"""Connections and their feeds, with the levers the sources page has."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.desk import Desk
from accounts.models import Connection
from archive.models import Feed
from harvester import levers, plan, tasks


@admin.register(Connection)
class ConnectionAdmin(Desk[Connection]):
    """Sources of people. The grant is not shown, not even sealed, and not loaded."""

    list_display = ("__str__", "user", "state", "trouble", "not_before", "connected_at")
    list_filter = ("state",)
    list_select_related = ("user",)
    search_fields = ("user__username__exact", "username__iexact", "upstream_id__exact")
    search_help_text = "A person's username here or at the service, or their id at the service."
    actions = ("check_now", "disconnect")
    fields = (
        *("user", "provider", "instance", "upstream_id", "username", "full_name"),
        *("state", "trouble", "connected_at", "grant_expires_at", "next_call_at", "not_before"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        return super().get_queryset(request).defer("grant")

    @admin.action(description="Check now", permissions=["pull"])
    def check_now(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        working = queryset.filter(state=Connection.State.CONNECTED).select_related("user")
        self.pull(request, working, "Asked to be checked now", _check_all)

    @admin.action(
        description="Disconnect: forget the permission, keep everything", permissions=["pull"]
    )
    def disconnect(self, request: HttpRequest, queryset: QuerySet[Connection]) -> None:
        self.pull(request, queryset, "Disconnected", levers.disconnect)


@admin.register(Feed)
class FeedAdmin(Desk[Feed]):
    """Lists that are kept, and how much of each is proven."""

    list_display = ("id", "kind", "connection", "user", "entries_count", "completed_at", "next")
    list_filter = ("on_wall", ("schedule__paused_at", admin.EmptyFieldListFilter))
    search_fields = ("user__username__exact", "connection__username__iexact")
    search_help_text = "A person's username here or at the service."
    actions = ("check_now", "pause", "resume")
    fields = (
        *("user", "connection", "kind", "on_wall", "entries_count", "visits", "next"),
        *("covered_top", "covered_bottom", "completed_at", "walked_whole_at", "created_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Feed]:
        feeds = super().get_queryset(request).select_related("user", "connection", "schedule")
        return feeds.defer("connection__grant")

    @admin.display(description="next visit", ordering="schedule__next_visit_at")
    def next(self, feed: Feed) -> object:
        schedule = getattr(feed, "schedule", None)
        return "paused" if schedule and schedule.paused_at else schedule and schedule.next_visit_at

    @admin.action(description="Check now", permissions=["pull"])
    def check_now(self, request: HttpRequest, queryset: QuerySet[Feed]) -> None:
        self.pull(request, queryset, "Asked to be checked now", _check)

    @admin.action(description="Pause: no visits until resumed", permissions=["pull"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Feed]) -> None:
        self.pull(request, queryset, "Paused", levers.pause)

    @admin.action(description="Resume: visits again", permissions=["pull"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Feed]) -> None:
        self.pull(request, queryset, "Resumed", levers.resume)


def _check(feed: Feed) -> None:
    tasks.ring(levers.check_now(feed).pk)


def _check_all(connection: Connection) -> None:
    for feed in plan.adopt(connection):
        _check(feed)
