"""Lists that came as files: what is there of their posts, their order by time, what it proves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection as database
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Connection, User
from archive import rollup, settle
from archive.copying import new_like
from archive.models import Entry, Feed, Like
from archive.models.feed import STRIDE
from providers.shapes import LikedPost

# The number that tells vague rows of one moment and author apart stands at the end of their id.
_ORDINAL = "substring(l.post_id from '[0-9]{1,9}$')::bigint"
_EXPLAINED = f"""
WITH named AS (
    SELECT name AS author, e.liked_at, count(*) AS rows
      FROM archive_entry e JOIN archive_like l ON l.id = e.like_id, unnest(l.heard_names) name
     WHERE e.feed_id = %(feed)s AND NOT l.is_vague GROUP BY 1, 2
)
SELECT e.id FROM archive_entry e
  JOIN archive_like l ON l.id = e.like_id AND l.is_vague
  JOIN named ON named.author = l.author AND named.liked_at = e.liked_at
 WHERE e.feed_id = %(feed)s AND {_ORDINAL} < named.rows
"""  # noqa: S608  # every part is written in this module
_ORDER = """
WITH ordered AS (
    SELECT e.id, %(stride)s * row_number() OVER (ORDER BY coalesce(
        e.liked_at, CASE WHEN l.wall_feed_id = %(feed)s THEN l.liked_at END,
        l.posted_at, e.first_seen_at), l.post_id) AS rank
      FROM archive_entry e JOIN archive_like l ON l.id = e.like_id WHERE e.feed_id = %(feed)s
)
UPDATE archive_entry e SET rank = ordered.rank
  FROM ordered WHERE e.id = ordered.id AND e.rank <> ordered.rank
"""
_FOLLOW = """
UPDATE archive_like l SET rank = e.rank
  FROM archive_entry e
 WHERE e.feed_id = %(feed)s AND e.like_id = l.id
   AND l.wall_feed_id = %(feed)s AND l.rank <> e.rank
"""


@dataclass(slots=True)
class Place:
    """A post of one list with all that is there of it already.

    `is_known`: some door has brought it into a list of this kind. `after`: the newest
    evidence of a visit that it was not liked before. `is_sharper`: its time is known better.
    """

    like: Like
    entry: Entry | None
    is_known: bool
    after: datetime | None
    posts: list[LikedPost] = field(default_factory=list)
    is_sharper: bool = False

    @property
    def is_new(self) -> bool:
        """Whether its like has no row yet."""
        return self.like._state.adding

    @property
    def said_at(self) -> datetime | None:
        """The newest time that its rows give, to the second."""
        said = (post.liked_at for post in self.posts if not post.is_rough)
        return max((at for at in said if at), default=None)

    @property
    def rough_at(self) -> datetime | None:
        """The newest time that its rows give without saying where on earth."""
        rough = (post.liked_at for post in self.posts if post.is_rough)
        return max((at for at in rough if at), default=None)


def lock(connection: Connection) -> datetime:
    """Put what is written for a person in a row, as their visits do; the database's time."""
    person = User.objects.select_for_update(no_key=True).annotate(now=Now())
    now: datetime = person.get(pk=connection.user_id).now
    return now


def places(feed: Feed, posts: Sequence[LikedPost]) -> dict[str, Place]:
    """The places of posts by id, less those vague ones that named rows explain."""
    wanted = [post for post in posts if not post.is_vague] + _unexplained(feed, posts)
    ids = {post.post_id for post in wanted}
    mine = Like.objects.filter(user_id=feed.user_id, provider=feed.connection.provider)
    likes = {like.post_id: like for like in mine.filter(post_id__in=ids).defer("document")}
    entries = _entries([like.pk for like in likes.values()])
    found: dict[str, Place] = {}
    for post in wanted:
        if post.post_id not in found:
            like = likes.get(post.post_id) or new_like(post, feed)
            found[post.post_id] = _place(feed, like, entries.get(like.pk, ()))
        found[post.post_id].posts.append(post)
    return found


def _entries(like_ids: Iterable[int]) -> Mapping[int, list[Entry]]:
    found: dict[int, list[Entry]] = {}
    for entry in Entry.objects.filter(like__in=list(like_ids)).select_related("feed"):
        found.setdefault(entry.like_id, []).append(entry)
    return found


def _place(feed: Feed, like: Like, entries: Iterable[Entry]) -> Place:
    alike = [e for e in entries if e.feed.kind == feed.kind or (feed.on_wall and e.feed.on_wall)]
    own = next((entry for entry in alike if entry.feed_id == feed.pk), None)
    visits = (entry.after for entry in alike if entry is not own)
    after = max((at for at in visits if at), default=None)
    return Place(like, own, is_known=bool(alike), after=after)


def new_entry(feed: Feed, like: Like, rank: int, made_at: datetime, now: datetime) -> Entry:
    """A place in a list that no visit reads; seen when the file was made."""
    return Entry(
        feed=feed,
        like=like,
        rank=rank,
        placed_at=now,
        first_seen_at=made_at,
        last_seen_at=made_at,
        placed_visit=0,
        last_visit=0,
    )


def _unexplained(feed: Feed, posts: Sequence[LikedPost]) -> list[LikedPost]:
    """The vague ones that no named row of the same moment and author accounts for."""
    vague = [post for post in posts if post.is_vague]
    if not vague:
        return []
    named = Entry.objects.filter(
        feed=feed, like__is_vague=False, liked_at__in={post.liked_at for post in vague}
    )
    told = named.values_list("like__heard_names", "liked_at")
    rows = Counter((name, liked_at) for names, liked_at in told for name in names)
    return [post for post in vague if _ordinal(post) >= rows[post.author, post.liked_at]]


def _ordinal(post: LikedPost) -> int:
    return int(post.post_id.rpartition(":")[2])


def explain(feed: Feed) -> None:
    """Let go of vague rows where newer exports name the very likes that they meant."""
    with database.cursor() as cursor:
        cursor.execute(_EXPLAINED, {"feed": feed.pk})
        doomed = [pk for (pk,) in cursor.fetchall()]
    if not doomed:
        return
    ids = list(Entry.objects.filter(pk__in=doomed).values_list("like", flat=True))
    _hand_on_stars(feed, ids)
    hung = Like.objects.filter(pk__in=ids, wall_feed=feed)
    rollup.move(feed.user_id, hung.values_list("liked_at", flat=True), [])
    hung.update(wall_feed=None)
    Entry.objects.filter(pk__in=doomed).delete()
    Like.objects.filter(pk__in=ids, entries=None).delete()
    Feed.objects.filter(pk=feed.pk).update(entries_count=Entry.objects.filter(feed=feed).count())


def _hand_on_stars(feed: Feed, ids: Sequence[int]) -> None:
    """The star that a person gave to a vague row goes to a like that it meant."""
    for like in Like.objects.filter(pk__in=ids, is_favourite=True):
        moments = Entry.objects.filter(feed=feed, like=like).values("liked_at")
        same = Entry.objects.filter(feed=feed, liked_at__in=moments).values("like")
        meant = Like.objects.filter(
            pk__in=same, is_vague=False, heard_names__contains=[like.author]
        )
        first = meant.filter(is_favourite=False).order_by("pk").values("pk")[:1]
        Like.objects.filter(pk__in=first).update(is_favourite=True)


def order_by_time(feed: Feed) -> None:
    """Ranks that go up with time, the same whatever came first; the wall follows."""
    with database.cursor() as cursor:
        cursor.execute(_ORDER, {"feed": feed.pk, "stride": STRIDE})
        cursor.execute(_FOLLOW, {"feed": feed.pk})


def sharpen(connection: Connection) -> None:
    """What files say of when, sharpens what visits know of everything around it.

    A list whose first visit is under way is settled when that is complete.
    """
    visited = Feed.objects.filter(
        user=connection.user_id, on_wall=True, connection__provider=connection.provider
    )
    visited = visited.exclude(connection=connection).exclude(completed_at=None)
    said = Like.objects.filter(~Q(said_at=None), wall_feed__in=visited).values("wall_feed")
    for feed in visited.filter(pk__in=said):
        settle.settle_whole(feed)
