"""`make shots`: every page as a picture, light and dark, wide and narrow, and one sheet of all.

Starts engines and a simulator of its own, keeps 300 likes as a worker would, serves the pages
and looks at them with Chromium. Pictures land in `shots/`, the sheet is `shots/sheet.webp`, and
the pictures of the README `shots/showcase.webp`, `shots/doors.webp` and `shots/sources.webp`.
`--sources` takes the last one alone, `--likes` the first.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

# First of all: it starts the engines and tells Django's settings about them.
from tests import scenes  # isort: split

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.contrib.staticfiles.views import serve
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.http import HttpRequest, HttpResponseBase
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from accounts.models import User
from tests import sights, stage, standings

SHOWN = (
    ("years-wide-light", "months-wide-dark"),
    ("dialog-wide-light", "album-wide-dark"),
    ("list-wide-light", "day-wide-dark"),
    (
        "years-phone-light",
        "dialog-phone-light",
        "author-phone-light",
        "day-phone-dark",
        "list-phone-dark",
        "jumped-phone-dark",
    ),
)
DOORS = (
    ("import-wide-light", "report-wide-dark"),
    ("handle-arriving-wide-light", "border-wide-light"),
    ("export-older-wide-dark", "letter-wide-light"),
    (
        "import-phone-light",
        "report-phone-light",
        "handle-arriving-phone-dark",
        "border-phone-light",
        "imports-phone-dark",
        "sources-all-phone-light",
    ),
)
STATES = (
    ("s-lost-wide-light", "s-late-wide-dark"),
    ("s-held-wide-light", "s-ended-wide-dark"),
    ("gap-wide-light", "s-behind-wide-dark"),
    (
        "s-new-phone-light",
        "s-busy-phone-dark",
        "s-arriving-phone-light",
        "s-limited-phone-dark",
        "s-used_up-phone-light",
        "s-stuck-phone-dark",
    ),
    (
        "s-overdue-phone-light",
        "s-paused-phone-dark",
        "s-closed-phone-light",
        "s-gone-phone-dark",
        "s-no_room-phone-light",
        "s-file-phone-dark",
    ),
    (
        "s-unread-phone-light",
        "gap-phone-dark",
        "gap-open-phone-light",
        "gap-end-phone-dark",
        "s-well-phone-light",
        "s-held-phone-dark",
    ),
)
SIZES = {"wide": (1440, 900), "phone": (390, 844)}
THEMES = ("light", "dark")
STRANGER = {
    "welcome": "/",
    "signin": "/accounts/signin/",
    "handle": "/accounts/handle/bluesky/",
    "problem": "/accounts/callback/instagram/?state=forged&code=x",
}
EARLY = {"arriving": "/welcome/", "arriving-wall": "/likes/"}
PERSON = {
    "wall": "/likes/",
    "wall-older": "/likes/?before={old}",
    "month": "{month}",
    "like": "/likes/{photo}/",
    "like-album": "/likes/{album}/",
    "like-video": "/likes/{video}/",
    "search": "/likes/?q=%23nofilter",
    "nothing-found": "/likes/?q=zebra+crossing",
    "feed": "/feeds/{feed}/",
    "arrived": "/welcome/",
    "sources": "/sources/",
    "disconnect": "/sources/{source}/disconnect/",
    "settings": "/settings/",
    "password": "/settings/password/",
    "not-found": "/likes/999999/",
}
ASKED = {"import": "/sources/import/"}
HALFWAY = {"import-running": "/sources/import/"}
BROUGHT = {
    "imports": "/sources/import/",
    "report": "/sources/import/{first}/",
    "unresolved": "/sources/import/{first}/?show=unresolved",
    "border": "/likes/?before={border}",
    "mixed": "/likes/",
    "export": "/feeds/{export}/",
    "export-older": "/feeds/{export}/?before={bare}",
    "letter": "/likes/{letter}/",
    "bare": "/likes/{bare}/",
    "sources-all": "/sources/",
}
BY_HANDLE = {"handle-arriving": "/welcome/"}
BY_HANDLE_AFTER = {"handle-arrived": "/welcome/"}
NEWCOMER = {"no-source": "/likes/", "no-sources": "/sources/"}


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """A thread lives for one request, and its connection to the database no longer."""
        super().process_request_thread(request, client_address)
        connections.close_all()


class Static(StaticFilesHandler):
    """Static files from where they lie, as `runserver --insecure` does."""

    def serve(self, request: HttpRequest) -> HttpResponseBase:
        return serve(request, self.file_path(request.path), insecure=True)


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None: ...


@contextmanager
def served() -> Iterator[str]:
    """The pages on a free port."""
    server = make_server("127.0.0.1", 0, Static(WSGIHandler()), Server, Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


def cookie(user: object) -> dict[str, str]:
    """A session of `user`, as a browser's cookie."""
    client = Client()
    client.force_login(user)
    return {"name": settings.SESSION_COOKIE_NAME, "value": client.session.session_key}


def look(
    browser: Browser,
    site: str,
    pages: dict[str, str],
    who: object,
    out: Path,
    act: Callable[[Page], None] = sights.nothing,
) -> None:
    """Take every page in every size and theme."""
    for size, (width, height) in SIZES.items():
        for theme in THEMES:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme=theme,
                device_scale_factor=2 if size == "phone" else 1,
            )
            if who is not None:
                context.add_cookies([{**cookie(who), "url": site}])
            for name, path in pages.items():
                shoot(context, site + path, out / f"{name}-{size}-{theme}.png", act)
            context.close()


def shoot(context: BrowserContext, address: str, file: Path, act: Callable[[Page], None]) -> None:
    page = context.new_page()
    page.goto(address, wait_until="load")
    act(page)
    page.wait_for_timeout(400)
    page.screenshot(path=file)
    page.close()
    sys.stdout.write(f"{file}\n")


def sheet(out: Path) -> None:
    """All pictures small on one sheet: each page wide and narrow, light and dark, two in a row."""
    names = [*STRANGER, *EARLY, *PERSON, *NEWCOMER, *BY_HANDLE, *BY_HANDLE_AFTER]
    names += [*ASKED, *HALFWAY, *BROUGHT, *sights.ALL]
    height, gap, rows = 360, 16, (len(names) + 1) // 2
    widths = {"wide": 576, "phone": 166}
    page = 2 * sum(widths.values()) + 4 * gap
    paper = Image.new("RGB", (2 * page + gap, rows * (height + gap) + gap), "#8a857d")
    for place, name in enumerate(names):
        left, top = gap + place // rows * page, gap + place % rows * (height + gap)
        for size, width in widths.items():
            for theme in THEMES:
                shot = Image.open(out / f"{name}-{size}-{theme}.png").convert("RGB")
                paper.paste(shot.resize((width, height)), (left, top))
                left += width + gap
    paper.save(out / "sheet.webp", quality=80)


def showcase(out: Path, file: Path, shown: tuple[tuple[str, ...], ...]) -> None:
    """The pages worth showing first, large enough to look at."""
    height, gap = 480, 20
    wide, narrow = 768, 222
    size = (2 * wide + 3 * gap, len(shown) * (height + gap) + gap)
    paper = Image.new("RGB", size, "#8a857d")
    for row, names in enumerate(shown):
        width = wide if len(names) == 2 else narrow
        step = (paper.width - 2 * gap - width) // (len(names) - 1)
        for column, name in enumerate(names):
            shot = Image.open(out / f"{name}.png").convert("RGB")
            place = (gap + column * step, gap + row * (height + gap))
            paper.paste(shot.resize((width, height), Image.Resampling.LANCZOS), place)
    paper.save(file, quality=82)


def doors(browser: Browser, site: str, house: scenes.House, out: Path) -> None:
    """Other ways in: a handle alone, and a file that brings what no visit can."""
    crawl = house.follow(None)
    scenes.visit(crawl, pages=1, seconds=2.5)
    look(browser, site, BY_HANDLE, crawl.feed.user, out)
    scenes.visit(crawl, pages=50, seconds=120)
    look(browser, site, BY_HANDLE_AFTER, crawl.feed.user, out)
    look(browser, site, ASKED, house.person, out)
    name, content = export()
    house.bring(name, content[:-5_000])
    first = house.bring(name, content, seconds=0)
    look(browser, site, HALFWAY, house.person, out)
    house.read_on(first)
    scenes.visit(house.follow(house.person), pages=50, seconds=120)
    places = {**house.addresses(), "first": first.pk}
    pages = {name: path.format(**places) for name, path in BROUGHT.items()}
    look(browser, site, pages, house.person, out)


def export() -> tuple[str, bytes]:
    """The file that the service hands out, as large as it gets."""
    zips = stage.instagram.export_files("tess", range="all", layout="2026")
    return next(iter(zips.items()))


def likes(browser: Browser, site: str, house: scenes.House, out: Path) -> None:
    """A wall of years in all ways of looking at it, once an export was brought."""
    places, people = sights.places(house.person), User.objects.filter(pk=house.person.pk)
    for name, sight in sights.ALL.items():
        people.update(layout=User.Layout.LIST if sight.listed else User.Layout.WALL)
        look(
            browser,
            site,
            {name: sight.path.format(**places)},
            house.person,
            out,
            sight.act,
        )
    people.update(layout=User.Layout.WALL)


def states(browser: Browser, site: str, house: scenes.House, out: Path) -> None:
    """Sources in every state, each somebody's own, and what may be missing on a wall."""
    for name, make in standings.ALL.items():
        look(browser, site, {f"s-{name}": "/sources/"}, make().user, out)
    lost, unread = house.miss()
    places = {"gap": lost, "gap-open": unread, "gap-end": house.end()}
    pages = {name: f"/likes/?before={before}" for name, before in places.items()}
    look(browser, site, pages, house.person, out, sights.gap)
    showcase(out, out / "sources.webp", STATES)


def main() -> None:
    """Take all of them."""
    parser = argparse.ArgumentParser(prog="make shots", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("shots"))
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    parser.add_argument("--sources", action="store_true")
    parser.add_argument("--likes", action="store_true")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    with served() as site, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=asked.chromium, args=["--no-sandbox"])
        house = scenes.House()
        if asked.sources:
            house.visit(pages=50, seconds=240)
            states(browser, site, house, asked.out)
            return
        if asked.likes:
            house.visit(pages=50, seconds=240)
            house.bring(*export())
            likes(browser, site, house, asked.out)
            showcase(asked.out, asked.out / "showcase.webp", SHOWN)
            return
        look(browser, site, STRANGER, None, asked.out)
        house.visit(pages=3, seconds=1.5)
        look(browser, site, EARLY, house.person, asked.out)
        house.visit(pages=50, seconds=240)
        pages = {name: path.format(**house.addresses()) for name, path in PERSON.items()}
        look(browser, site, pages, house.person, asked.out)
        look(browser, site, NEWCOMER, house.newcomer, asked.out)
        doors(browser, site, house, asked.out)
        likes(browser, site, house, asked.out)
        states(browser, site, house, asked.out)
        browser.close()
    sheet(asked.out)
    showcase(asked.out, asked.out / "showcase.webp", SHOWN)
    showcase(asked.out, asked.out / "doors.webp", DOORS)


if __name__ == "__main__":
    main()
