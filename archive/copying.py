"""A person's own copy of a post: taken over when it is first seen, kept up to date after."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils import timezone

from archive import words
from archive.models import Feed, Like
from providers.shapes import LikedPost

COPIED = (
    "author_id",
    "author",
    "author_name",
    "caption",
    "link",
    "place",
    "latitude",
    "longitude",
    "hashtags",
    "posted_at",
    "attached",
    "hearsay",
    "heard_names",
    "is_vague",
    "gone_at",
)


def copy_post(post: LikedPost, feed: Feed, like: Like | None) -> tuple[Like, bool]:
    """The like of `post` as its service shows it, and whether it has to be written.

    What we have is never replaced by nothing: a caption that is gone upstream stays here.
    What only files told of gives way.
    """
    like, is_new = (like, False) if like else (new_like(post, feed), True)
    shown = {name: value for name, value in shown_of(post).items() if value}
    changed = {name for name, value in shown.items() if value != getattr(like, name)}
    for name in changed:
        setattr(like, name, shown[name])
    overruled = like.hearsay.keys() & shown.keys()
    like.hearsay = {name: at for name, at in like.hearsay.items() if name not in overruled}
    is_news = _note_gone(like, post)
    return like, bool(is_new or changed or overruled or is_news)


def hear(post: LikedPost, like: Like, made_at: datetime | None) -> bool:
    """Take over what a file says of a post; whether anything changed.

    What the service itself showed stays. Of several files the one made last is believed, so
    that it does not matter which of them comes first.
    """
    told_at = made_at.isoformat() if made_at else ""
    changed = _hear_name(post, like)
    for name, value in shown_of(post).items():
        here = getattr(like, name)
        if not value or (here and name not in like.hearsay):
            continue
        if not here or (told_at, str(value)) > (like.hearsay[name], str(here)):
            setattr(like, name, value)
            like.hearsay = {**like.hearsay, name: told_at}
            changed = True
    return changed


def _hear_name(post: LikedPost, like: Like) -> bool:
    name = post.author[:255]
    if not name or name in like.heard_names:
        return False
    like.heard_names = sorted([*like.heard_names, name])
    return True


def new_like(post: LikedPost, feed: Feed) -> Like:
    """A like that says nothing yet but which post it is of."""
    return Like(
        user_id=feed.user_id,
        provider=feed.connection.provider,
        post_id=post.post_id,
        is_vague=post.is_vague,
        liked_at=timezone.now(),
    )


def write_document(like: Like) -> None:
    """Fill in what a search looks at."""
    names = [like.author, like.author_name]
    tags = [f"#{tag}" for tag in like.hashtags]
    beside = [part[name] for part in like.attached for name in ("title", "text")]
    like.document = words.document(like.caption, *names, like.place, *tags, *beside)


def _note_gone(like: Like, post: LikedPost) -> bool:
    """When its service was first found not to have it; forgotten when it is there again."""
    was = like.gone_at
    like.gone_at = (was or timezone.now()) if post.is_gone else None
    return was != like.gone_at


def shown_of(post: LikedPost) -> dict[str, Any]:
    """The columns that a post fills."""
    place = post.place
    return {
        "author_id": post.author_id[:255],
        "author": post.author[:255],
        "author_name": post.author_name[:255],
        "caption": post.caption,
        "link": post.link,
        "place": place.name[:255] if place else "",
        "latitude": place.latitude if place else None,
        "longitude": place.longitude if place else None,
        "hashtags": [tag[:255] for tag in post.hashtags],
        "posted_at": post.posted_at,
        "attached": [asdict(part) for part in post.attached],
    }
