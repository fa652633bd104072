"""Values from the environment: typed, and loud when wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured


class Env:
    """Named values, looked up in several places: the first that has the name wins.

    `NAME_FILE` names a mounted file that holds the value of `NAME`.
    """

    def __init__(self, *sources: Mapping[str, str]) -> None:
        self.sources = sources

    def has(self, name: str) -> bool:
        """Whether somebody set `name`, and not to nothing."""
        return bool(self._raw(name))

    def text(self, name: str, default: str = "") -> str:
        """`name` as it stands, without surrounding white space."""
        return self._raw(name) or default

    def flag(self, name: str, *, default: bool) -> bool:
        """`name` as a boolean: true or false, nothing else."""
        value = self.text(name, str(default)).lower()
        if value not in {"true", "false"}:
            raise ImproperlyConfigured(f"{name}={value}: use true or false.")
        return value == "true"

    def number(self, name: str, default: float, *, least: float = 0.0, most: float = 1e9) -> float:
        """`name` as a number between `least` and `most`."""
        value = self.text(name, str(default))
        try:
            number = float(value)
        except ValueError:
            raise ImproperlyConfigured(f"{name}={value}: use a number.") from None
        if not least <= number <= most:
            raise ImproperlyConfigured(f"{name}={value}: use a number from {least:g} to {most:g}.")
        return number

    def count(self, name: str, default: int, *, least: int = 0) -> int:
        """`name` as a whole number, at least `least`."""
        number = self.number(name, default, least=least)
        if number != int(number):
            raise ImproperlyConfigured(f"{name}={number}: use a whole number.")
        return int(number)

    def words(self, name: str, default: str = "") -> list[str]:
        """`name` as a list separated by commas."""
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def choice(self, name: str, default: str, options: tuple[str, ...]) -> str:
        """`name` as one of `options`."""
        value = self.text(name, default)
        if value not in options:
            raise ImproperlyConfigured(f"{name}={value}: use one of {', '.join(options)}.")
        return value

    def url(self, name: str, default: str, *, schemes: tuple[str, ...] = ("https", "http")) -> str:
        """`name` as an absolute address without a final slash."""
        value = self.text(name, default).rstrip("/")
        if value and not _is_address(value, schemes):
            raise ImproperlyConfigured(
                f"{name} is not a complete address: write it like {schemes[0]}://host:port/path."
            )
        return value

    def _raw(self, name: str) -> str:
        for source in self.sources:
            if source.get(name, "").strip():
                return source[name].strip()
            if source.get(f"{name}_FILE", "").strip():
                return _content(f"{name}_FILE", source[f"{name}_FILE"].strip())
        return ""

    def keys(self, name: str) -> list[str]:
        """`name` as a list of Fernet keys, newest first."""
        keys = self.words(name)
        for number, key in enumerate(keys, start=1):
            try:
                Fernet(key)
            except ValueError:
                raise ImproperlyConfigured(
                    f"{name}: key {number} is no Fernet key (32 bytes in URL-safe base64); make "
                    "one with: openssl rand -base64 32 | tr '+/' '-_'"
                ) from None
        return keys

    def service(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        """`name` as the address of a server, which may be a socket."""
        value = self.text(name, default)
        if value.partition("://")[0] not in schemes or "://" not in value:
            raise ImproperlyConfigured(f"{name} has to begin with {schemes[0]}://.")
        return value


def _is_address(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as exc:
        raise ImproperlyConfigured(f"{name}={path}: {exc.strerror}.") from None
