"""What a real export holds beside likes: letters, contacts, searches. Nobody's business."""

from __future__ import annotations

from collections.abc import Iterator

from simulator import words
from simulator.download.files import File
from simulator.download.text import spoilt
from simulator.download.told import Told
from simulator.ids import dice

LETTER = "strictly between the two of us"
"""Stands in every letter: whoever finds it somewhere else has read what is private."""


def personal(told: Told, layout: str) -> File:
    """Whose export it is; the folder moved with the generations."""
    who = told.person
    if layout == "2018":
        return "profile.json", spoilt({"username": who.username, "name": who.full_name})
    said = {"Username": who.username, "Name": who.full_name, "Email": f"{who.key}@example.org"}
    profile = {
        "title": "User Information",
        "media_map_data": {},
        "string_map_data": {name: {"value": value} for name, value in said.items()},
    }
    folder = "personal_information/" * (1 if layout == "2021" else 2)
    path = f"{folder}personal_information.json"
    return path, spoilt({"profile_user": [profile]}, indent=2)


def private(told: Told, layout: str) -> Iterator[File]:
    """Letters first, as they are most of what a real one weighs."""
    top = "your_instagram_activity/" if layout == "2026" else ""
    chance = dice("letters", told.person.key)
    for number in range(4):
        other = chance.choice(words.NAMES["en"])
        folder = f"{other.split()[0].lower()}_{17_840_000_000_000_000 + number}"
        path = f"{top}messages/inbox/{folder}/message_1.json"
        yield path, spoilt(_letters(told, other), indent=2)
    yield f"{top}messages/inbox/no_name_17840/likes_and_photos.json", spoilt({"text": LETTER})
    contact = {"First Name": {"value": "Nell"}, "Contact Information": {"value": "+49 30 5550100"}}
    found = {"contacts_contact_info": [{"title": "", "string_map_data": contact}]}
    yield "connections/contacts/synced_contacts.json", spoilt(found, indent=2)
    search = {"title": "", "string_map_data": {"Search": {"value": "surprise party venues"}}}
    path = "logged_information/recent_searches/word_or_phrase_searches.json"
    yield path, spoilt({"searches_keyword": [search]}, indent=2)
    seen = {"title": "", "string_map_data": {"Author": {"value": "a_shop"}}}
    path = "ads_information/ads_and_topics/ads_viewed.json"
    yield path, spoilt({"impressions_history_ads_seen": [seen]}, indent=2)
    yield f"{top}comments/no-data.txt", b"You have no data in this section"


def _letters(told: Told, other: str) -> dict[str, object]:
    """A thread; one letter links to a post, which is no like."""
    texts = (LETTER, "see you on Thursday? 🌊", "https://www.instagram.com/p/BBBBBBBBBBB/")
    return {
        "participants": [{"name": other}, {"name": told.person.full_name}],
        "messages": [
            {
                "sender_name": other,
                "timestamp_ms": 1_700_000_000_000 + number * 61_000,
                "content": text,
            }
            for number, text in enumerate(texts)
        ],
        "title": other,
    }
