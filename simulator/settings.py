"""What one run is told: where it keeps its world, whom it trusts, how fast people like."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

DEMO_SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105  a stand-in guards nothing


@dataclass(frozen=True, slots=True)
class Settings:
    """The command line, typed."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 0
    seed: str = "likelist"
    rate: float = 2.0
    client_id: str = "demo"
    client_secret: str = DEMO_SECRET
    redirect_uris: tuple[str, ...] = field(default=())
    tiny: bool = False
    ratelimit: int = 5000
    warm: bool = False
