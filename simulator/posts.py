"""Every post there ever was or will be: a function of the seed and the media id, never stored."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from simulator.authors import SUBJECTS, Author, as_author, author_of_slot
from simulator.captions import caption
from simulator.ids import OWN_BIT, SLOT_MS, created_ms, dice, media_id, shortcode
from simulator.people import Person
from simulator.places import place

_SHAPES = ((640, 640),) * 14 + (
    (640, 800),
    (640, 800),
    (640, 427),
    (1080, 1080),
    (1080, 1350),
    (1080, 720),
)
VIDEO_SHAPES = ((320, 320), (320, 320), (256, 320), (320, 256))
_TAGGED = ("b.o.b", "noor.k", "tilda", "m_anders")
_FORMATS = ("jpg",) * 24 + ("png", "webp", "webp", "gif")


@dataclass(frozen=True, slots=True)
class Member:
    """One picture or video of a post; `style` is the hand it is drawn in."""

    position: int
    kind: str
    subject: str
    width: int
    height: int
    extension: str
    poster: bool = True
    style: str = ""

    def still_height(self, width: int) -> int:
        """The height of this picture at that width."""
        return max(4, round(self.height * width / self.width))

    def video_height(self, width: int) -> int:
        """The height of this video at that width; both are multiples of sixteen."""
        return max(16, round(self.height * width / self.width / 16) * 16)


@dataclass(frozen=True, slots=True)
class Post:
    """What one media id stands for."""

    media: int
    author: Author
    kind: str
    caption: str | None
    tags: tuple[str, ...]
    place: dict[str, Any] | None
    members: tuple[Member, ...]
    hearts: int
    remarks: int
    tagged: tuple[str, ...]

    @property
    def full_id(self) -> str:
        return f"{self.media}_{self.author.upstream_id}"

    @property
    def created_at(self) -> int:
        return created_ms(self.media) // 1000


def id_of_slot(seed: str, slot: int) -> int:
    """The media id of the public post made in that slot of five minutes."""
    chance = dice(seed, "slot", slot)
    return media_id(slot * SLOT_MS + chance.randrange(SLOT_MS), chance.randrange(OWN_BIT))


def own_ids(seed: str, person: Person, before_ms: int) -> list[int]:
    """The media ids of a person's own posts, newest first."""
    chance = dice(seed, "own", person.key)
    ages = sorted(chance.uniform(2e7, 1.2e11) for _ in range(person.own_posts))
    low = OWN_BIT | (int(person.upstream_id) % OWN_BIT)
    return [media_id(int(before_ms - age), low) for age in ages]


def code_in_link(post: Post) -> str:
    """What a link calls the post; of a private account it is 28 letters longer."""
    code = shortcode(post.media)
    if not post.author.private:
        return code
    chance = dice("private", post.media)
    return code + "".join(chance.choices("ABCDEFGHIJKLMNOPabcdefghijklmnop0123456789-_", k=28))


def is_public_slot(seed: str, media: int) -> bool:
    """Whether a public post with exactly that id exists."""
    return 0 < media < 1 << 63 and id_of_slot(seed, created_ms(media) // SLOT_MS) == media


@lru_cache(maxsize=20_000)
def post(seed: str, media: int, owner: Person | None = None) -> Post:
    """The post with that id; `owner` where it is one of a person's own."""
    who = as_author(owner) if owner else author_of_slot(seed, created_ms(media) // SLOT_MS)
    chance = dice(seed, "post", media)
    subject = chance.choice(who.subjects if chance.random() < 0.7 else SUBJECTS)
    name, where = place(chance)
    text, tags = caption(chance, who, subject, name)
    kind = chance.choices(("image", "video", "carousel"), weights=(82, 6, 12))[0]
    return Post(
        media, who, kind, text, tuple(tags), where, _members(seed, media, kind, who, subject),
        hearts=int(4 + chance.paretovariate(0.7)) % 90_000, remarks=chance.randrange(40),
        tagged=tuple(chance.sample(_TAGGED, chance.choice((0, 0, 0, 1, 2)))),
    )  # fmt: skip


def _members(seed: str, media: int, kind: str, who: Author, subject: str) -> tuple[Member, ...]:
    chance = dice(seed, "members", media)
    shape = chance.choice(_SHAPES)
    if kind == "video":
        return (
            Member(0, "video", subject, *chance.choice(VIDEO_SHAPES), "jpg", style=who.upstream_id),
        )
    if kind == "image":
        return (
            Member(0, "image", subject, *shape, chance.choice(_FORMATS), style=who.upstream_id),
        )
    count = chance.choice((2, 2, 3, 3, 4, 6))
    return tuple(_part(chance, position, who, subject, shape) for position in range(count))


def _part(
    chance: random.Random, position: int, who: Author, subject: str, shape: tuple[int, int]
) -> Member:
    """A member of a carousel: now and then a video, and half of those without a poster."""
    if position and chance.random() < 0.15:
        poster = chance.random() < 0.5
        return Member(position, "video", subject, *VIDEO_SHAPES[0], "jpg", poster, who.upstream_id)
    chosen = chance.choice((subject, *who.subjects))
    return Member(position, "image", chosen, *shape, "jpg", style=who.upstream_id)
