"""Every post of the sky: a function of the seed and its slot of time, never stored."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache

from simulator import words
from simulator.authors import SUBJECTS, Author
from simulator.bluesky import accounts
from simulator.bluesky.accounts import Account
from simulator.bluesky.ids import POST, micros_of, tid, uri
from simulator.captions import caption
from simulator.ids import dice
from simulator.places import place
from simulator.posts import VIDEO_SHAPES

SLOT_MS = 600_000
KINDS = {"images": 42, "text": 15, "card": 11, "quote": 9, "video": 8, "both": 8, "gallery": 5}
_SHAPES = ((800, 800), (800, 800), (800, 1000), (880, 660), (900, 600), (1280, 960))
_FORMATS = ("jpg",) * 9 + ("webp", "png")
_SEEN = ("from afar", "close by", "in the morning", "once more")
_CARD_SHAPE = (600, 315)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture or video that is kept as a blob; its name is its own in the whole sky."""

    name: str
    subject: str
    width: int
    height: int
    extension: str
    style: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A link, its words, and a picture if it has one."""

    link: str
    title: str
    text: str
    thumb: Drawing | None


@dataclass(frozen=True, slots=True)
class SkyPost:
    """One post; `kind` is one of KINDS, and "both" is a quote with pictures or a video."""

    author: Account
    rkey: str
    created_ms: int
    text: str
    tags: tuple[str, ...]
    language: str
    kind: str
    pictures: tuple[Drawing, ...] = ()
    video: Drawing | None = None
    card: Card | None = None
    quoted: str = ""

    @property
    def uri(self) -> str:
        return uri(self.author.did, POST, self.rkey)


def uri_of_slot(seed: str, slot: int) -> str:
    """The address of the post made in that slot of ten minutes."""
    who = accounts.author(seed, accounts.number_of_slot(seed, slot))
    return uri(who.did, POST, _key_of_slot(seed, slot))


def ghost_of_slot(seed: str, slot: int) -> str:
    """The address of a post that was taken away before the world began."""
    found = uri_of_slot(seed, slot)
    return found[:-1] + ("3" if found[-1] != "3" else "4")


def slot_of(seed: str, address: str) -> int | None:
    """The slot of a post's address; None when there never was such a post."""
    micros = micros_of(address.rpartition("/")[2])
    if micros is None:
        return None
    slot = micros // 1000 // SLOT_MS
    return slot if uri_of_slot(seed, slot) == address else None


@lru_cache(maxsize=20_000)
def post(seed: str, slot: int) -> SkyPost:
    """The post of that slot."""
    number = accounts.number_of_slot(seed, slot)
    who, chance = accounts.style(seed, number), dice(seed, "sky", "post", slot)
    subject = chance.choice(who.subjects if chance.random() < 0.7 else SUBJECTS)
    text, tags = caption(chance, who, subject, place(chance)[0])
    kind = chance.choices(tuple(KINDS), weights=tuple(KINDS.values()))[0]
    rkey = _key_of_slot(seed, slot)
    hand = _Hand(chance, who, subject, rkey)
    media = chance.choice(("images", "images", "video", "gallery")) if kind == "both" else kind
    return SkyPost(
        author=accounts.author(seed, number),
        rkey=rkey,
        created_ms=(micros_of(rkey) or 0) // 1000,
        text=text or "",
        tags=tuple(tags),
        language=who.language,
        kind=kind,
        pictures=hand.pictures(media),
        video=hand.video() if media == "video" else None,
        card=hand.card() if kind == "card" else None,
        quoted=_quoted(seed, slot, chance) if kind in {"quote", "both"} else "",
    )


@dataclass(slots=True)
class _Hand:
    """Draws up what one post shows."""

    chance: random.Random
    who: Author
    subject: str
    rkey: str

    def pictures(self, media: str) -> tuple[Drawing, ...]:
        if media not in {"images", "gallery"}:
            return ()
        count = self.chance.choice((1, 1, 1, 2, 3, 4) if media == "images" else (5, 6, 8, 12))
        shape = self.chance.choice(_SHAPES)
        return tuple(self._drawing(str(n), *shape, _FORMATS) for n in range(count))

    def video(self) -> Drawing:
        return self._drawing("v", *self.chance.choice(VIDEO_SHAPES), ("mp4",))

    def card(self) -> Card:
        thumb = self._drawing("t", *_CARD_SHAPE, ("jpg",)) if self.chance.random() < 0.7 else None
        link = f"https://example.org/{self.subject}/{self.chance.randrange(1000)}"
        title = self.chance.choice(words.ENGLISH[self.subject]).format(place="the coast")
        return Card(link, title, " ".join(self.chance.sample(words.TALK, 2)), thumb)

    def _drawing(self, part: str, width: int, height: int, formats: tuple[str, ...]) -> Drawing:
        subject = self.chance.choice((self.subject, *self.who.subjects))
        alt = "" if self.chance.random() < 0.25 else self._alt(subject)
        extension = self.chance.choice(formats)
        return Drawing(
            f"{self.rkey}/{part}", subject, width, height, extension, self.who.upstream_id, alt
        )

    def _alt(self, subject: str) -> str:
        """What the author says is to be seen, in the author's language."""
        if self.who.language != "en":
            return f"{words.THINGS[self.who.language][subject]} {words.EMOJI[subject]}"
        return f"{subject}, {self.chance.choice(_SEEN)} {words.EMOJI[subject]}"


def _quoted(seed: str, slot: int, chance: random.Random) -> str:
    """Something older; now and then it is gone by now."""
    older = slot - 1 - int(chance.expovariate(1 / 2000))
    write = ghost_of_slot if chance.random() < 0.12 else uri_of_slot
    return write(seed, older)


def _key_of_slot(seed: str, slot: int) -> str:
    chance = dice(seed, "sky", "slot", slot)
    return tid((slot * SLOT_MS + chance.randrange(SLOT_MS)) * 1000, chance.randrange(1024))
