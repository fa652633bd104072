"""The house stays small enough to be read: sizes, first lines, nothing left half done."""

from __future__ import annotations

import ast
import re

from django.core.management import call_command

from tests.house import tree

# In words that do not set themselves off.
UNFINISHED = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "Not" + "ImplementedError")))
# A migration says what it is by its name; an empty file is a folder's mark.
NEEDS_NO_DOCSTRING = re.compile(r"/migrations/\d{4}_")


def test_no_file_of_code_is_longer_than_four_hundred_lines() -> None:
    long = {
        tree.name(path): lines
        for path in tree.files(".py", ".js", ".css", ".sh")
        if "/migrations/" not in tree.name(path)
        and (lines := path.read_text(encoding="utf-8").count("\n")) > 400
    }
    assert long == {}


def test_no_template_is_longer_than_a_hundred_and_fifty_lines() -> None:
    pages = tree.files(".html")
    assert pages
    long = [tree.name(page) for page in pages if page.read_text().count("\n") > 150]
    assert long == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        tree.name(path)
        for path in tree.files(".py")
        if path.stat().st_size
        and not NEEDS_NO_DOCSTRING.search(tree.name(path))
        and not ast.get_docstring(tree.parsed(path))
    ]
    assert silent == []


def test_every_template_says_what_it_wants() -> None:
    silent = [
        tree.name(page)
        for page in tree.files(".html")
        if tree.name(page).startswith("templates/")
        and not re.match(r"\{# wants: .+ #\}", page.read_text())
    ]
    assert silent == []


def test_nothing_is_left_for_later() -> None:
    later = [
        tree.name(path)
        for path in tree.files(".py", ".html", ".js", ".css", ".sh", ".md", "Makefile", ".yml")
        if UNFINISHED.search(path.read_text(encoding="utf-8"))
    ]
    assert later == []


def test_no_test_is_switched_off() -> None:
    off = re.compile(r"\bpytest\.(mark\.)?(skip|skipif|xfail|importorskip)\b")
    assert [tree.name(p) for p in tree.modules("tests") if off.search(p.read_text())] == []


def test_no_error_is_swallowed_that_is_not_named() -> None:
    broad = [
        f"{tree.name(path)}:{node.lineno}"
        for path in tree.modules()
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.ExceptHandler) and _is_broad(node)
    ]
    assert broad == []


def _is_broad(handler: ast.ExceptHandler) -> bool:
    """Whether it stops whatever comes; what is raised again was only tidied up after."""
    goes_on = isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None
    named = ast.unparse(handler.type) if handler.type else "BaseException"
    return not goes_on and named in {"Exception", "BaseException"}


def test_no_import_hides_inside_a_function() -> None:
    hidden = [
        f"{tree.name(path)}:{node.lineno}"
        for path in tree.modules()
        for function in ast.walk(tree.parsed(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_migrations_say_all_that_the_models_do(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
