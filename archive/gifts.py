"""Pictures that other programs left on disk, given to the likes they belong to."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from archive import media
from archive.copying import COPIED, hear, write_document
from archive.media import Verified
from archive.models import Like, MediaItem
from providers.decoder import Seen
from providers.fetch import Fetched
from providers.shapes import Found

State = MediaItem.State


def likes_of(user: User, provider: str, post_ids: Collection[str]) -> dict[str, Like]:
    """What a person has of these posts, by post id."""
    mine = Like.objects.of(user).filter(provider=provider, post_id__in=post_ids)
    return {like.post_id: like for like in mine.defer("document")}


def here(likes: Iterable[Like]) -> set[tuple[int, int, str]]:
    """Like, position and kind of the media that are stored already."""
    stored = MediaItem.objects.filter(like__in=[like.pk for like in likes], state=State.STORED)
    return set(stored.values_list("like", "position", "kind"))


def give(like: Like, found: Found, fetched: Fetched, seen: Seen) -> bool:
    """Refer to bytes that are published, in one commit; False when it was stored meanwhile.

    What the file's program noted fills the blanks of the like.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=like.user_id)
        item = _claimed(like, found)
        if item is None:
            return False
        _fill_in(like.pk, found)
        return media.refer(item.claim or uuid.uuid4(), [Verified(item, fetched, seen)]) == 1


def _claimed(like: Like, found: Found) -> MediaItem | None:
    """The medium, ours alone until the commit; who was fetching it has lost it. None: stored."""
    item, _ = MediaItem.objects.select_for_update(of=("self",)).get_or_create(
        like=like,
        position=found.position,
        kind=found.kind,
        defaults={"user_id": like.user_id, "source_url": ""},
    )
    if item.state == State.STORED:
        return None
    item.state, item.claim = State.WANTED, uuid.uuid4()
    MediaItem.objects.filter(pk=item.pk).update(
        state=item.state, claim=item.claim, claimed_until=Now()
    )
    return item


def _fill_in(like_id: int, found: Found) -> None:
    like = Like.objects.get(pk=like_id)
    if hear(found.post, like, None):
        write_document(like)
        like.save(update_fields=[*COPIED, "document"])
