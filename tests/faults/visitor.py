"""A person with a browser that speaks plain HTTP."""

from __future__ import annotations

import re

import requests

from tests.faults.house import House

LONG = 30.0


class Visitor:
    """Somebody at the door of a house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.session = requests.Session()

    def sign_in(self, person: str, decision: str = "allow") -> requests.Response:
        """Through the service's consent page and back; the page that this ends on."""
        consent = self.get("/accounts/signin/instagram/")
        assert consent.url.startswith(self.house.instagram.url)
        said = {"person": person, "decision": decision}
        return self.session.post(consent.url, data=said, timeout=LONG)

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.house.site + path, timeout=LONG)

    def post(self, path: str, **said: str) -> requests.Response:
        """Send the form that stands on the page at `path`, or one that lies elsewhere."""
        page = said.pop("page", path)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(page).text)
        form = {"csrfmiddlewaretoken": token.group(1) if token else "", **said}
        headers = {"Referer": self.house.site + page}
        return self.session.post(self.house.site + path, data=form, headers=headers, timeout=LONG)

    def close(self) -> None:
        self.session.close()
