"""Whatever people paste: the handle or DID in it is found, or a sentence says there is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.bluesky import syntax
from providers.errors import NoSuchAccount
from tests.providers.bluesky.standin import ADA

ADDRESSES = [
    "ada.example",
    "@ada.example",
    "  Ada.EXAMPLE. ",
    "at://ada.example",
    "AT://ada.example/app.bsky.feed.post/3k",
    "https://bsky.app/profile/ada.example",
    "https://bsky.app/profile/ada.example/post/3k?ref=x#top",
    "http://elsewhere.social/profile/@ada.example",
    "bsky.app/profile/ada.example",
    "https://ada.example/",
    "\u202a@ada.example\u202c",
    "\u2068ada\u200b.example\u2069\ufeff",
    "\N{FULLWIDTH COMMERCIAL AT}ada\N{FULLWIDTH FULL STOP}example",
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_a_handle_is_found_in_what_was_pasted(text):
    assert syntax.typed(text) == "ada.example"


@pytest.mark.parametrize(
    ("text", "did"),
    [
        (ADA, ADA),
        (f"at://{ADA.upper()}", ADA),
        (f"https://bsky.app/profile/{ADA.replace(':', '%3A')}", ADA),
        ("did:web:ada.example", "did:web:ada.example"),
        ("did:web:localhost%3a3000", "did:web:localhost%3A3000"),
    ],
)
def test_a_did_is_found_too(text, did):
    assert syntax.typed(text) == did


def test_a_name_in_other_letters_is_spelled_as_domains_are():
    assert syntax.typed("@B\u00fccher.Example") == "xn--bcher-kva.example"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "@",
        "did:plc",
        "did:x",
        "a..example",
        "-a.example",
        "127.0.0.1",
        "2130706433",
        "ada.example:8080",
        "ada.local",
        "ada.internal",
        "ada.onion",
        "handle.invalid",
        "a" * 64 + ".example",
        "a." * 130 + "example",
        "http://[::1/profile/ada.example",
        "https://bsky.app/search?q=ada.example",
        "ada@example.com",
        "x" * 100_000,
    ],
)
def test_what_holds_no_name_is_said_to(text):
    with pytest.raises(NoSuchAccount) as caught:
        syntax.typed(text)
    assert caught.value.words.endswith(".")


@given(st.text() | st.sampled_from(ADDRESSES).map(lambda text: text.swapcase()))
def test_any_text_is_a_name_or_none(text):
    try:
        name = syntax.typed(text)
    except NoSuchAccount:
        return
    assert syntax.is_did(name) or syntax.is_handle(name)


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        "",
        "at://ada.example/app.bsky.feed.post/3k",
        f"at://{ADA}/app.bsky.feed.post",
        f"at://{ADA}/app.bsky.feed.post/..",
        f"at://{ADA}/app.bsky.feed.post/3k/4",
        f"at://{ADA}/app.bsky.feed.post/3k?x",
        f"at://{ADA}/app.bsky.feed.post/3 k",
        f"at://{ADA}/app.bsky.feed.post/3k\n",
        f"at://{ADA}/app.bsky.feed.post/" + "k" * 250,
    ],
)
def test_what_is_no_address_of_a_record_is_none(value):
    assert syntax.record(value) is None
