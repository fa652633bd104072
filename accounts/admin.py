"""The hall's desk: invitations, and the log of what operators did."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts import invitations
from accounts.desk import Desk
from accounts.models import Invitation

admin.site.site_header = admin.site.site_title = "Likelist"
admin.site.index_title = "The operator's desk"
# Roles by the dozen are not for this house: an operator's rights stand on their own page.
admin.site.unregister(Group)


@admin.register(Invitation)
class InvitationAdmin(Desk[Invitation]):
    """Links that let one person in; an unused one can be taken back."""

    list_display = ("created_at", "state")
    list_filter = (("used_by", admin.EmptyFieldListFilter),)
    list_select_related = ("used_by",)
    search_fields = ("used_by__username__exact",)
    search_help_text = "The username of who came with it."
    fields = ("link", "created_at", "used_by")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)

    def has_delete_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        is_used = obj is not None and obj.used_by_id is not None
        return not is_used and admin.ModelAdmin.has_delete_permission(self, request)

    def get_fields(self, request: HttpRequest, obj: Invitation | None = None) -> Any:
        return self.fields if obj else ()

    def save_model(
        self, request: HttpRequest, obj: Invitation, form: ModelForm[Invitation], change: bool
    ) -> None:
        """Whatever is asked for, an invitation is made in one way."""
        fresh = invitations.invite()
        obj.pk, obj.code, obj.created_at = fresh.pk, fresh.code, fresh.created_at

    def response_add(
        self, request: HttpRequest, obj: Invitation, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Straight to the link."""
        return HttpResponseRedirect(reverse("admin:accounts_invitation_change", args=[obj.pk]))

    @admin.display(description="sign-up link")
    def link(self, invitation: Invitation) -> str:
        return "used" if invitation.used_by_id else invitations.link(invitation)

    @admin.display(description="used by", empty_value="nobody yet", ordering="used_by")
    def state(self, invitation: Invitation) -> str | None:
        return invitation.used_by.username if invitation.used_by else None


@admin.register(LogEntry)
class LogAdmin(Desk[LogEntry]):
    """What operators did here, for good: nobody edits the log."""

    list_display = ("action_time", "user", "content_type", "object_repr", "said")
    list_filter = ("action_flag",)
    list_select_related = ("user", "content_type")
    search_fields = ("user__username__exact",)
    search_help_text = "An operator's username."
    fields = ("action_time", "user", "content_type", "object_id", "object_repr", "said")
    sortable_by = ()

    @admin.display(description="what")
    def said(self, entry: LogEntry) -> str:
        return entry.get_change_message()
