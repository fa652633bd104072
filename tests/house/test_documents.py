"""The documents tell the truth: what they name exists, and what exists is named."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from django.core.management import get_commands

from likelist.runenv import ROOT
from tests.house import tree

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
# Given from the beginning; everything else has to earn its place.
GIVEN = {"django", "requests", "celery", "redis", "psycopg2-binary", "django-storages"}
AGPL = "0d96a4ff68ad6d4b6f1f30f713b18d5184912ba8dd389f86aa7710db079abcb0"


def documents() -> tuple[Path, ...]:
    """Every page of text that a person reads."""
    return tree.files(".md")


def links(page: Path) -> list[str]:
    """Where the links and pictures of a page lead."""
    prose = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    return re.findall(r"\]\(([^)\s]+)\)", prose)


def anchors(page: Path) -> set[str]:
    """What a link can point at within a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-") for words in headings}


def targets() -> dict[str, str]:
    """What `make` can be asked for, in the words of its own help."""
    rules = re.findall(r"^([a-z]+):.*?## (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    return dict(rules)


def ours() -> set[str]:
    """The commands of manage.py that are ours."""
    return {name for name, app in get_commands().items() if app in tree.FLOORS}


def test_every_link_leads_somewhere() -> None:
    broken = []
    for page in documents():
        for link in links(page):
            path, _, anchor = link.partition("#")
            place = (page.parent / path).resolve() if path else page
            is_there = place.exists() and (not anchor or anchor in anchors(place))
            if not re.match(r"https?://", link) and not is_there:
                broken.append(f"{tree.name(page)} → {link}")
    assert broken == []


def test_every_file_that_is_named_exists() -> None:
    rooms = "|".join((*tree.ROOMS, "docs", "tests", "tools", "templates", "static"))
    lost = [
        f"{tree.name(page)}: {name}"
        for page in documents()
        for name in re.findall(rf"`((?:{rooms})/[\w./-]*)`", page.read_text())
        if not (ROOT / name).exists()
    ]
    assert lost == []


def test_every_command_of_make_that_is_named_exists() -> None:
    named = {
        (tree.name(page), target)
        for page in documents()
        for target in re.findall(r"(?:`|^|&& )make ([a-z]+)", page.read_text(), re.MULTILINE)
    }
    assert {target for _, target in named} >= {"run", "test", "check", "mutants"}
    assert {(page, target) for page, target in named if target not in targets()} == set()


def test_every_command_of_django_that_is_named_exists() -> None:
    known = {*get_commands(), "…"}
    named = {
        (tree.name(page), command)
        for page in documents()
        for command in re.findall(r"manage\.py ([\w…]+)", page.read_text())
    }
    assert {(page, command) for page, command in named if command not in known} == set()


def test_the_readme_shows_every_command_of_ours() -> None:
    shown = set(
        re.findall(r"^\| `manage\.py (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE)
    )
    assert shown == ours() | {"createsuperuser"}


def test_the_readme_shows_the_floors_from_the_roof_down() -> None:
    shown = re.findall(r"^\| `(\w+)/` \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert shown == list(tree.ROOMS)


def test_every_option_that_the_readme_shows_is_one() -> None:
    for line in (ROOT / "README.md").read_text().splitlines():
        if (row := re.match(r"\| `manage\.py (\w+)", line)) and row.group(1) in ours():
            (code,) = ROOT.glob(f"*/management/commands/{row.group(1)}.py")
            for option in re.findall(r"--[a-z-]+", line):
                assert f'"{option}"' in code.read_text(), (code, option)


def test_make_explains_every_command() -> None:
    rules = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(targets()) == set(rules)


def test_continuous_integration_runs_what_the_readme_says() -> None:
    run = (ROOT / ".ci" / "run").read_text()
    assert re.findall(r"\bmake ([a-z]+)", run) == ["check", "test", "faults", "mutants"]


def test_every_decision_is_short_and_complete() -> None:
    for page in DECISIONS:
        text = page.read_text()
        assert text.count("\n") <= 30, page.name
        for part in ("**Context.**", "**Decision.**", "**Consequences.**"):
            assert text.count(part) == 1, (page.name, part)


def test_decisions_are_numbered_and_listed_without_a_hole() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    for number, page in enumerate(DECISIONS, start=1):
        assert page.read_text().startswith(f"# {number}. "), page.name
    listed = links(ROOT / "docs" / "decisions" / "README.md")
    assert listed == [page.name for page in DECISIONS]


def test_every_dependency_has_earned_its_place() -> None:
    reasons = (ROOT / "docs" / "decisions" / "0006-dependencies.md").read_text().lower()
    asked = {
        match.group(1).lower()
        for path in ROOT.glob("requirements*.in")
        if (lines := path.read_text().splitlines())
        for line in lines
        if (match := re.match(r"([A-Za-z][\w-]*)", line)) and not line.startswith("types-")
    }
    assert asked > GIVEN
    assert {name for name in asked - GIVEN if not re.search(rf"\b{name}\b", reasons)} == set()


def test_requirements_are_pinned_with_hashes() -> None:
    for path in ROOT.glob("requirements*.txt"):
        pins = re.findall(r"^([A-Za-z][^\s;]*)", path.read_text(), re.MULTILINE)
        assert pins, path.name
        assert [pin for pin in pins if "==" not in pin] == [], path.name
        assert path.read_text().count("--hash=sha256:") >= len(pins), path.name


def test_the_licence_is_the_licence_to_the_letter() -> None:
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == AGPL
    assert "AGPL-3.0-or-later" in (ROOT / "README.md").read_text()


def test_the_changelog_has_a_place_for_the_next_line() -> None:
    assert "\n## [Unreleased]\n" in (ROOT / "CHANGELOG.md").read_text()


def test_documents_do_not_shout() -> None:
    loud = [
        f"{tree.name(page)}: {words}"
        for page in documents()
        for words in re.findall(r".*\w!(?:\s|$)", page.read_text())
    ]
    assert loud == []
