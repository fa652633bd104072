"""The library's desk. Staff see that something is kept, never what it is.

What somebody likes is theirs: whose post, its words, its picture, where it was taken. An
operator has to know that it is here, whole and in order, and can know that from numbers; so
content is neither shown, searched nor loaded here.
"""

from __future__ import annotations

from typing import TypeVar

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from accounts.desk import Desk
from accounts.models import User
from archive.heal import heal
from archive.media import storage_errors
from archive.models import Blob, Entry, Gap, Like, MediaItem, Quarantined

CONTENT = ("author", "author_id", "author_name", "caption", "link", "place", "document")
_Row = TypeVar("_Row", Like, MediaItem)


def find_of_person(rows: QuerySet[_Row], asked: str) -> QuerySet[_Row]:
    """Rows by number, or of a person by username; both are asked of an index."""
    person = User.objects.filter(username=asked).first()
    number = int(asked) if asked.isdecimal() and len(asked) < 19 else 0
    return rows.filter(Q(pk=number) | Q(user=person.pk if person else 0))


@admin.register(Like)
class LikeAdmin(Desk[Like]):
    """Likes as rows: numbers and times."""

    list_display = ("id", "user", "provider", "post_id", "liked_at", "on_wall", "is_settled")
    # A filter by the generated column would ask the whole table for its values.
    list_filter = (("wall_feed", admin.EmptyFieldListFilter), "is_settled")
    list_select_related = ("user",)
    sortable_by = ()
    search_fields = ("user__username",)
    search_help_text = "A like's number; or a person's username, and a post's id behind it."
    fields = (
        *("id", "user", "provider", "post_id", "posted_at"),
        *("liked_at", "liked_after", "liked_before", "is_exact", "is_settled"),
        *("wall_feed", "rank", "kept_at", "places", "media_kept"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Like]:
        return super().get_queryset(request).defer(*CONTENT, "latitude", "longitude", "hashtags")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Like], search_term: str
    ) -> tuple[QuerySet[Like], bool]:
        whom, _, post_id = search_term.strip().partition(" ")
        found = find_of_person(queryset, whom) if whom else queryset
        return (found.filter(post_id=post_id.strip()) if post_id else found), False

    @admin.display(description="stands in")
    def places(self, like: Like) -> str:
        entries = Entry.objects.filter(like=like).select_related("feed").order_by("feed")
        return ", ".join(f"{entry.feed} at {entry.rank}" for entry in entries)

    @admin.display(description="media")
    def media_kept(self, like: Like) -> str:
        states = like.media.values_list("state").annotate(times=Count("pk")).order_by("state")
        return ", ".join(f"{times} {state}" for state, times in states)


@admin.register(Blob)
class BlobAdmin(Desk[Blob]):
    """Stored files, by their hash; not whose they are."""

    list_display = ("sha256", "content_type", "size_bytes", "stored_at", "unreferenced_since")
    list_filter = (("unreferenced_since", admin.EmptyFieldListFilter),)
    ordering = ("pk",)
    sortable_by = ()
    search_fields = ("sha256__startswith",)
    search_help_text = "The beginning of a SHA-256."
    actions = ("fetch_again",)
    fields = (
        *("sha256", "key", "content_type", "size_bytes", "width", "height", "duration"),
        *("previews", "stored_at", "unreferenced_since"),
    )

    @admin.action(description="Fetch damaged bytes again", permissions=["pull"])
    def fetch_again(self, request: HttpRequest, queryset: QuerySet[Blob]) -> None:
        try:
            self.pull(request, queryset, "Read, and fetched again where damaged", heal)
        except storage_errors() as exc:
            told = f"The storage cannot be read ({type(exc).__name__})."
            self.message_user(request, told, messages.ERROR)


@admin.register(Quarantined)
class QuarantinedAdmin(Desk[Quarantined]):
    """Items that could not be read: their reason and shape, never their content."""

    list_display = ("post_id", "reason", "feed", "first_seen_at", "last_seen_at")
    list_select_related = ("feed",)
    search_fields = ("post_id__exact", "reason")
    search_help_text = "A post's id, or words of the reason."
    fields = ("feed", "post_id", "reason", "shape", "first_seen_at", "last_seen_at")


@admin.register(Gap)
class GapAdmin(Desk[Gap]):
    """Stretches of which nobody can prove that we have everything; visits and files close them."""

    list_display = (
        *("feed", "state", "estimate", "after", "before", "opened_visit", "opened_at", "ended_at"),
    )
    list_filter = ("state", ("lower", admin.EmptyFieldListFilter))
    list_select_related = ("feed",)
    search_fields = ("feed__user__username__exact",)
    search_help_text = "A person's username."
    fields = (*list_display, "upper", "lower", "healed_visit")
