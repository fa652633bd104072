"""Whatever a server of somebody's own choice sends, it costs that item and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers.answer import Reply
from providers.bluesky import syntax
from providers.bluesky.documents import read_document
from providers.bluesky.errors import error_of
from providers.bluesky.moments import moment
from providers.bluesky.parse import Liked, gone_post, read_likes, read_post, unknown_keys
from providers.errors import ProviderError
from providers.pinned import Guard
from providers.shapes import LikedPost, Rejected
from tests.providers.bluesky.standin import ADA, LIKE, POST, blob

NOW = datetime(2026, 6, 1, tzinfo=UTC)
CDN = "https://cdn.example"
THIS = Liked(0, syntax.Record(ADA, POST, "3k"), None)
WORDS = [
    *("$type", "uri", "cid", "author", "record", "embed", "images", "items", "media", "image"),
    *("ref", "$link", "alt", "aspectRatio", "width", "height", "video", "external", "thumb"),
    *("title", "text", "createdAt", "facets", "features", "tag", "tags", "subject", "value"),
    *("handle", "did", "service", "serviceEndpoint", "alsoKnownAs", "id", "thumbnail", "fullsize"),
]
NAMES = [
    *(f"app.bsky.embed.{kind}" for kind in ("images", "gallery", "video", "external", "record")),
    *("app.bsky.embed.recordWithMedia", "app.bsky.richtext.facet#tag", LIKE, POST, ADA),
    *(f"at://{ADA}/{POST}/3k", "https://a.example", "#atproto_pds", "2026-01-01T00:00:00Z"),
]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters())
    | st.sampled_from(NAMES)
    | st.just(blob(b"x"))
)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=25,
)
# Where the shape is right down to one place, that place is worth trying hard.
POSTS = st.fixed_dictionaries(
    {
        "uri": st.just(THIS.post.uri),
        "author": JSON,
        "record": st.fixed_dictionaries(
            {
                "text": LEAVES,
                "createdAt": LEAVES,
                "facets": st.lists(st.fixed_dictionaries({"features": st.lists(JSON)})) | JSON,
                "tags": JSON,
                "embed": st.dictionaries(st.sampled_from(WORDS), JSON).flatmap(
                    lambda embed: st.sampled_from(NAMES).map(lambda name: {**embed, "$type": name})
                ),
            }
        ),
        "embed": JSON,
    }
)
ROOMY = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=100)


def is_storable(text: str) -> bool:
    return "\0" not in text and text == text.encode("utf-8", "replace").decode()


def words_of(post: LikedPost) -> list[str]:
    return [
        *(post.post_id, post.author_id, post.author, post.author_name, post.caption, post.link),
        *post.hashtags,
        *(text for one in post.attached for text in (one.title, one.text, one.link)),
        *(text for source in post.media for text in (source.url, source.alt)),
    ]


@ROOMY
@given(POSTS | st.dictionaries(st.sampled_from(WORDS), JSON))
def test_any_post_is_read_or_set_aside(view):
    read = read_post(THIS, view, cdn_url=CDN, now=NOW)
    assert isinstance(read, LikedPost | Rejected)
    if isinstance(read, LikedPost):
        assert all(map(is_storable, words_of(read)))
        assert all(source.url.startswith((f"at://{ADA}/blob/", CDN)) for source in read.media)
        assert all(one.link.startswith(("https://", "http://", "")) for one in read.attached)
    unknown_keys([view], [view])


@ROOMY
@given(st.lists(JSON | st.fixed_dictionaries({"value": JSON | st.just({"subject": None})})))
def test_any_record_is_a_like_or_set_aside(records):
    read = read_likes(records, NOW)
    assert len(read) == len(records)
    assert [one.position for one in read] == list(range(len(records)))
    for like in read:
        if isinstance(like, Liked):
            assert gone_post(like).is_gone


@ROOMY
@given(JSON)
def test_any_document_is_read_or_an_error_of_ours(value):
    body = value if isinstance(value, dict) else {"service": value, "alsoKnownAs": value}
    try:
        found = read_document({**body, "id": ADA}, ADA, Guard())
    except ProviderError:
        return
    assert found.pds.startswith("https://")
    assert all(map(syntax.is_handle, found.handles))


@ROOMY
@given(st.integers(100, 599), st.dictionaries(st.sampled_from(["error", "message"]), JSON))
def test_any_answer_is_an_error_exactly_when_its_status_is(status, body):
    error = error_of(Reply(status, body, None, None), "pds.example:443")
    assert (error is None) == (status < 400)


@given(st.text() | st.from_regex(r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z"))
def test_any_text_is_a_time_in_the_past_or_none(text):
    told = moment(text, NOW)
    assert told is None or (told <= NOW and told.year >= 1999)
