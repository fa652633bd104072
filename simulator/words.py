"""The words authors use: read once from words.json, so that many scripts stay readable there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_WORDS: dict[str, Any] = json.loads((Path(__file__).parent / "words.json").read_text("utf-8"))

ENGLISH: dict[str, list[str]] = _WORDS["english"]
TAGS: dict[str, list[str]] = _WORDS["tags"]
EMOJI: dict[str, str] = _WORDS["emoji"]
OTHER: dict[str, list[str]] = _WORDS["other"]
THINGS: dict[str, dict[str, str]] = _WORDS["things"]
TALK: list[str] = _WORDS["talk"]
NAMES: dict[str, list[str]] = _WORDS["names"]
HANDLES: list[list[str]] = _WORDS["handles"]
PLACES: list[tuple[str, float, float]] = [tuple(one) for one in _WORDS["places"]]
