"""The pages of the counter, in the dress of the consent page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template

from simulator.consent import choice_of_people
from simulator.download.order import CHOICES
from simulator.frame import ARROW, framed
from simulator.people import Person

_HERE = Path(__file__).parent
_LOOK = (_HERE / "counter.css").read_text("utf-8")
_REQUEST = Template((_HERE / "request.html").read_text("utf-8"))
_READY = Template((_HERE / "ready.html").read_text("utf-8"))
_WORDS = {
    "json": "JSON", "html": "HTML",
    "year": "Last year", "all": "All time",
    "2026": "As of 2026", "2021": "2021 to 2026", "2018": "2018 to 2020",
    "1": "One file", "2": "Two", "3": "Three",
}  # fmt: skip
_FILE = Template(
    '<li><a href="$name" download><span class="name">$shown<small>$size, one zip</small></span>'
    '<span class="save">Download</span></a></li>'
)


def request_page(people: Sequence[Person], faces: Mapping[str, str]) -> str:
    """The form: who, and what of theirs."""
    choices = {name: _options(name) for name in ("format", "range", "layout")}
    people_shown = choice_of_people(people, faces)
    return _page(_REQUEST.substitute(choices, people=people_shown, parts=_pieces()), width="wide")


def ready_page(sizes: Mapping[str, int]) -> str:
    """The files by name, with their sizes in bytes."""
    one = len(sizes) == 1
    files = "\n".join(_FILE.substitute(_file(name, size)) for name, size in sizes.items())
    words = "The link works for four days." if one else "Take all of them: each holds a part."
    head = "Your file is ready" if one else "Your files are ready"
    return _page(_READY.substitute(head=head, words=words, body=f"<ul>{files}</ul>"))


def refusal_page(sentence: str) -> str:
    """One sentence, and the way back."""
    return _page(_READY.substitute(head="That did not work", words=escape(sentence), body=""))


def _page(main: str, *, width: str = "") -> str:
    return framed("Download your information", ARROW, main, look=_LOOK, width=width)


def _file(name: str, size: int) -> dict[str, str]:
    shown = escape(name).replace("-", "-<wbr>").replace("_", "_<wbr>")
    weight = f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.0f} kB"
    return {"name": escape(name, quote=True), "shown": shown, "size": weight}


def _options(name: str) -> str:
    return "".join(f'<option value="{one}">{_WORDS[one]}</option>' for one in CHOICES[name])


def _pieces() -> str:
    checked = dict.fromkeys(CHOICES["parts"][:1], " checked")
    return "".join(
        f'<label><input type="radio" name="parts" value="{one}"{checked.get(one, "")}>'
        f"<span>{_WORDS[one]}</span></label>"
        for one in CHOICES["parts"]
    )
