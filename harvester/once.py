"""Reading a page once, however often keeping it has to be tried."""

from __future__ import annotations

from dataclasses import dataclass

from providers.service import Client
from providers.shapes import LikedPost, Page, Profile


@dataclass(slots=True)
class Once:
    """A client for one step of a walk: a page that it was given is given again."""

    client: Client
    _page: Page | None = None

    def profile(self) -> Profile:
        """As the client itself."""
        return self.client.profile()

    def page(self, kind: str, cursor: str | None) -> Page:
        """The page that the step asks for; the second time the same one."""
        if self._page is None:
            self._page = self.client.page(kind, cursor)
        return self._page

    def post(self, post_id: str, author_id: str) -> LikedPost:
        """As the client itself."""
        return self.client.post(post_id, author_id)
