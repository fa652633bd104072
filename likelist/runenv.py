"""`run.env` in the data directory: what the environment leaves out, the same for every command.

Secrets are made once; what `make run` decides later (ports, addresses, socket paths) joins them.
"""

from __future__ import annotations

import base64
import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = "run.env"
HEADER = "# Written by Likelist. The environment wins over every line here. Keep SECRET_KEY and\n"
HEADER += "# TOKEN_KEYS with your backups: without TOKEN_KEYS everybody has to sign in again.\n"

# Where the stand-in Instagram is, and what is sensible only beside it. A real client id in the
# environment must not meet half of this.
SIMULATED = frozenset(
    {
        "INSTAGRAM_CLIENT_ID",
        "INSTAGRAM_CLIENT_SECRET",
        "INSTAGRAM_DIALECT",
        "INSTAGRAM_OAUTH_URL",
        "INSTAGRAM_API_URL",
        "FETCH_ALLOW_PRIVATE_HOSTS",
        "VISIT_INTERVAL_MIN",
    }
)
REAL = ("INSTAGRAM_CLIENT_ID", "INSTAGRAM_OAUTH_URL", "INSTAGRAM_API_URL")


def data_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """LIKELIST_DATA, default `var`; relative to the project, wherever the command was given."""
    return ROOT / (environ.get("LIKELIST_DATA") or "var")


def ensure(data: Path) -> dict[str, str]:
    """What stands in run.env; makes directory, file and secrets the first time.

    Of any number of commands that come at once, one makes the secrets and all see the same.
    """
    values = _read(data)
    if _complete(values):
        return values
    with _locked(data):
        values = _read(data)
        if not _complete(values):
            values = {**_secrets(), **values}
            _write(data, values)
    return values


def put(data: Path, changes: Mapping[str, str | None]) -> dict[str, str]:
    """Set the given lines (None removes one), keep the others; readers see all of it or nothing."""
    ensure(data)
    with _locked(data):
        before = _read(data)
        merged = {**before, **changes}
        values = {name: value for name, value in merged.items() if value is not None}
        if values != before:
            _write(data, values)
    return values


def load(data: Path, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What settings may use beside `environ`; {} where no run.env is. Writes nothing."""
    values = _read(data)
    if real_instagram(environ):
        return {name: value for name, value in values.items() if name not in SIMULATED}
    return values


def real_instagram(environ: Mapping[str, str]) -> bool:
    """Whether the environment names an Instagram of its own."""
    return any(
        environ.get(f"{name}{suffix}", "").strip() for name in REAL for suffix in ("", "_FILE")
    )


def _complete(values: Mapping[str, str]) -> bool:
    return bool(values.get("SECRET_KEY") and values.get("TOKEN_KEYS"))


def _secrets() -> dict[str, str]:
    # A Fernet key is 32 bytes in URL-safe base64; no need to import cryptography for that.
    fernet = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return {"SECRET_KEY": secrets.token_urlsafe(50), "TOKEN_KEYS": fernet}


def _read(data: Path) -> dict[str, str]:
    try:
        text = (data / NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _write(data: Path, values: Mapping[str, str]) -> None:
    if any("\n" in value or "\r" in value for value in values.values()):
        raise ValueError("a value in run.env is one line")
    text = HEADER + "".join(f"{name}={value}\n" for name, value in values.items())
    fresh = data / f".{NAME}.new"
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(data / NAME)


@contextmanager
def _locked(data: Path) -> Iterator[None]:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (data / f".{NAME}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
