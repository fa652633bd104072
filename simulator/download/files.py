"""Which files an export has: lists in the shape of its generation, cut into numbered pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from simulator.download import gen2018, gen2021, gen2026, pages
from simulator.download.order import Order
from simulator.download.text import array, keyed, spoilt
from simulator.download.told import Row, Told

MOST_ROWS = 10_000
NO_DATA = b"You have no data in this section"
File = tuple[str, bytes]
Write = Callable[[Sequence[tuple[int, Row]]], bytes]


def lists(told: Told, order: Order) -> Iterator[list[File]]:
    """The files of likes and saved posts, each list with its pieces in order."""
    if order.layout == "2018":
        yield from _of_2018(told)
    elif order.format == "html":
        yield from _as_pages(told, order)
    elif order.layout == "2021":
        yield from _of_2021(told, order.parts)
    else:
        yield from _of_2026(told, order.parts)


def _of_2026(told: Told, parts: int) -> Iterator[list[File]]:
    top = "your_instagram_activity"
    yield _cut(f"{top}/likes/liked_posts", told.likes, parts, _likes_2026)
    yield from _old_likes(f"{top}/likes", f"{top}/story_interactions", told)
    if told.saved:
        yield [(f"{top}/saved/saved_posts.json", array(map(gen2026.saved, told.saved)))]
        collections = array(gen2026.collections(told.collections))
        yield [(f"{top}/saved/saved_collections.json", collections)]


def _of_2021(told: Told, parts: int) -> Iterator[list[File]]:
    yield _cut("likes/liked_posts", told.likes, parts, _likes_2021)
    yield from _old_likes("likes", "story_sticker_interactions", told)
    if told.saved:
        saved = keyed("saved_saved_media", map(gen2021.saved, told.saved))
        yield [("saved/saved_posts.json", saved)]
        found = keyed("saved_saved_collections", gen2021.collections(told.collections))
        yield [("saved/saved_collections.json", found)]


def _old_likes(folder: str, stories: str, told: Told) -> Iterator[list[File]]:
    """Liked comments and stories: they kept the shape of 2021."""
    if told.comments:
        comments = (gen2021.like(0, row) for row in told.comments)
        yield [(f"{folder}/liked_comments.json", keyed("likes_comment_likes", comments))]
    if told.stories:
        found = map(gen2021.story, told.stories)
        yield [(f"{stories}/story_likes.json", keyed("story_activities_story_likes", found))]


def _of_2018(told: Told) -> Iterator[list[File]]:
    likes = {
        "media_likes": gen2018.pairs(told.likes),
        "comment_likes": gen2018.pairs(told.comments),
    }
    yield [("likes.json", spoilt(likes))]
    yield [("saved.json", spoilt({"saved_media": gen2018.pairs(told.saved)}))]


def _as_pages(told: Told, order: Order) -> Iterator[list[File]]:
    new = order.layout == "2026"
    top, page = ("your_instagram_activity/", _page_2026) if new else ("", _page_2023)
    likes, saved = f"{top}likes/liked_posts", f"{top}saved/saved_posts"
    yield _cut(likes, told.likes, order.parts, partial(page, "Liked posts"), "html")
    if told.saved:
        yield _cut(saved, told.saved, 1, partial(page, "Saved posts"), "html")


def _cut(
    name: str, rows: Sequence[Row], parts: int, write: Write, ending: str = "json"
) -> list[File]:
    """A list in as many pieces as it needs, numbered when there are several."""
    if not rows:
        return [(f"{name.rpartition('/')[0]}/no-data.txt", NO_DATA)]
    count = min(len(rows), max(parts, -(-len(rows) // MOST_ROWS)))
    numbered = list(enumerate(rows))
    step = -(-len(rows) // count)
    pieces = [numbered[start : start + step] for start in range(0, len(rows), step)]
    names = [f"{name}_{number}" for number in range(1, len(pieces) + 1)]
    named = zip(names if len(pieces) > 1 else [name], pieces, strict=True)
    return [(f"{path}.{ending}", write(piece)) for path, piece in named]


def _likes_2026(rows: Sequence[tuple[int, Row]]) -> bytes:
    return array(gen2026.like(number, row) for number, row in rows)


def _likes_2021(rows: Sequence[tuple[int, Row]]) -> bytes:
    return keyed("likes_media_likes", (gen2021.like(number, row) for number, row in rows))


def _page_2026(title: str, rows: Sequence[tuple[int, Row]]) -> bytes:
    return pages.page_2026(title, (row for _, row in rows))


def _page_2023(title: str, rows: Sequence[tuple[int, Row]]) -> bytes:
    return pages.page_2023(title, (row for _, row in rows))
