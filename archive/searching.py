"""Pages of what a search finds, newest first, without reading all that it finds.

A frequent word is found among the newest likes: only those are looked at. Of any other word the
index tells all likes that have it, in no order, and they are put in order. Which it is, the newest
themselves say: the planner takes it that a word is said as often in all years, and would walk over
a million likes to what is only in the oldest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, DateTimeField, ExpressionWrapper, F, QuerySet
from django.db.models import Window as Over

from archive import browse
from archive.browse import COUNTED, PAGE, Window
from archive.models import Like, Matches
from archive.models.like import LikeQuerySet

# So many of the nearest likes are looked at; and then so many, where SOME of a page was found: to
# walk on costs less than to put everything in order that the index of words tells.
NEAR, FURTHER = 2_000, 20_000
SOME = 0.15


@dataclass(frozen=True, slots=True)
class Found(Window):
    """A page of a search; `newer` leads to the first one.

    `count`: how many there are, or with `is_more` at least; None below the first page, which
    stands under its heading.
    """

    count: int | None = None
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class _Hits:
    """Ids of the nearest matches in order; how many there are, and whether that is all."""

    ids: list[int]
    count: int
    is_all: bool


NOTHING = Found([], None, None, 0)


def search(
    likes: LikeQuerySet, query: str, *, before: Like | None = None, size: int = PAGE
) -> Found:
    """The page of the likes that match a tsquery, before (older than) one of the likes."""
    hits = _hits(browse.older_than(likes, before), query, size + 1)
    by_id = likes.defer("document").in_bulk(hits.ids[:size])
    # What went between two queries is not shown.
    page = [by_id[like] for like in hits.ids[:size] if like in by_id]
    older = page[-1].pk if page and len(hits.ids) > size else None
    if before is not None:
        return Found(page, older, 0)
    is_more = not hits.is_all or hits.count > COUNTED
    return Found(page, older, None, min(hits.count, COUNTED), is_more)


def _hits(likes: LikeQuerySet, query: str, wanted: int) -> _Hits:
    """The first matches of likes in the wall's order, in up to three queries."""
    near = _near(likes, query)
    if near.is_all or len(near.ids) >= wanted:
        return near
    if len(near.ids) >= SOME * wanted:
        further = _further(likes, query, wanted)
        if len(further.ids) >= wanted:
            return further
    return _in_order(likes, query, wanted)


def _near(likes: LikeQuerySet, query: str) -> _Hits:
    walk, values = _walk(likes, query, NEAR)
    ((ids, walked),) = _asked(
        f"SELECT array_agg(pk) FILTER (WHERE hit), count(*) FROM ({walk}) near",  # noqa: S608
        values,
    )
    ids = ids or []
    return _Hits(ids, len(ids), walked < NEAR)


def _further(likes: LikeQuerySet, query: str, wanted: int) -> _Hits:
    walk, values = _walk(likes, query, FURTHER)
    rows = _asked(
        f"SELECT pk FROM ({walk}) further WHERE hit LIMIT %s",  # noqa: S608
        [*values, wanted],
    )
    return _Hits([pk for (pk,) in rows], wanted - 1, is_all=False)


def _in_order(likes: LikeQuerySet, query: str, wanted: int) -> _Hits:
    """By a time that no index is sorted by: none tempts the planner to walk."""
    time = ExpressionWrapper(F("liked_at") + timedelta(0), output_field=DateTimeField())
    matching: QuerySet[Any] = likes.filter(document__matches=query).alias(time=time)
    matching = matching.order_by("-time", "-rank", "-pk").annotate(all=Over(Count("*")))
    rows = list(matching.values_list("pk", "all")[:wanted])
    return _Hits([pk for pk, _ in rows], rows[0][1] if rows else 0, is_all=True)


def _walk(likes: LikeQuerySet, query: str, reach: int) -> tuple[str, list[Any]]:
    """The nearest likes and whether each is a hit; what is cut off is not searched by words."""
    walk = likes.annotate(hit=Matches(F("document"), query)).values("pk", "hit")[:reach]
    sql, values = walk.query.sql_with_params()
    return sql, list(values)


def _asked(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
