"""What a post carries, taken apart: pictures, a video, a card, another post, or two of these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_PREFIX = "app.bsky.embed."
KNOWN = frozenset({"images", "gallery", "video", "external", "record"})
_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a post carries: as its record says, and as the AppView shows it.

    `kind` is one of KNOWN, or the whole type of what nobody here knows.
    """

    kind: str
    told: Mapping[str, Any]
    shown: Mapping[str, Any]


def parts(told: object, shown: object) -> Iterator[Part]:
    """The parts of an embed; either side may be missing or nonsense."""
    one, other = mapping(told), mapping(shown)
    kind = _kind(one) or _kind(other)
    if kind == "recordWithMedia":
        yield Part("record", mapping(one.get("record")), mapping(other.get("record")))
        media, view = mapping(one.get("media")), mapping(other.get("media"))
        if inner := _kind(media) or _kind(view):
            yield Part(inner, media, view)
    elif kind:
        yield Part(kind, one, other)


def _kind(embed: Mapping[str, Any]) -> str:
    """The name of a type without its beginning and `#view`; "" when there is none."""
    name = embed.get("$type")
    if not isinstance(name, str):
        return ""
    bare = name.partition("#")[0].removeprefix(_PREFIX)
    return bare if bare in KNOWN or bare == "recordWithMedia" else name.partition("#")[0]


def mapping(value: object) -> Mapping[str, Any]:
    """An object as it is, and an empty one for anything else."""
    return value if isinstance(value, Mapping) else _NOTHING


def listed(value: object, most: int) -> list[Any]:
    """The first members of a list, none of anything else."""
    return value[:most] if isinstance(value, list) else []
