"""The page that asks: who are you, and may this app see what you like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlencode, urlsplit

from simulator.frame import HEART, framed
from simulator.people import PEOPLE, Person

_PAGE = Template((Path(__file__).parent / "consent.html").read_text("utf-8"))
_PERSON = Template(
    '<label class="person"><input type="radio" name="person" value="$key" $checked>'
    '<img src="$avatar" alt="" width="52" height="52"><span class="name">$name'
    "<small>@$username · $about</small></span>"
    '<span class="count">$likes<small>likes</small></span></label>'
)


def consent_page(
    people: Sequence[Person], avatars: Mapping[str, str], query: Mapping[str, str]
) -> str:
    """The whole page; its form comes back to the same address with the same query."""
    main = _PAGE.substitute(
        people=choice_of_people(people, avatars),
        action=escape("/oauth/authorize/?" + urlencode(query), quote=True),
        app=escape(urlsplit(query["redirect_uri"]).netloc),
        scope=escape(", ".join(query.get("scope", "basic").split()).replace("_", " ")),
    )
    return framed("Allow access", HEART, main)


def choice_of_people(people: Sequence[Person], avatars: Mapping[str, str]) -> str:
    """A radio button for each of the people who are there from the start; the first is chosen."""
    known = {one.key for one in PEOPLE}
    shown = [one for one in people if one.key in known]
    return "\n".join(_row(one, avatars[one.key], first=one is shown[0]) for one in shown)


def _row(person: Person, avatar: str, *, first: bool) -> str:
    return _PERSON.substitute(
        key=escape(person.key, quote=True),
        checked="checked" if first else "",
        avatar=escape(avatar, quote=True),
        name=escape(person.full_name),
        username=escape(person.username),
        about=escape(person.about),
        likes=f"{person.likes:,}",
    )
