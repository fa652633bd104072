"""Commands that teach: examples under their help, one sentence when something is wrong."""

from __future__ import annotations

import argparse
from textwrap import dedent
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.management.base import DjangoHelpFormatter as OptionsInOrder

from accounts.models import User


class Formatter(OptionsInOrder, argparse.RawDescriptionHelpFormatter):
    """Keeps the line breaks of the examples."""


class TeachingCommand(BaseCommand):
    """A command of this house; `examples` stand at the end of its help."""

    examples = ""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Django's parser with the examples under it."""
        shown = {"epilog": dedent(self.examples).strip(), "formatter_class": Formatter}
        return super().create_parser(prog_name, subcommand, **{**shown, **kwargs})


def person(username: str) -> User:
    """Whom a command is about; CommandError when there is nobody of that name."""
    found = User.objects.filter(username=username).first()
    if found is None:
        raise CommandError(f"Nobody here is called {username!r}.")
    return found


def newcomer(username: str) -> User:
    """A new person of that name, without a password; CommandError when it cannot be one."""
    user = User(username=username)
    user.set_unusable_password()
    try:
        user.full_clean()
    except ValidationError as error:
        raise CommandError(f"{username!r} cannot be a username: {error.messages[0]}") from error
    user.save()
    return user
