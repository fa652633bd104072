"""The operator's desk: what all pages of the admin have in common.

Rows are shown and not edited; what an operator may do are levers, which call what the pages
of the product call and leave a line in the log. No table is counted or sorted as a whole.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

import django_stubs_ext
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

# Lets classes such as ModelAdmin[Crawl] name what they are about.
django_stubs_ext.monkeypatch()
# Behind so many rows nobody pages: one searches.
MOST = 1_000
_Row = TypeVar("_Row", bound=Model)


class AtLeast(int):
    """A number that says that there may be more."""

    def __str__(self) -> str:
        return f"{int(self):,}+"


class Brief(Paginator[Any]):
    """Pages of the first MOST rows; more are never counted."""

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]  # the admin's is one
        few = rows.order_by().values("pk")[: MOST + 1].count()
        return AtLeast(MOST) if few > MOST else few


class Desk(admin.ModelAdmin[_Row]):
    """Rows to look at: nothing is added, changed or deleted by hand."""

    paginator = Brief
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    ordering: ClassVar[tuple[str, ...]] = ("-pk",)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:  # type: ignore[override]  # the older form without request is gone in Django 6
        """Only what the lists offer: any other filter would read a caption letter by letter."""
        offered = [
            str(part[0] if isinstance(part, tuple) else getattr(part, "parameter_name", part))
            for part in self.get_list_filter(request)
        ]
        return lookup == "user__id__exact" or any(
            lookup == name or lookup.startswith(f"{name}__") for name in offered
        )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_pull_permission(self, request: HttpRequest) -> bool:
        """Whether this operator may pull levers here: who may change rows may."""
        return super().has_change_permission(request)

    def pull(
        self,
        request: HttpRequest,
        rows: QuerySet[_Row],
        words: str,
        lever: Callable[[_Row], object],
    ) -> None:
        """Pull a lever for each row, at most MOST of them, and write that down."""
        chosen = list(rows[:MOST])
        for row in chosen:
            lever(row)
        LogEntry.objects.log_actions(
            user_id=str(request.user.pk), queryset=chosen, action_flag=CHANGE, change_message=words
        )
        self.message_user(request, f"{words}: {len(chosen):,}.", messages.SUCCESS)
