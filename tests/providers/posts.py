"""Builders of posts as Instagram wrote them over the years; tests set only what they are about."""

from __future__ import annotations

from typing import Any

ADA = {"id": "7001", "username": "ada.draws", "full_name": "Ada D.", "profile_picture": "x"}


def rendition(name: str, width: int | None = 640, height: int | None = 640) -> dict[str, Any]:
    size = {"width": width, "height": height} if width else {}
    return {"url": f"https://cdn.example/{name}.jpg?sig=s", **size}


def images(name: str = "p") -> dict[str, Any]:
    return {
        "thumbnail": rendition(f"{name}150", 150, 150),
        "low_resolution": rendition(f"{name}320", 320, 320),
        "standard_resolution": rendition(f"{name}640", 640, 640),
    }


def videos(name: str = "v") -> dict[str, Any]:
    return {
        "low_bandwidth": rendition(f"{name}480", 480, 480),
        "low_resolution": rendition(f"{name}480b", 480, 480),
        "standard_resolution": rendition(f"{name}640", 640, 640),
    }


def make_post(**changes: Any) -> dict[str, Any]:
    """A post of 2018; a change to `...` leaves the key out."""
    post = {
        "id": "1738371053631046663_7001",
        "type": "image",
        "user": ADA,
        "created_time": "1521450000",
        "link": "https://www.instagram.com/p/Bgf70NTgAQH/",
        "filter": "Normal",
        "tags": ["dawn"],
        "caption": {"id": "1", "text": "First light #dawn", "from": ADA},
        "location": {"id": 99, "name": "The Pier", "latitude": 1.5, "longitude": -2.5},
        "user_has_liked": True,
        "likes": {"count": 3},
        "comments": {"count": 1},
        "images": images(),
        "users_in_photo": [],
        "attribution": None,
    }
    post.update(changes)
    return {key: value for key, value in post.items() if value is not ...}


def make_2011_post(**changes: Any) -> dict[str, Any]:
    """A post of 2011: numbers for ids and type, other names for sizes and people."""
    post = {
        "id": 112000321,
        "type": 1,
        "user": {"id": 42, "username": "bo", "first_name": "Bo", "last_name": "B", "type": "user"},
        "created_time": 1315000000,
        "link": None,
        "tags": [],
        "caption": None,
        "location": {"id": None, "name": None, "latitude": 1.0, "longitude": 2.0},
        "like_count": 2,
        "images": {
            "thumbnail": rendition("t", None),
            "low_resolution": rendition("l", None),
            "high_resolution": rendition("h", None),
        },
    }
    post.update(changes)
    return post
