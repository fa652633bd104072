"""Link somebody's account from the shell."""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from accounts import following, signin, upstream
from accounts.management.teaching import TeachingCommand, newcomer
from accounts.models import Connection, User
from accounts.signin import SignInRefused
from providers.errors import NeedsReauth, ProviderError, TryLater
from providers.registry import SERVICES
from providers.service import Service
from providers.shapes import Account, Grant, Profile
from providers.turns import AtOnce

_REFUSED = {
    "belongs_to_another": "@{name} at {service} is connected to somebody else's archive here.",
    "inactive": "{user} is deactivated: activate them in the admin first.",
}


class Command(TeachingCommand):
    """Connect a person's account at a service with a token that is already there."""

    help = (
        "Connect an account to a person's archive with an access token. The service is asked "
        "whose token it is; the person is created when missing (without a password). Where "
        "lists are public, a handle takes the place of the token."
    )
    examples = """
    Examples:
      manage.py connect alice --provider instagram --token - < token.txt
      pass show instagram | manage.py connect alice --provider instagram --token -
      manage.py connect alice --provider bluesky --handle ada.example.com
      manage.py crawl --user alice          (then fetch the likes now instead of soon)

    Prefer `--token -`: a token among the arguments stands in the list of processes and in the
    history of your shell. Run again with a new token to renew a connection.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", metavar="U", help="the person's username here")
        parser.add_argument("--provider", required=True, metavar="P", choices=sorted(SERVICES))
        parser.add_argument(
            "--instance", default="", metavar="URL", help="for services that have many servers"
        )
        parser.add_argument("--token", metavar="T", help="the access token; - reads standard input")
        parser.add_argument("--handle", metavar="H", help="whose public lists to follow")

    def handle(self, *args: Any, **options: Any) -> None:
        service = upstream.service(options["provider"])
        if options["instance"] and service.instance not in _hosts(options["instance"]):
            raise CommandError(
                f"{service.title} is {service.instance} here: name that, or leave --instance out."
            )
        connection = self._connected(service, options)
        self.stdout.write(
            f"@{connection.username} at {service.title} is connected to {connection.user}.",
            self.style.SUCCESS,
        )
        self.stdout.write("The next tick visits it; `crawl --user` does so now.")

    def _connected(self, service: Service, options: dict[str, Any]) -> Connection:
        if service.handles:
            # To a public list there is no other key than its owner's name.
            return _follow(options["user"], service, options["handle"] or options["token"] or "")
        if options["handle"] or options["token"] is None:
            raise CommandError(
                f"{service.title} shows its lists to their owner only: give --token."
            )
        grant = Grant(access_token=_token(options["token"]))
        return _connect(options["user"], service, grant, _profile(service, grant))


def _hosts(address: str) -> set[str]:
    """The host of an address or of a bare name, with and without its port."""
    try:
        parts = urlsplit(address.lower() if "//" in address else f"//{address.lower()}")
    except ValueError:
        return set()
    return {parts.netloc, parts.hostname or ""}


def _follow(username: str, service: Service, handle: str) -> Connection:
    """Follow a handle; nobody is created when it leads nowhere. CommandError."""
    if not handle:
        raise CommandError(f"{service.title} lists are public: give the --handle to follow.")
    try:
        profile = following.find(service.key, handle)
    except ProviderError as error:
        raise CommandError(f"{handle}: {error}") from error
    with transaction.atomic():
        return following.follow(_person(username), service.key, profile)


def _token(given: str) -> str:
    token = (sys.stdin.readline() if given == "-" else given).strip()
    if not token or not token.isascii() or not token.isprintable():
        raise CommandError("The token is empty or not a token.")
    return token


def _profile(service: Service, grant: Grant) -> Profile:
    """Whose token it is, says the service; CommandError."""
    try:
        return service.client(Account(grant=grant), turns=AtOnce()).profile()
    except NeedsReauth as error:
        raise CommandError(f"{service.title} does not accept this token: get a new one.") from error
    except TryLater as error:
        raise CommandError(f"{service.title} cannot be asked at the moment: {error}") from error
    except ProviderError as error:
        raise CommandError(f"{service.title} did not say whose token this is: {error}") from error


def _connect(username: str, service: Service, grant: Grant, profile: Profile) -> Connection:
    """Connect the account; nobody is created when that is refused. CommandError."""
    try:
        with transaction.atomic():
            return signin.connect(_person(username), service.key, grant, profile)
    except SignInRefused as refused:
        words = _REFUSED[refused.reason]
        told = words.format(name=profile.username, service=service.title, user=username)
        raise CommandError(told) from refused


def _person(username: str) -> User:
    found = User.objects.filter(username=username).first()
    return found or newcomer(username)
