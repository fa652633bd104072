"""Which variables the settings read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from likelist.runenv import ROOT
from providers.registry import SERVICES
from tests.house import tree

SETTINGS = ROOT / "likelist" / "settings.py"
NAME = re.compile(r"[A-Z][A-Z0-9_]+")


def of_settings() -> set[str]:
    """What settings.py asks `env` for: by name, through a tuple of names, or for a service."""
    own = {name for node in ast.walk(tree.parsed(SETTINGS)) for name in _asked(node)}
    return own | {name for builder in SERVICES.values() for name in builder.variables}


def _asked(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="env")), args=[ast.Constant(value=str(name)), *_]
        ):
            yield name
        case ast.Tuple(elts=[ast.Constant(), *_] as words):
            names = [word.value for word in words if isinstance(word, ast.Constant)]
            if all(isinstance(name, str) and NAME.fullmatch(name) for name in names):
                yield from names
