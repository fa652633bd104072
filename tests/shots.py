"""`make shots`: every page as a picture, light and dark, wide and narrow, and one sheet of all.

Starts engines and a simulator of its own, keeps 300 likes as a worker would, serves the pages
and looks at them with Chromium. Pictures land in `shots/`, the sheet is `shots/sheet.webp`, and
the picture of the README `shots/showcase.webp`.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

# First of all: it starts the engines and tells Django's settings about them.
from tests import stage  # isort: split

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.contrib.staticfiles.views import serve
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponseBase
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from accounts import signin, upstream
from accounts.models import User
from archive.models import Feed, Like, MediaItem
from harvester import lease, plan, previews
from harvester.download import Download
from harvester.walk import Slice, walk
from providers.shapes import Account, Grant
from providers.turns import AtOnce

SHOWN = (
    ("feed-wide-light", "wall-wide-dark"),
    ("like-wide-light", "like-album-wide-dark"),
    ("arriving-wide-light", "sources-wide-dark"),
    (
        "wall-phone-light",
        "like-phone-light",
        "search-phone-light",
        "arriving-phone-dark",
        "like-video-phone-dark",
        "sources-phone-dark",
    ),
)
SIZES = {"wide": (1440, 900), "phone": (390, 844)}
THEMES = ("light", "dark")
LIKES = 300
STRANGER = {
    "welcome": "/",
    "signin": "/accounts/signin/",
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
NEWCOMER = {"no-source": "/likes/", "no-sources": "/sources/"}


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


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


class House:
    """A person whose likes arrive when told, and one who has just joined."""

    def __init__(self) -> None:
        instagram = stage.instagram
        instagram.set_likes("tess", LIKES)
        grant = Grant(access_token=instagram.token("tess"))
        profile = (
            upstream.service("instagram").client(Account(grant=grant), turns=AtOnce()).profile()
        )
        self.connection = signin.connect(None, "instagram", grant, profile)
        self.person = self.connection.user
        self.newcomer = User.objects.create_user("newcomer")
        plan.adopt(self.connection)
        self.feed = Feed.objects.select_related("connection", "user").get(on_wall=True)
        self.crawl = plan.open_crawl(self.feed)

    def visit(self, pages: int, seconds: float) -> None:
        """Read so many pages, fetch pictures for so long, make their previews."""
        held = lease.take(self.crawl.pk)
        if held:
            walk(held, upto=Slice(pages=pages), after_page=lambda crawl, stored: None)
        Download(user=self.person, seconds=seconds, impatient=True).run()
        while previews.make():
            continue

    def addresses(self) -> dict[str, object]:
        """What stands between the braces of PERSON."""
        likes = list(Like.objects.of(self.person).on_wall().newest_first())
        videos = MediaItem.objects.of(self.person).filter(kind="video", state="stored")
        albums = MediaItem.objects.of(self.person).filter(position=2, state="stored")
        pictures = MediaItem.objects.of(self.person).filter(kind="image", state="stored")
        oldest = min(like.liked_at for like in likes[:200])
        return {
            "old": likes[len(likes) * 3 // 4].pk,
            "month": f"/likes/{oldest:%Y}/{oldest.month}/",
            "photo": pictures.exclude(like__in=albums.values("like")).first().like_id,
            "album": albums.first().like_id,
            "video": videos.first().like_id,
            "feed": self.feed.pk,
            "source": self.connection.pk,
        }


def cookie(user: object) -> dict[str, str]:
    """A session of `user`, as a browser's cookie."""
    client = Client()
    client.force_login(user)
    return {"name": settings.SESSION_COOKIE_NAME, "value": client.session.session_key}


def look(browser: Browser, site: str, pages: dict[str, str], who: object, out: Path) -> None:
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
                shoot(context, site + path, out / f"{name}-{size}-{theme}.png")
            context.close()


def shoot(context: BrowserContext, address: str, file: Path) -> None:
    page = context.new_page()
    page.goto(address, wait_until="load")
    page.wait_for_timeout(400)
    page.screenshot(path=file)
    page.close()
    sys.stdout.write(f"{file}\n")


def sheet(out: Path) -> None:
    """All pictures small on one sheet: a page a row, wide and narrow, light and dark."""
    names = [*STRANGER, *EARLY, *PERSON, *NEWCOMER]
    height, gap = 360, 16
    widths = [576, 576, 166, 166]
    paper = Image.new("RGB", (sum(widths) + 5 * gap, len(names) * (height + gap) + gap), "#8a857d")
    for row, name in enumerate(names):
        left = gap
        for width, (size, theme) in zip(
            widths, [(s, t) for s in SIZES for t in THEMES], strict=True
        ):
            shot = Image.open(out / f"{name}-{size}-{theme}.png").convert("RGB")
            paper.paste(shot.resize((width, height)), (left, gap + row * (height + gap)))
            left += width + gap
    paper.save(out / "sheet.webp", quality=80)


def showcase(out: Path, file: Path) -> None:
    """The pages worth showing first, large enough to look at: the picture of the README."""
    height, gap = 480, 20
    wide, narrow = 768, 222
    paper = Image.new("RGB", (2 * wide + 3 * gap, 4 * (height + gap) + gap), "#8a857d")
    for row, names in enumerate(SHOWN):
        width = wide if len(names) == 2 else narrow
        step = (paper.width - 2 * gap - width) // (len(names) - 1)
        for column, name in enumerate(names):
            shot = Image.open(out / f"{name}.png").convert("RGB")
            place = (gap + column * step, gap + row * (height + gap))
            paper.paste(shot.resize((width, height), Image.Resampling.LANCZOS), place)
    paper.save(file, quality=82)


def main() -> None:
    """Take all of them."""
    parser = argparse.ArgumentParser(prog="make shots", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("shots"))
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    with served() as site, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=asked.chromium, args=["--no-sandbox"])
        house = House()
        look(browser, site, STRANGER, None, asked.out)
        house.visit(pages=3, seconds=1.5)
        look(browser, site, EARLY, house.person, asked.out)
        house.visit(pages=50, seconds=240)
        pages = {name: path.format(**house.addresses()) for name, path in PERSON.items()}
        look(browser, site, pages, house.person, asked.out)
        look(browser, site, NEWCOMER, house.newcomer, asked.out)
        browser.close()
    sheet(asked.out)
    showcase(asked.out, asked.out / "showcase.webp")


if __name__ == "__main__":
    main()
