"""Every variable stands in docs/configuration.md and .env.example, and every one there is read."""

from __future__ import annotations

import re
import runpy
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from likelist.runenv import ROOT
from tests.house import tree
from tests.house.variables import NAME, SETTINGS, of_settings

DOCUMENT = (ROOT / "docs" / "configuration.md").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
# Django's and Python's own, and what one process of ours tells another.
NOT_FOR_PEOPLE = {"DJANGO_SETTINGS_MODULE", "PATH"}
# Compose's own; it decides which services there are.
OF_COMPOSE = {"COMPOSE_PROFILES"}
NOT_IN_COMPOSE = {"LIKELIST_DATA", "SIMULATOR_CLIENT_ID", "SIMULATOR_CLIENT_SECRET"}


def of_other_code() -> set[str]:
    """What the rest of the product reads from its environment."""
    asked = re.compile(r"(?:environ|told)(?:\.get\(|\[)\s*[\"']([A-Z][A-Z0-9_]+)[\"']")
    return {
        name for path in tree.modules() for name in asked.findall(path.read_text())
    } - NOT_FOR_PEOPLE


def of_compose() -> set[str]:
    """What the compose file is told."""
    return set(re.findall(r"\$\{([A-Z][A-Z0-9_]+)", (ROOT / "docker-compose.yml").read_text()))


def of_tools() -> str:
    """Everything that reads variables in other languages, and the tests."""
    files = (*tree.files("Makefile", ".sh"), *tree.modules("tests", "tools"))
    mine = Path(__file__).name
    return "\n".join(path.read_text() for path in files if path.name != mine)


def rows(*, tools: bool) -> dict[str, list[str]]:
    """The document's tables by variable: the other cells of its row."""
    product, _, rest = DOCUMENT.partition("## make, Compose and tests")
    lines = [line for line in (rest if tools else product).splitlines() if line.startswith("| `")]
    cells = [
        [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in lines
    ]
    return {first.strip("`"): others for first, *others in cells}


def examples() -> list[tuple[str, str]]:
    """The lines of .env.example, those that are commented out too."""
    return re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=(.*)$", EXAMPLE, re.MULTILINE)


def test_every_variable_of_the_product_is_documented() -> None:
    product = of_settings() - {"PORT"}
    assert product
    assert set(rows(tools=False)) == product


def test_every_other_variable_is_documented_too() -> None:
    others = (of_other_code() | of_compose()) - of_settings() | {"PORT"}
    assert others - set(rows(tools=True)) == set()


def test_nothing_is_documented_that_nobody_reads() -> None:
    read = of_settings() | of_other_code() | of_compose() | OF_COMPOSE
    text = of_tools()
    unread = [
        name
        for name in rows(tools=True)
        if name not in read and not re.search(rf"\b{name}\b", text)
    ]
    assert unread == []


def test_no_variable_is_documented_twice() -> None:
    assert set(rows(tools=True)) & set(rows(tools=False)) == set()
    named = re.findall(r"^\| `([A-Z0-9_]+)` \|", DOCUMENT, re.MULTILINE)
    assert len(named) == len(set(named))


def test_the_example_has_what_compose_and_product_read_and_nothing_else() -> None:
    read = of_settings() | of_compose() | OF_COMPOSE
    assert {name for name, _ in examples()} == read - NOT_IN_COMPOSE


def test_what_the_example_shows_is_accepted(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    demo = {name for name, value in examples() if "simulator.localhost" in value}
    assert demo == {"INSTAGRAM_OAUTH_URL", "INSTAGRAM_API_URL", "FETCH_ALLOW_PRIVATE_HOSTS"}
    # The demo block and the block before it name the same; either may be chosen.
    for name, value in examples():
        if "simulator.localhost" in value or name not in demo:
            monkeypatch.setenv(name, value)
    settings = runpy.run_path(str(SETTINGS))
    assert settings["FETCH_ALLOW_PRIVATE_HOSTS"] == {"simulator.localhost:9100"}
    assert settings["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "likes.example"]


def test_a_fresh_copy_of_the_example_needs_what_it_says_and_no_more() -> None:
    filled = dict(re.findall(r"^([A-Z][A-Z0-9_]+)=(.*)$", EXAMPLE, re.MULTILINE))
    needed = re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text())
    assert set(needed) <= set(filled)
    assert all(not filled[name] for name in needed)


def test_a_documented_default_is_the_default(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without = _plain(runpy.run_path(str(SETTINGS)))
    for name, (_, default, *_) in rows(tools=False).items():
        if literal := re.match(r"`([^`]+)`", default):
            monkeypatch.setenv(name, literal.group(1))
    assert _plain(runpy.run_path(str(SETTINGS))) == without


def test_a_documented_example_is_accepted(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, (*_, example) in rows(tools=False).items():
        value = example.strip("`")
        assert value, name
        if not value.startswith("openssl"):
            with monkeypatch.context() as alone:
                alone.setenv(name, value)
                runpy.run_path(str(SETTINGS))


def test_a_documented_limit_holds(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = {
        name: float(least.group(1))
        for name, (kind, *_) in rows(tools=False).items()
        if (least := re.search(r"≥ ([\d.]+)", kind))
    }
    assert limits
    for name, least in limits.items():
        with monkeypatch.context() as alone:
            alone.setenv(name, str(least / 2))
            with pytest.raises(ImproperlyConfigured, match=name):
                runpy.run_path(str(SETTINGS))


def _plain(settings: dict[str, object]) -> dict[str, object]:
    """The settings that a variable can change, in a form that can be compared."""
    kinds = (str, int, float, bool, list, dict, frozenset, timedelta)
    return {
        name: value
        for name, value in settings.items()
        # What says "not set" and what says the default lead to the same service.
        if NAME.fullmatch(name) and isinstance(value, kinds) and name != "UPSTREAM"
    }
