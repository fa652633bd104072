"""What an archive ought to hold: every like in order, with all that belongs to it."""

from __future__ import annotations

from typing import Any

from simulator.ids import shortcode
from simulator.likes import Like
from simulator.media import Media
from simulator.people import Person
from simulator.posts import Member
from simulator.world import World


class Truth:
    """The world as nobody upstream would tell it."""

    def __init__(self, world: World, media: Media, *, tiny: bool) -> None:
        self._world = world
        self._media = media
        self._tiny = tiny

    def of(self, person: Person, *, hashes: bool) -> dict[str, Any]:
        """All likes newest first, the window, and what was un-liked or deleted."""
        with self._world.lock:
            shelf = self._world.shelf(person)
            rows, gone = shelf.rows[::-1], list(shelf.gone)
            window = shelf.window()[::-1]
            deleted = {
                row.media: self._world.deleted[row.media]
                for row in rows
                if row.media in self._world.deleted
            }
        shown = {row.like for row in window}
        return {
            "person": self.card(person),
            "likes": [
                self._said(row, hashes=hashes) | {"in_window": row.like in shown}
                for row in rows
                if row.media not in deleted
            ],
            "window": [str(row.media) for row in window if row.media not in deleted],
            "unliked": [self._said(row, hashes=False) | {"at": at / 1000} for row, at in gone],
            "deleted": [
                self._said(row, hashes=False) | {"at": deleted[row.media] / 1000}
                for row in rows
                if row.media in deleted
            ],
        }

    def card(self, person: Person) -> dict[str, Any]:
        """A person in short."""
        shelf = self._world.shelf(person)
        return {
            "key": person.key,
            "id": person.upstream_id,
            "username": person.username,
            "full_name": person.full_name,
            "likes": len(shelf.rows),
            "private": person.private,
        }

    def _said(self, row: Like, *, hashes: bool) -> dict[str, Any]:
        post = self._world.any_post(row.media)
        if post is None:
            return {"post_id": str(row.media), "liked_at": row.liked_ms / 1000}
        return {
            "post_id": str(row.media),
            "like_id": str(row.like),
            "author": post.author.username,
            "author_id": post.author.upstream_id,
            "caption": post.caption,
            "tags": list(post.tags),
            "place": post.place,
            "posted_at": post.created_at,
            "liked_at": row.liked_ms / 1000,
            "link": f"https://www.instagram.com/p/{shortcode(row.media)}/",
            "kind": post.kind,
            "media": [said for one in post.members for said in self._files(row.media, one, hashes)],
        }

    def _files(self, media: int, member: Member, hashes: bool) -> list[dict[str, Any]]:
        """The largest image and video of a member; a video's image is its poster."""
        files: list[dict[str, Any]] = []
        if member.kind == "video":
            width = 32 if self._tiny else member.width
            files.append({"kind": "video", "position": member.position})
            if hashes:
                files[0]["sha256"] = self._media.sha256(media, member, width, "v")
        if member.poster:
            width = max(4, member.width // 40) if self._tiny else member.width
            files.append({"kind": "image", "position": member.position})
            if hashes:
                files[-1]["sha256"] = self._media.sha256(media, member, width, "s")
        return files
