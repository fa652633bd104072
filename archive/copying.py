"""A person's own copy of a post: taken over when it is first seen, kept up to date after."""

from __future__ import annotations

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
)


def copy_post(post: LikedPost, feed: Feed, like: Like | None) -> tuple[Like, bool]:
    """The like of `post`, and whether it has to be written.

    What we have is never replaced by nothing: a caption that is gone upstream stays here.
    """
    shown = _shown(post)
    if like is None:
        like = Like(
            user_id=feed.user_id,
            provider=feed.connection.provider,
            post_id=post.post_id,
            liked_at=timezone.now(),
            **shown,
        )
        return like, True
    changed = {name for name, value in shown.items() if value and value != getattr(like, name)}
    for name in changed:
        setattr(like, name, shown[name])
    return like, bool(changed)


def write_document(like: Like) -> None:
    """Fill in what a search looks at."""
    names = [like.author, like.author_name]
    tags = [f"#{tag}" for tag in like.hashtags]
    like.document = words.document(like.caption, *names, like.place, *tags)


def _shown(post: LikedPost) -> dict[str, object]:
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
    }
