"""No word of the library's pages is written past the catalogues: a pretended language shows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.template.loader import render_to_string
from django.test import Client

from accounts.models import Connection, User
from archive import origins
from archive.models import Entry, Like, MediaItem
from providers.registry import SERVICES
from tests.house import tongue
from tests.pages.conftest import NOON, Hang, feed_of, picture
from tests.pages.gaps import gap

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
# What people wrote, what others are called, and signs: none of it is ours to translate.
CONTENT = ["quux", "ada", "Ada Pix", "adapix", "alice", "a", "#sea", "sea", "Mo", "q.example"]
CONTENT += ["Likelist", "Instagram", "Bluesky", "JPEG", "MP4", "Recipes", "Paris", *"fizgdlhsmr"]
CARD = {"kind": "link", "title": "quux", "text": "quux", "link": "https://q.example/1"}
Left = Callable[..., list[str]]


@pytest.fixture
def left(as_alice: Client, monkeypatch: pytest.MonkeyPatch) -> Left:
    """What stays as it is on a page that alice looks at, whatever language she reads."""

    def left_on(path: str, *, status: int = 200, **how: object) -> list[str]:
        with monkeypatch.context() as patch:
            tongue.speak(patch)
            response = as_alice.get(path, **how)  # type: ignore[arg-type]
        assert response.status_code == status
        html = response.content.decode()
        assert tongue.OPEN in html
        return tongue.untranslated(html, [*CONTENT, *_hashes()])

    return left_on


def _hashes() -> list[str]:
    return [item.blob_id[:12] for item in MediaItem.objects.all() if item.blob_id]


@pytest.fixture
def likes(hang: Hang, alice: User) -> list[Like]:
    """One like of every kind, oldest first, over several months, with gaps between them."""
    filed = feed_of(alice, standing="file")
    every = {"caption": "quux", "author_id": "17", "author_name": "Ada Pix", "posted_at": NOON}
    bare = every | {"caption": ""}
    kinds = [
        every,
        every
        | {"gone_at": NOON, "place": "Paris", "hashtags": ["sea"], "link": "https://q.example/"},
        bare | {"gone_at": NOON},
        bare | {"gone_at": NOON, "author": "", "author_id": ""},
        bare,
        bare | {"author": "", "author_id": ""},
        bare | {"is_vague": True, "is_exact": True, "feed": filed, "link": "https://q.example/"},
        every | {"is_exact": True},
        every | {"is_exact": True, "feed": filed},
        every | {"attached": [CARD, CARD | {"kind": "quote", "title": "Mo"}]},
        every | {"attached": ["no card"]},
        every | {"liked_after": NOON},
        every | {"liked_before": NOON},
        every | {"liked_after": NOON - DAY, "liked_before": NOON},
        every | {"liked_after": NOON, "liked_before": NOON + timedelta(seconds=1)},
        every | {"liked_after": NOON - 99 * DAY, "liked_before": NOON},
        every | {"heard_names": ["adapix"]},
    ]
    return [hang(**kind, liked_at=NOON + 9 * place * DAY) for place, kind in enumerate(kinds)]


@pytest.fixture
def pictured(hang: Hang) -> list[Like]:
    """Likes with every kind of picture and video, in every state."""
    found: list[Like] = []
    for kind in MediaItem.Kind:
        for state in MediaItem.State:
            like = hang(caption="quux", posted_at=None, gone_at=NOON)
            picture(like, kind=kind, state=state, is_copy=True)
            found.append(like)
    for like in found[:2]:
        picture(like, position=1)
    spoilt = [hang(caption="quux") for _ in range(2)]
    for like, kind in zip(spoilt, MediaItem.Kind, strict=True):
        item = picture(like, kind=kind)
        assert item.blob
        type(item.blob).objects.filter(pk=item.blob_id).update(previews=7, colour="#zzzzzz")
    return found + spoilt


@pytest.mark.parametrize("layout", ["wall", "list"])
def test_every_word_of_the_wall_can_be_translated(left, likes, pictured, alice, layout):
    User.objects.update(layout=layout)
    gap(likes[0])
    gap(likes[4], likes[2], estimate=1)
    gap(likes[8], likes[7], estimate=12, state="open")
    for upper in (9, 10, 11, 12):
        gap(likes[upper + 1], likes[upper])
    arriving = likes[-1]
    Like.objects.filter(pk=arriving.pk).update(liked_at=NOON + 900 * DAY)
    alice.feeds.update(completed_at=NOON, entries_count=len(likes))
    assert left("/likes/") == []
    Like.objects.filter(pk=arriving.pk).update(is_settled=False)
    Connection.objects.update(state=Connection.State.DISCONNECTED)
    assert left("/likes/") == []
    assert left("/likes/?at=2014-06") == []
    assert left("/likes/2014/6/") == []
    assert left(f"/likes/?before={likes[9].pk}&load=9", headers={"HX-Request": "true"}) == []
    assert left(f"/likes/fresh/?after={likes[3].pk}") == []
    assert [left(f"/feeds/{feed.pk}/") for feed in alice.feeds.all()] == [[], []]


def test_every_word_about_a_like_can_be_translated(left, likes, pictured, alice):
    saved, seen = feed_of(alice, kind="saved"), {"first_seen_at": NOON, "last_seen_at": NOON}
    place = {"placed_at": NOON, "placed_visit": 1, "last_visit": 1, "rank": 1}
    Entry.objects.create(feed=saved, like=likes[0], **seen, **place)
    Like.objects.filter(pk=likes[4].pk).update(is_settled=False)
    Like.objects.filter(pk=likes[10].pk).update(provider="nowhere")
    found = {like.pk: left(f"/likes/{like.pk}/") for like in (*likes, *pictured)}
    assert {pk: words for pk, words in found.items() if words} == {}


def test_every_word_of_an_author_a_day_and_a_search_can_be_translated(left, likes):
    today = datetime.now(UTC)
    for years in (1, 3):
        last = today.replace(year=today.year - years, day=min(today.day, 28))
        Like.objects.filter(pk=likes[years].pk).update(liked_at=last, is_exact=True)
    for path in (
        "/authors/instagram/17/",
        f"/authors/instagram/17/?before={likes[9].pk}",
        "/on-this-day/",
        f"/on-this-day/?day={today:%m}-{min(today.day, 28):02d}",
        "/on-this-day/?day=05-14",
        "/on-this-day/?day=01-17",
        "/likes/?q=quux",
        f"/likes/?q=quux&before={likes[9].pk}",
        "/likes/?q=sea+adapix",
    ):
        assert (path, left(path)) == (path, [])


def test_every_word_of_an_empty_wall_can_be_translated(left, alice):
    assert left("/likes/") == []
    feed = feed_of(alice)
    assert left("/likes/") == []
    assert left(f"/feeds/{feed.pk}/") == []
    alice.feeds.update(completed_at=NOON)
    assert left("/likes/") == []


def test_every_word_beside_the_wall_can_be_translated(left):
    assert left("/keys/") == []
    assert left("/likes/date/") == []
    assert left("/likes/date/?on=never", status=400) == []
    assert left("/likes/0/", status=404) == []


# The 500 page stands alone, without a single tag: looking words up may be what broke.
@pytest.mark.parametrize("page", ["400", "403", "404", "429", "offline"])
def test_every_word_of_a_page_about_trouble_can_be_translated(page, monkeypatch):
    tongue.speak(monkeypatch)
    assert tongue.untranslated(render_to_string(f"{page}.html"), CONTENT) == []


def test_every_list_of_a_service_has_a_name_that_can_be_translated():
    kinds = {kind.title for service in SERVICES.values() for kind in service.kinds.values()}
    assert kinds == set(origins.LISTS)


def test_the_pretended_language_shows_what_was_written_past_it():
    page = '<p title="a hint">⟦One <b>whole</b> sentence⟧ of ada<i data-says="Now">7</i><svg/>x</p>'
    assert tongue.untranslated(page, ["ada"]) == ["a hint", "of ada", "Now", "x"]
    with pytest.raises(AssertionError, match="open at the end"):
        tongue.untranslated("<p>⟦Cut short</p>")
