"""Pictures and videos on their way."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from accounts.desk import Desk
from archive.admin import find_of_person
from archive.models import MediaItem
from harvester import levers
from harvester.admin import troubles
from harvester.admin.troubles import MediaTrouble


@admin.register(MediaItem)
class MediaItemAdmin(Desk[MediaItem]):
    """Pictures and videos on their way: never the picture, nor the address that shows it."""

    list_display = (
        *("id", "user", "kind", "position", "state", "trouble", "attempts", "not_before", "host"),
    )
    list_filter = ("state", "kind", MediaTrouble)
    list_select_related = ("user",)
    sortable_by = ()
    search_fields = ("user__username",)
    search_help_text = "A number, or a person's username."
    actions = ("retry", "retry_same")
    fields = (
        *("id", "user", "of_like", "kind", "position", "width", "height", "host", "state", "blob"),
        *("trouble", "attempts", "deaths", "not_before", "gone_at", "claimed_until"),
        *("refused_sha256", "refused_times", "created_at"),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[MediaItem], search_term: str
    ) -> tuple[QuerySet[MediaItem], bool]:
        asked = search_term.strip()
        return (find_of_person(queryset, asked) if asked else queryset), False

    @admin.display(description="like")
    def of_like(self, item: MediaItem) -> str:
        # By its number: a like that is loaded brings its caption along.
        address = reverse("admin:archive_like_change", args=[item.like_id])
        return format_html('<a href="{}">like {}</a>', address, item.like_id)

    @admin.display(description="comes from")
    def host(self, item: MediaItem) -> str:
        return urlsplit(item.source_url).hostname or ""

    @admin.action(description="Try again", permissions=["pull"])
    def retry(self, request: HttpRequest, queryset: QuerySet[MediaItem]) -> None:
        missing = queryset.exclude(state=MediaItem.State.STORED)
        self.pull(request, missing, "Tried again", levers.retry)

    @admin.action(description="Try again all with the same trouble", permissions=["pull"])
    def retry_same(self, request: HttpRequest, queryset: QuerySet[MediaItem]) -> None:
        troubles.again(self, request, queryset, levers.retry_all)
