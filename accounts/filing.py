"""What a person has of a service as files: a source like any other, but never visited."""

from __future__ import annotations

from django.db import transaction

from accounts.models import Connection, User

# One per person and service: whose account a file is from, it hardly ever says.
UPSTREAM_ID = "files"


def source_of_files(user: User, provider: str, account: str = "") -> Connection:
    """The source that a person's files of a service belong to. Safe to repeat.

    `account` is a hint at whose they are, "" when they do not say; the first one stays.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        connection, _ = Connection.objects.get_or_create(
            user=user,
            provider=provider,
            instance="",
            upstream_id=UPSTREAM_ID,
            standing=Connection.Standing.FILE,
        )
        if account and not connection.username:
            connection.username = account[:255]
            connection.save(update_fields=["username"])
    return connection
