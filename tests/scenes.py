"""The people of `make shots`: whose likes arrive when told, by visits, by handle, as files."""

from __future__ import annotations

from io import BytesIO

# First of all: it starts the engines and tells Django's settings about them.
from tests import stage  # isort: split

from django.test import Client

from accounts import following, signin, upstream
from accounts.models import Connection, User
from archive.models import Feed, Like, MediaItem
from harvester import lease, plan, previews
from harvester.download import Download
from harvester.imports import job
from harvester.imports.reading import Upto
from harvester.models import Crawl, Import
from harvester.walk import Slice, walk
from providers.shapes import Account, Grant
from providers.turns import AtOnce
from tests import standings

LIKES = 1_400
HANDLE = "lina.test"


class House:
    """A person whose likes arrive when told, one who has just joined, one who types a handle."""

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
        self.crawl = first_visit(self.connection)
        self.feed = self.crawl.feed

    def visit(self, pages: int, seconds: float) -> None:
        """Read so many pages, fetch pictures for so long, make their previews."""
        visit(self.crawl, pages, seconds)

    def bring(self, name: str, content: bytes, *, seconds: float = 600) -> Import:
        """Send a file from the page for it, and read it for so long."""
        file = BytesIO(content)
        file.name = name
        browser = Client(headers={"host": "127.0.0.1"})
        browser.force_login(self.person)
        browser.post("/sources/import/", {"files": file})
        row = Import.objects.of(self.person).latest("pk")
        while job.run(row.pk, Upto(seconds)) and seconds:
            continue
        return Import.objects.get(pk=row.pk)

    def read_on(self, row: Import) -> None:
        """Read the rest of a file."""
        while job.run(row.pk, Upto()):
            continue

    def follow(self, user: User | None) -> Crawl:
        """Follow a handle; its first visit, about to start."""
        profile = following.find("bluesky", HANDLE)
        return first_visit(following.follow(user, "bluesky", profile))

    def miss(self) -> tuple[int, int]:
        """Something is lost, and something is not read yet: before which likes pages begin."""
        likes = list(Like.objects.filter(wall_feed=self.feed).newest_first())
        for state, place, estimate in (("lost", 40, 12), ("open", 62, 25)):
            standings.gap(self.feed, place, state=state, estimate=estimate)
        return likes[30].pk, likes[52].pk

    def end(self) -> int:
        """The like before which the last page of the wall begins."""
        return list(Like.objects.filter(wall_feed=self.feed).newest_first())[-8].pk

    def addresses(self) -> dict[str, object]:
        """What stands between the braces of the pages."""
        likes = list(Like.objects.of(self.person).on_wall().newest_first())
        media = MediaItem.objects.of(self.person).filter(state="stored")
        albums = media.filter(position=2)
        oldest = min(like.liked_at for like in likes[:200])
        files = Feed.objects.of(self.person).filter(connection__standing="file", on_wall=True)
        bare = Like.objects.of(self.person).on_wall().filter(media=None).newest_first()
        told = list(bare.filter(wall_feed__in=files).values_list("pk", flat=True))
        photos = media.filter(kind="image").exclude(like__in=albums.values("like"))
        return {
            "old": likes[len(likes) * 3 // 4].pk,
            "border": likes[_border(likes, set(told))].pk,
            "month": f"/likes/{oldest:%Y}/{oldest.month}/",
            "photo": photos.first().like_id,
            "album": albums.first().like_id,
            "video": media.filter(kind="video").first().like_id,
            "feed": self.feed.pk,
            "source": self.connection.pk,
            "export": getattr(files.first(), "pk", 0),
            "letter": getattr(bare.exclude(attached=[]).exclude(caption="").first(), "pk", 0),
            "bare": next(iter(told[20:21]), 0),
        }


def _border(likes: list[Like], told: set[int]) -> int:
    """Where on the wall those likes begin that only a file told of, a few rows before."""
    first = next((at for at, like in enumerate(likes) if like.pk in told), 0)
    return max(first - 14, 0)


def first_visit(connection: Connection) -> Crawl:
    """The first visit of a source, about to start."""
    feed = next(feed for feed in plan.adopt(connection) if feed.on_wall)
    return plan.open_crawl(Feed.objects.select_related("connection", "user").get(pk=feed.pk))


def visit(crawl: Crawl, pages: int, seconds: float) -> None:
    """Read so many pages of it, fetch pictures for so long, make their previews."""
    held = lease.take(crawl.pk)
    if held:
        walk(held, upto=Slice(pages=pages), after_page=lambda crawl, stored: None)
    Download(user=crawl.feed.user, seconds=seconds, impatient=True).run()
    while previews.make():
        continue
