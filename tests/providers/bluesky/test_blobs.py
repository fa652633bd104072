"""The bytes of a blob: the original first, proven by its name; a copy only when asked on."""

from __future__ import annotations

import hashlib

import pytest

from providers.bluesky.blobs import Blobs, address_of, sha256_of
from providers.bluesky.documents import Documents
from providers.bluesky.xrpc import Xrpc
from providers.errors import Gone, ProviderError, Refused, TryLater, Unexpected
from providers.fetch import Fetcher
from providers.http import Wire
from providers.shapes import Whereabouts
from tests.providers import pictures
from tests.providers.bluesky.standin import ADA, cid_of, document, wrong
from tests.providers.servers import Answer

HELLO = "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq"


def test_a_content_id_says_what_its_bytes_hash_to():
    assert cid_of(b"hello") == HELLO
    assert sha256_of(HELLO) == hashlib.sha256(b"hello").hexdigest()


@pytest.mark.parametrize(
    "cid",
    [
        "",
        "b",
        "bafkreibm6jg3ux5qumhcn2b3",
        "bafyreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq",
        "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPbdG",
        "z" + HELLO[1:],
        HELLO + "aa",
        "b1111111",
        "bé",
    ],
)
def test_an_id_that_says_it_otherwise_proves_nothing(cid):
    assert sha256_of(cid) == ""


def original(pds, data=b"hello"):
    url = (
        f"{pds.url}/xrpc/com.atproto.sync.getBlob?did={ADA.replace(':', '%3A')}&cid={cid_of(data)}"
    )
    host = pds.url.removeprefix("http://")
    return Whereabouts(url, hashlib.sha256(data).hexdigest(), host=host)


def copy(network, data=b"hello"):
    url = f"{network.cdn.url}/img/feed_fullsize/plain/{ADA}/{cid_of(data)}@jpeg"
    return Whereabouts(url, is_copy=True)


def test_the_original_comes_first_then_a_copy(bluesky, network):
    found = list(bluesky.whereabouts(address_of(ADA, HELLO)))
    assert found == [original(network.home), copy(network)]


def test_a_copy_is_thought_of_only_when_asked_on(bluesky, network):
    assert next(bluesky.whereabouts(address_of(ADA, HELLO))) == original(network.home)
    assert network.home.heard == network.cdn.heard == []


def test_there_is_no_copy_of_a_video(bluesky, network):
    address = address_of(ADA, HELLO, is_video=True)
    assert list(bluesky.whereabouts(address)) == [original(network.home)]


@pytest.mark.parametrize(
    "cid",
    [
        "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPbdG",
        "bafyreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq",
    ],
)
def test_where_no_original_can_be_proven_there_is_only_the_copy(bluesky, network, cid):
    url = f"{network.cdn.url}/img/feed_fullsize/plain/{ADA}/{cid}@jpeg"
    assert list(bluesky.whereabouts(address_of(ADA, cid))) == [Whereabouts(url, is_copy=True)]
    with pytest.raises(Refused):
        list(bluesky.whereabouts(address_of(ADA, cid, is_video=True)))
    assert network.plc.heard == network.home.heard == []


def test_what_follows_the_question_mark_may_get_lost(bluesky, network):
    address = address_of(ADA, HELLO, is_video=True).partition("?")[0]
    assert next(bluesky.whereabouts(address)) == original(network.home)


def test_an_address_of_the_web_is_itself(bluesky, network):
    url = "https://video.bsky.app/watch/thumbnail.jpg?x=1"
    assert list(bluesky.whereabouts(url)) == [Whereabouts(url)]
    assert network.plc.heard == []


@pytest.mark.parametrize(
    "address",
    [
        "",
        "at://",
        "ftp://a.example/x",
        f"at://{ADA}/blob/",
        f"at://{ADA}/blob/../x",
        f"at://{ADA}/blob/{HELLO}/x",
        f"at://{ADA}/blob/{HELLO}@jpeg",
        f"at://ada.example/blob/{HELLO}",
        f"at://{ADA}/blob/{HELLO}?as=other",
    ],
)
def test_an_address_that_names_no_blob_is_refused(bluesky, network, address):
    with pytest.raises(Refused):
        list(bluesky.whereabouts(address))
    assert network.plc.heard == []


@pytest.mark.parametrize(
    "entry",
    [
        None,
        Answer(410, {"message": "DID not available"}),
        {"id": ADA, "service": []},
        document(ADA, "ada.example", "http://169.254.169.254"),
    ],
)
def test_an_author_without_a_server_leaves_the_copy(bluesky, network, entry):
    network.documents[ADA] = entry
    assert list(bluesky.whereabouts(address_of(ADA, HELLO))) == [copy(network)]
    with pytest.raises((Gone, Refused)):
        list(bluesky.whereabouts(address_of(ADA, HELLO, is_video=True)))


def test_a_copy_is_not_taken_because_the_directory_sleeps(bluesky, network):
    network.documents[ADA] = Answer(503, {})
    with pytest.raises(TryLater):
        next(bluesky.whereabouts(address_of(ADA, HELLO)))


@pytest.fixture
def blobs(network, guard):
    """Blobs that ask for a document again at once."""
    documents = Documents(Xrpc(Wire(guard)), guard, network.plc.url)
    return Blobs(documents, network.cdn.url, fresh_seconds=0)


def test_an_author_who_moved_is_followed_before_a_copy_is_taken(blobs, network):
    found = blobs.whereabouts(address_of(ADA, HELLO))
    assert next(found) == original(network.home)
    network.documents[ADA] = document(ADA, "ada.example", network.other.url)
    assert list(found) == [original(network.other), copy(network)]


def test_an_author_who_cannot_be_asked_about_again_leaves_the_copy(blobs, network):
    found = blobs.whereabouts(address_of(ADA, HELLO))
    next(found)
    network.documents[ADA] = Answer(503, {})
    assert list(found) == [copy(network)]


def test_the_directory_is_asked_once_for_all_of_an_author(bluesky, network):
    for data in (b"a", b"b", b"c"):
        list(bluesky.whereabouts(address_of(ADA, cid_of(data))))
    assert len(network.plc.heard) == 1


@pytest.fixture
def fetch(network, into):
    fetcher = Fetcher(frozenset(place.host for place in network.places))
    return lambda url: fetcher.fetch(url, kind="image", into=into)


def test_an_original_is_what_its_name_says(bluesky, network, fetch):
    data = pictures.picture()
    network.home.blobs[ADA, cid_of(data)] = data
    place = next(bluesky.whereabouts(address_of(ADA, cid_of(data))))
    assert fetch(place.url).sha256 == place.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    "answer",
    [
        None,
        wrong("BlobNotFound", "Blob not found"),
        wrong("RepoNotFound"),
        wrong("RepoTakendown"),
        wrong("RepoSuspended"),
        wrong("RepoDeactivated"),
        wrong("InvalidRequest", f"blob not found: {HELLO}"),
        wrong("InvalidRequest", f"Could not find repo: {ADA}"),
        wrong("BlobNotFound", status=404),
    ],
)
def test_an_original_that_its_server_does_not_have_is_gone(bluesky, network, fetch, answer):
    if answer:
        network.home.instead["com.atproto.sync.getBlob"] = answer
    with pytest.raises(Gone):
        fetch(next(bluesky.whereabouts(address_of(ADA, HELLO))).url)


@pytest.mark.parametrize("body", [b"", b"Bad Request", b"x" * 100_000, b'{"error": "Teapot"}'])
def test_another_400_is_not_read_as_gone(network, fetch, body):
    network.home.instead["x.jpg"] = Answer(400, body)
    with pytest.raises(Unexpected):
        fetch(f"{network.home.url}/x.jpg")


def test_an_original_redirected_into_the_cellar_is_refused(bluesky, network, fetch):
    network.home.instead["com.atproto.sync.getBlob"] = Answer(
        302, b"", {"Location": "http://169.254.169.254/latest/meta-data"}
    )
    with pytest.raises(ProviderError) as caught:
        fetch(next(bluesky.whereabouts(address_of(ADA, HELLO))).url)
    assert isinstance(caught.value, Refused)
