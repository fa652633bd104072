"""Posts and people in the exact JSON of API v1."""

from __future__ import annotations

from typing import Any

from simulator.addresses import Addresses, Wanted
from simulator.authors import Author
from simulator.ids import dice
from simulator.likes import Shelf
from simulator.people import Person
from simulator.posts import Member, Post, code_in_link

_NAMES = (("thumbnail", 150), ("low_resolution", 320), ("standard_resolution", 640))


class Payload:
    """Writes media objects with addresses on the host that was asked."""

    def __init__(self, addresses: Addresses, *, tiny: bool) -> None:
        self._addresses = addresses
        self._tiny = tiny

    def media(self, post: Post, base: str, shelf: Shelf | None) -> dict[str, Any]:
        """One post as its viewer sees it."""
        first = post.members[0]
        said: dict[str, Any] = {
            "id": post.full_id,
            "type": post.kind,
            "user": self.author(post.author, base),
            "created_time": str(post.created_at),
            "link": f"https://www.instagram.com/p/{code_in_link(post)}/",
            "filter": post.author.filter,
            "tags": list(post.tags),
            "caption": self._caption(post, base),
            "location": post.place,
            "user_has_liked": shelf is not None and post.media in shelf.posts,
            "likes": {"count": post.hearts},
            "comments": {"count": post.remarks},
            "images": self.images(post, first, base),
            "users_in_photo": _tagged(post),
            "attribution": None,
        }
        if post.kind == "video":
            said["videos"] = self.videos(post, first, base)
        if post.kind == "carousel":
            said["carousel_media"] = [self._member(post, one, base) for one in post.members]
        return said

    def author(self, who: Author, base: str) -> dict[str, Any]:
        return {
            "id": who.upstream_id,
            "username": who.username,
            "full_name": who.full_name,
            "profile_picture": self.avatar(who.upstream_id, base),
        }

    def profile(self, person: Person, own: int, base: str) -> dict[str, Any]:
        """The answer of /users/self."""
        chance = dice("counts", person.key)
        return {
            "id": person.upstream_id,
            "username": person.username,
            "full_name": person.full_name,
            "profile_picture": self.avatar(person.upstream_id, base),
            "bio": "",
            "website": "",
            "is_business": False,
            "counts": {
                "media": own,
                "follows": chance.randrange(30, 400),
                "followed_by": chance.randrange(20, 900),
            },
        }

    def avatar(self, upstream_id: str, base: str) -> str:
        return self._addresses.write(base, Wanted("a", int(upstream_id), 0, 150, "jpg"))

    def images(self, post: Post, member: Member, base: str) -> dict[str, Any]:
        """The three sizes, none larger than standard, which is what was posted."""
        sizes = {}
        for name, width in _NAMES:
            wide = member.width if name == "standard_resolution" else min(width, member.width)
            wide = max(4, wide // 40) if self._tiny else wide
            high = wide if name == "thumbnail" else member.still_height(wide)
            wanted = Wanted("s", post.media, member.position, wide, member.extension)
            sizes[name] = {
                "url": self._addresses.write(base, wanted),
                "width": wide,
                "height": high,
            }
        return sizes

    def videos(self, post: Post, member: Member, base: str) -> dict[str, Any]:
        found = {}
        halves = (("standard_resolution", 1), ("low_bandwidth", 2), ("low_resolution", 2))
        for name, part in halves:
            wide = 32 if self._tiny else member.width // part // 16 * 16
            high = member.video_height(wide)
            wanted = Wanted("v", post.media, member.position, wide, "mp4")
            url = self._addresses.write(base, wanted)
            number = str(17_900_000_000_000_000 + post.media % 10**12 * 10 + part)
            found[name] = {"url": url, "width": wide, "height": high, "id": number}
        return found

    def _member(self, post: Post, member: Member, base: str) -> dict[str, Any]:
        """A part of a carousel: it has no id, and a video may lack its poster."""
        said: dict[str, Any] = {"type": member.kind, "users_in_photo": []}
        if member.poster:
            said["images"] = self.images(post, member, base)
        if member.kind == "video":
            said["videos"] = self.videos(post, member, base)
        return said

    def _caption(self, post: Post, base: str) -> dict[str, Any] | None:
        if post.caption is None:
            return None
        return {
            "id": str(17_910_000_000_000_000 + post.media % 10**13),
            "text": post.caption,
            "created_time": str(post.created_at),
            "from": self.author(post.author, base),
        }


def _tagged(post: Post) -> list[dict[str, Any]]:
    chance = dice("tagged", post.media)
    spots = [{"x": round(chance.random(), 3), "y": round(chance.random(), 3)} for _ in post.tagged]
    pairs = zip(post.tagged, spots, strict=True)
    return [{"position": spot, "user": {"username": name}} for name, spot in pairs]
