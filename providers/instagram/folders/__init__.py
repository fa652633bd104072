"""Folders that gallery-dl or Instaloader left on disk: which file belongs to which post."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, groupby, islice
from pathlib import Path

from providers.files import is_below
from providers.instagram.codec import link_of, posted_at_of
from providers.instagram.folders.names import Named, is_beside, kind_of, read_name
from providers.instagram.folders.sidecars import Beside, Budget, read_caption, read_sidecar
from providers.shapes import Found, LikedPost, MediaKind

__all__ = ["InstagramFolders"]

# A post has at most 20 members, each with a poster. What calls itself one and has thousands is
# read so many at a time, with nothing kept of the ones before.
_TOGETHER = 100


@dataclass(frozen=True, slots=True)
class _Telling:
    """A medium whose post is told. `slot` is what it shares with its poster, in order."""

    name: str
    kind: MediaKind
    post: LikedPost
    position: int | None
    slot: tuple[int, str]


class InstagramFolders:
    """Reads what gallery-dl and Instaloader leave, in any layout that names its posts."""

    def read(self, folder: Path, names: Sequence[str]) -> Iterator[Found]:
        """The media among `names` whose post can be told, post by post, in an order of its own.

        `names` are paths below `folder` with slashes, sidecars among them. Nothing outside of
        `folder` is opened, nothing that is broken or hostile raises, and only what is written
        beside one post is in memory at a time. Of sidecars without end the later ones say nothing.
        Repeatable.
        """
        budget = Budget()
        told = sorted(
            (read_name(name).key, name)
            for name in set(names)
            if is_below(name) and (kind_of(name) or is_beside(name))
        )
        for _, group in groupby(told, key=lambda pair: pair[0]):
            yield from _read_group(folder, [name for _, name in group], budget)


def _read_group(folder: Path, names: list[str], budget: Budget) -> Iterator[Found]:
    """The media of names that have their key in common."""
    known = frozenset(names)
    media = ((name, kind) for name in names if (kind := kind_of(name)))
    while some := list(islice(media, _TOGETHER)):
        reader = _Reader(folder, known, budget)
        yield from _placed(reader.tell(name, kind) for name, kind in some)


class _Reader:
    """Reads each sidecar of a group once."""

    def __init__(self, folder: Path, known: frozenset[str], budget: Budget) -> None:
        self._folder = folder
        self._budget = budget
        self._known = known
        self._read: dict[str, Beside | None] = {}

    def tell(self, name: str, kind: MediaKind) -> _Telling | None:
        """The post of a medium by what is written beside it, else by its name."""
        named = read_name(name)
        own = self._first(_own_sidecars(name, named))
        beside = own or self._first(_shared_sidecars(named))
        post = beside.post if beside else _by_name(named)
        if post is None:
            return None
        position = own.position if own else _from_number(named)
        member_id = (own.member_id if own else "") or named.member_id
        slot = member_id or named.stem
        return _Telling(name, kind, self._with_words(post, named), position, (len(slot), slot))

    def _first(self, names: Iterable[str]) -> Beside | None:
        """What the first sidecar that can be read tells."""
        for name in names:
            if name in self._known and name not in self._read:
                self._read[name] = read_sidecar(self._folder, name, self._budget)
        return next((told for name in names if (told := self._read.get(name))), None)

    def _with_words(self, post: LikedPost, named: Named) -> LikedPost:
        """The post with the caption of its text file, where nothing else told one."""
        for stem in (named.stem, named.base):
            name = f"{named.directory}{stem}.txt"
            if not post.caption and name in self._known:
                post = replace(post, caption=read_caption(self._folder, name))
        return post


def _own_sidecars(name: str, named: Named) -> tuple[str, ...]:
    """Of this very medium: gallery-dl's, and Instaloader's when it is its post's only one."""
    path = named.directory + named.stem
    return f"{name}.json", f"{path}.json", f"{path}.json.xz"


def _shared_sidecars(named: Named) -> tuple[str, ...]:
    """Of all members of a carousel."""
    paths = [named.directory + stem for stem in (named.base, named.post_id) if stem]
    return tuple(f"{path}{ending}" for path in paths for ending in (".json", ".json.xz"))


def _by_name(named: Named) -> LikedPost | None:
    """A post of which only the id is known, and what an id says."""
    post_id = named.post_id
    if not post_id:
        return None
    link, posted_at = link_of(post_id), posted_at_of(post_id)
    return LikedPost(post_id, "", "", "", "", link, None, (), posted_at, None, ())


def _from_number(named: Named) -> int | None:
    return None if named.number is None else named.number - 1


def _placed(tellings: Iterable[_Telling | None]) -> Iterator[Found]:
    """Each medium at its position; what told none takes the free ones, in the order of its slot."""
    told = sorted(
        (telling for telling in tellings if telling),
        key=lambda telling: (telling.post.post_id, telling.slot, telling.name),
    )
    for _, members in groupby(told, key=lambda telling: telling.post.post_id):
        of_post = list(members)
        free = _free_positions(of_post)
        found = [_found(telling, free) for telling in of_post]
        yield from sorted(found, key=lambda found: (found.position, found.kind, found.name))


def _free_positions(tellings: list[_Telling]) -> dict[tuple[int, str], int]:
    """A position for each slot that was not told one, in order."""
    taken = {telling.position for telling in tellings}
    free = (position for position in count() if position not in taken)
    slots = sorted({telling.slot for telling in tellings if telling.position is None})
    return dict(zip(slots, free, strict=False))


def _found(telling: _Telling, free: dict[tuple[int, str], int]) -> Found:
    position = free[telling.slot] if telling.position is None else telling.position
    return Found(telling.name, telling.kind, position, telling.post)
