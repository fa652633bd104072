"""Sentences as catalogues find them: written out, nothing put together; and English as it is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.template.loader import get_template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.translation import gettext

from tests.house import tree

# How many of what is handed over are sentences: a context and a number are none.
CALLS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "ngettext": 2, "ngettext_lazy": 2, "pgettext": 2}
CALLS |= {"pgettext_lazy": 2, "npgettext": 3, "npgettext_lazy": 3, "gettext_noop": 1}
PAGES = [page for page in tree.files(".html") if tree.name(page).startswith("templates/")]
# A capital letter, and another word behind it.
SENTENCE = re.compile(r"""["`'][A-Z][a-z]+[ .…][^"`']*["`']""")
COMMENT = re.compile(r"^\s*(//|/\*\*).*$", re.MULTILINE)


def _calls(path: Path, within: ast.AST | None = None) -> Iterator[tuple[str, list[ast.expr]]]:
    for node in ast.walk(within or tree.parsed(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            yield f"{tree.name(path)}:{node.lineno}", node.args[: CALLS[node.func.id]]


def _written(argument: ast.expr) -> str:
    return str(argument.value) if isinstance(argument, ast.Constant) else ""


def _of_pages() -> Iterator[str]:
    for page in PAGES:
        template = get_template(tree.name(page).removeprefix("templates/")).template
        for node in template.nodelist.get_nodes_by_type(TranslateNode):
            yield str(node.filter_expression.var.literal)
        for node in template.nodelist.get_nodes_by_type(BlockTranslateNode):
            for tokens in filter(None, (node.singular, node.plural)):
                yield node.render_token_list(tokens)[0]


def test_nothing_that_was_put_together_is_looked_up() -> None:
    # A name may be: of a constant that is marked where it stands.
    plain = (ast.Constant, ast.Name, ast.Attribute)
    put_together = [
        place
        for path in tree.modules()
        for place, sentences in _calls(path)
        if not all(isinstance(sentence, plain) for sentence in sentences)
    ]
    assert put_together == []


def test_nothing_is_looked_up_inside_of_an_f_string() -> None:
    # `makemessages` does not look there.
    unseen = [
        place
        for path in tree.modules()
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.JoinedStr)
        for place, _ in _calls(path, node)
    ]
    assert unseen == []


def test_no_catalogue_of_others_changes_our_english() -> None:
    calls = [call for path in tree.modules() for _, call in _calls(path)]
    ours = [*(_written(each) for call in calls for each in call), *_of_pages()]
    assert len(ours) > 100
    assert [words for words in ours if gettext(words) != words] == []


def test_scripts_have_their_sentences_from_the_page() -> None:
    said = [
        f"{tree.name(path)}: {found}"
        for path in tree.files(".js")
        for found in SENTENCE.findall(COMMENT.sub("", path.read_text()))
    ]
    assert said == []
