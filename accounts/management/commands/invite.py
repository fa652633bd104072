"""Let one more person in."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from accounts import invitations
from accounts.management.teaching import TeachingCommand

_MEANWHILE = {
    "open": "SIGNUPS=open: for now anybody may join, with or without this link.",
    "closed": "SIGNUPS=closed: nobody can use this link until SIGNUPS=invite.",
}


class Command(TeachingCommand):
    """Print a link with which one person can join."""

    help = "Print a link with which one person can join this house, once."
    examples = """
    Example:
      manage.py invite       (send the printed link to whom you want here)

    Links matter while SIGNUPS=invite. Unused ones can be taken back in the admin.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(invitations.link(invitations.invite()))
        if settings.SIGNUPS in _MEANWHILE:
            self.stderr.write(_MEANWHILE[settings.SIGNUPS], self.style.WARNING)
