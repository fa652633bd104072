"""People, as an operator sees them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from accounts.desk import Desk
from accounts.models import Connection, User
from archive.models import MonthCount


@admin.register(User)
class PersonAdmin(Desk[User], UserAdmin[User]):
    """People: they come by themselves, are deactivated here, and never deleted from here.

    Whoever sets a person's password can sign in as them and see what they like, and whoever
    gives out rights has them all: both are for superusers.
    """

    list_display = ("username", "sources", "likes", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    ordering = ("username",)
    search_fields = ("username__istartswith", "email__iexact")
    search_help_text = "The beginning of a username, or an e-mail address."
    actions = ("deactivate", "activate")
    filter_horizontal = ("user_permissions",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "first_name", "last_name", "email", "is_active")}),
        ("Times", {"fields": ("last_login", "date_joined")}),
    )
    rights = (
        ("Sign-in", {"fields": ("password",)}),
        ("Rights", {"fields": ("is_staff", "is_superuser", "user_permissions")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        of_person = {"user": OuterRef("pk")}
        connections = Connection.objects.filter(**of_person).order_by().values("user")
        months = MonthCount.objects.filter(**of_person).order_by().values("user")
        return (
            super()
            .get_queryset(request)
            .annotate(
                sources_kept=_number(connections.annotate(n=Count("pk")).values("n")),
                likes_kept=_number(months.annotate(n=Sum("likes")).values("n")),
            )
        )

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        return (*self.fieldsets, *(self.rights if request.user.is_superuser else ()))

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        is_above = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not is_above and self.has_pull_permission(request)

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        if not request.user.is_superuser:
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    @admin.action(
        description="Deactivate: out at once, no visits, deletes nothing", permissions=["pull"]
    )
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        others = queryset.exclude(username=request.user.get_username())
        if not request.user.is_superuser:
            others = others.filter(is_superuser=False)
        self.pull(request, others.filter(is_active=True), "Deactivated", _deactivate)

    @admin.action(description="Activate again", permissions=["pull"])
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self.pull(request, queryset.filter(is_active=False), "Activated", _activate)

    @admin.display(description="sources")
    def sources(self, user: Any) -> str:
        return _link("accounts_connection", user, user.sources_kept)

    @admin.display(description="likes")
    def likes(self, user: Any) -> str:
        return _link("archive_like", user, user.likes_kept)


def _number(counted: QuerySet[Any]) -> Coalesce:
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _link(page: str, user: User, number: int) -> str:
    address = reverse(f"admin:{page}_changelist")
    return format_html('<a href="{}?user__id__exact={}">{}</a>', address, user.pk, f"{number:,}")


def _deactivate(user: User) -> None:
    """Every request asks whether its person is active; the next tick ends their visits."""
    User.objects.filter(pk=user.pk).update(is_active=False)


def _activate(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=True)
