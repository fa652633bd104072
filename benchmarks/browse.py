"""Ten million likes of ten thousand people, read by the one who has a million and one who has 500.

`python -m benchmarks.browse --likes 100000` builds fewer. What was built stays under `var/`, so
that it can be measured again without; a house whose product has more migrations gets them.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks import captions
from benchmarks.crowd import FEW, Size, build
from benchmarks.house import House, house
from benchmarks.reader import Opened, Reader, gunicorn

LIKES = 10_000_000
TIMES = 60
_LOG = "ALTER ROLE app SET log_statement = '{}'"
_SAID = re.compile(r"LOG:  statement: \s*(\w+)(.*)")
_FRAME = {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET"}
_PLACE = """
SELECT id FROM archive_like WHERE user_id = {user} AND wall_feed_id IS NOT NULL
 ORDER BY liked_at DESC, rank DESC, id DESC OFFSET {depth} LIMIT 1"""
_MONTH = """
SELECT format('/likes/%s/%s/', extract(year FROM month), extract(month FROM month))
  FROM archive_monthcount WHERE user_id = {user} ORDER BY likes DESC, month LIMIT 1"""
_AUTHOR = """
SELECT '/authors/instagram/' || author_id || '/' FROM archive_like
 WHERE user_id = {user} GROUP BY author_id ORDER BY count(*) DESC, author_id LIMIT 1"""


@dataclass(frozen=True, slots=True)
class Row:
    """A page of the table, and how many questions it asked the database."""

    name: str
    opened: Opened
    queries: int = 0


def main(likes: int = LIKES, times: int = TIMES) -> None:
    """Build what is not there yet, and read."""
    size = Size(likes)
    with house(size=0, kept=f"browse-{likes}") as home:
        if home.number("SELECT count(*) FROM accounts_user") != size.people:
            build(home, size)
        home.must("collectstatic", "--noinput", "-v", "0")
        for user, kept in ((1, size.much), (2, FEW)):
            pages = dict(_pages(home, user, kept))
            rows = _read(home, user, pages, times)
            _tell(f"{kept:,} of {likes:,} likes of {size.people:,} people", rows)


def _pages(home: House, user: int, kept: int) -> Iterator[tuple[str, str]]:
    """What is opened, by name."""
    deep = home.ask(_PLACE.format(user=user, depth=kept // 2))[0][0]
    yield "wall", "/likes/"
    yield "wall, half way down", f"/likes/?before={deep}"
    yield "month", home.ask(_MONTH.format(user=user))[0][0]
    yield "one like", f"/likes/{deep}/"
    for name, words in _SEARCHES.items():
        yield f"search: {name}", f"/likes/?q={words.replace(' ', '+')}"
    yield "search: common word, next page", f"/likes/?q={captions.COMMON}&before={deep}"
    yield "author", home.ask(_AUTHOR.format(user=user))[0][0]
    yield "on this day", "/on-this-day/"


_SEARCHES = {
    "frequent word": captions.FREQUENT,
    "common word": captions.COMMON,
    "middle word": captions.MIDDLE,
    "rare word": captions.RARE,
    "absent word": captions.ABSENT,
    "two words": f"{captions.FREQUENT} {captions.COMMON}",
    "two words never together": " ".join(captions.APART),
    "word of the oldest only": captions.CLUSTERED,
}


def _read(home: House, user: int, pages: dict[str, str], times: int) -> list[Row]:
    """Each page so often; then each once more with its queries written down."""
    with gunicorn(home) as web:
        reader = Reader(home, f"p{user}", web)
        opened = {name: reader.open(path, times) for name, path in pages.items()}
    home.ask(_LOG.format("all"))
    with gunicorn(home) as web:
        reader = Reader(home, f"p{user}", web)
        queries = {name: _queries(home, reader, path) for name, path in pages.items()}
    home.ask(_LOG.format("none"))
    return [Row(name, opened[name], queries[name]) for name in pages]


def _queries(home: House, reader: Reader, path: str) -> int:
    """Questions of one page; not whether a connection that has rested still answers."""
    reader.open(path)
    log = home.data / "logs" / "postgres.log"
    began = log.stat().st_size
    reader.open(path)
    said = _SAID.findall(log.read_bytes()[began:].decode(errors="replace"))
    asked = [word for word, rest in said if word not in _FRAME and f"{word}{rest}" != "SELECT 1"]
    # Opened twice: once for nothing.
    return len(asked) // 2


def _tell(title: str, rows: list[Row]) -> None:
    first = rows[0].opened.work
    print(f"\n{title}")
    print(
        "| page | p50 ms | p95 ms | computed, p50 | p95 | of the first | queries "
        "| tiles | pictures at once | HTML KB | compressed |\n|---" + "|--:" * 10 + "|"
    )
    for row in rows:
        page = row.opened
        if page.status != 200:
            print(f"| {row.name} | no such address yet ({page.status}) |")
            continue
        print(
            f"| {row.name} | {page.middle:.0f} | {page.slow:.0f} | {page.work:.0f} "
            f"| {page.slow_work:.0f} | {page.work / first:.2f} | {row.queries} | {page.tiles} "
            f"| {page.eager} | {page.size / 1000:.0f} | {page.packed / 1000:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--likes", type=int, default=LIKES)
    asked.add_argument("--times", type=int, default=TIMES)
    options = asked.parse_args()
    main(options.likes, options.times)
