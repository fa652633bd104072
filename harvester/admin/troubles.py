"""By their trouble: rows are found by it, and all that have the same are tried again at once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.desk import MOST
from archive.models import MediaItem


class TroubleFilter(admin.SimpleListFilter):
    """Which troubles there are, as far as the newest rows can tell."""

    title = "trouble"
    parameter_name = "trouble"
    LOOKED_AT = 5_000

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows: QuerySet[Any] = model_admin.model.objects.all()
        newest = self.newest(rows).order_by("-pk").values("pk")[: self.LOOKED_AT]
        codes = rows.filter(pk__in=newest).exclude(trouble="").order_by("trouble")
        return [(code, code) for code in codes.values_list("trouble", flat=True).distinct()]

    def newest(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Of which rows the troubles are asked."""
        return rows

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(trouble=self.value()) if self.value() else queryset


class MediaTrouble(TroubleFilter):
    """Why media do not come, as far as the newest that are on their way can tell."""

    def newest(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(state=MediaItem.State.WANTED)


def again(
    desk: admin.ModelAdmin[Any],
    request: HttpRequest,
    rows: QuerySet[Any],
    lever: Callable[[Collection[str]], int],
) -> None:
    """Pull a lever for all that have the troubles of the chosen rows, and write that down."""
    chosen = list(rows.exclude(trouble="")[:MOST])
    codes = sorted({row.trouble for row in chosen})
    count = lever(codes)
    words = f"Tried again all with {', '.join(codes) or 'no trouble'}"
    LogEntry.objects.log_actions(
        user_id=str(request.user.pk), queryset=chosen, action_flag=CHANGE, change_message=words
    )
    desk.message_user(request, f"{words}: {count:,}.", messages.SUCCESS)
