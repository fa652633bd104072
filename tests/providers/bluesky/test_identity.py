"""A handle leads to an account, and counts only when the account says so too."""

from __future__ import annotations

import pytest
from dns.resolver import Resolver

from providers.bluesky import Bluesky
from providers.bluesky.documents import Documents
from providers.bluesky.names import Names
from providers.bluesky.xrpc import Xrpc
from providers.errors import (
    Gone,
    NoSuchAccount,
    RateLimited,
    Refused,
    TryLater,
    Unavailable,
    Unexpected,
)
from providers.http import Bounds, Wire
from providers.pinned import Guard
from providers.shapes import Account, Profile
from providers.turns import AtOnce
from tests.providers.bluesky.standin import ADA, ALICE, document, wrong
from tests.providers.servers import Answer, Drip, saying

WELL_KNOWN = "/.well-known/atproto-did"


def unresolved(network):
    """Neither the AppView nor anybody else knows the handles any more."""
    network.handles.clear()


def test_a_handle_is_found_by_the_appview(bluesky):
    assert bluesky.handles.find("@alice.test") == Profile(ALICE, "alice.test")


def test_a_did_is_found_with_its_handle(bluesky):
    assert bluesky.handles.find(f"at://{ALICE}") == Profile(ALICE, "alice.test")


def test_a_domain_says_whose_it_is(bluesky, network):
    unresolved(network)
    network.txt["_atproto.ada.example"] = ["other", f"did={ADA}"]
    assert bluesky.handles.find("ada.example").upstream_id == ADA
    assert network.appview.heard == []


@pytest.mark.parametrize("texts", [[f"did={ADA}", f"did={ALICE}"], ["did=nobody"], [ADA], ["did="]])
def test_a_domain_that_says_two_things_or_nonsense_says_nothing(bluesky, network, texts):
    network.txt["_atproto.ada.example"] = texts
    bluesky.handles.find("ada.example")
    assert network.appview.asked("resolveHandle") == [{"handle": ["ada.example"]}]


def test_a_site_says_whose_it_is(bluesky, network, site):
    unresolved(network)
    site.house.answers[WELL_KNOWN] = Answer(
        200, f"\n{ADA}\n".encode(), {"Content-Type": "text/plain"}
    )
    assert bluesky.handles.find("ada.example").upstream_id == ADA
    assert network.appview.heard == []


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404, b"no"),
        Answer(500, b"no"),
        Answer(200, b"<html>"),
        Answer(200, b"\xff\xfe"),
        Answer(200, b"x" * 100_000),
        Answer(302, b"", {"Location": "https://elsewhere.example/"}),
    ],
)
def test_a_site_that_says_anything_else_leaves_it_to_the_appview(bluesky, network, site, answer):
    site.house.answers[WELL_KNOWN] = answer
    assert bluesky.handles.find("ada.example").upstream_id == ADA
    assert len(site.house.heard) == 1


def test_domain_and_site_may_be_out_of_reach(network, guard):
    """Nobody listens at this name server, and no name leads to a site."""
    made = made_of(network, guard, Names(Resolver(configure=False)))
    assert made.handles.find("alice.test").upstream_id == ALICE


def test_a_site_that_says_nothing_is_not_waited_for(network, site):
    with saying(lambda conn: conn.recv(1)) as place:
        port = int(place.rpartition(":")[2])
        hosts = frozenset({*(one.host for one in network.places), "ada.example:443"})

        def resolve(host, _, **kinds):
            return site.resolve("127.0.0.1", port if host == "ada.example" else _, **kinds)

        made = made_of(network, Guard(hosts, resolve), Names(network.names.resolver))
        assert made.handles.find("ada.example").upstream_id == ADA


def test_a_handle_that_nobody_has_is_said_to(bluesky, network):
    with pytest.raises(NoSuchAccount, match="Nobody") as caught:
        bluesky.handles.find("nobody.test")
    assert caught.value.code == "no_such_handle"


def test_a_handle_is_not_nobodys_because_nobody_could_be_asked(bluesky, network):
    network.appview.instead["com.atproto.identity.resolveHandle"] = Answer(502, b"<html>")
    with pytest.raises(TryLater):
        bluesky.handles.find("alice.test")


def test_an_appview_that_asks_to_wait_says_how_long(bluesky, network):
    network.appview.instead["com.atproto.identity.resolveHandle"] = Answer(
        429, {"error": "RateLimitExceeded"}, {"Retry-After": "17"}
    )
    with pytest.raises(RateLimited) as caught:
        bluesky.handles.find("alice.test")
    assert (caught.value.retry_after, caught.value.host) == (17, network.appview.host)


def test_a_handle_that_the_account_does_not_know_is_refused(bluesky, network):
    network.handles["mallory.test"] = ALICE
    with pytest.raises(NoSuchAccount) as caught:
        bluesky.handles.find("mallory.test")
    assert caught.value.code == "handle_invalid"


def test_a_handle_that_leads_elsewhere_is_not_the_accounts_name(bluesky, client, network):
    network.documents[ALICE] = document(ALICE, "ada.example", network.home.url)
    assert bluesky.handles.find(ALICE).username == "handle.invalid"
    assert client.profile() == Profile(ALICE, "handle.invalid")


def test_the_document_of_another_account_is_not_taken_for_its_own(bluesky, network):
    network.documents[ALICE] = document(ADA, "alice.test", network.home.url)
    with pytest.raises(NoSuchAccount) as caught:
        bluesky.handles.find("alice.test")
    assert caught.value.code == "another_document"


def test_a_name_is_not_taken_away_because_it_could_not_be_checked(client, network):
    network.appview.instead["com.atproto.identity.resolveHandle"] = Answer(500, {})
    with pytest.raises(TryLater):
        client.profile()


def test_a_changed_handle_is_seen_at_once(bluesky, client, network):
    assert client.profile().username == "alice.test"
    network.settle(ALICE, "alice2.test")
    assert client.profile().username == "alice2.test"
    assert bluesky.handles.find("alice2.test").upstream_id == ALICE


@pytest.mark.parametrize("name", [ALICE, "alice.test"])
@pytest.mark.parametrize(
    "found",
    [
        None,
        Answer(410, {"message": "DID not available"}),
        {},
        {"id": ADA},
        {"id": ALICE, "alsoKnownAs": ["at://alice.test"], "service": []},
        {"id": ALICE, "alsoKnownAs": "x", "service": {"#atproto_pds": {}}},
        {"id": ALICE, "service": [None, {"id": ["#atproto_pds"]}, {"id": "#other"}]},
    ],
)
def test_an_account_without_a_document_that_can_be_read_is_none(bluesky, network, name, found):
    network.documents[ALICE] = found
    with pytest.raises(NoSuchAccount):
        bluesky.handles.find(name)


def test_a_directory_that_is_not_well_is_asked_later(bluesky, network):
    network.documents[ALICE] = Answer(503, b"<html>")
    with pytest.raises(TryLater):
        bluesky.handles.find("alice.test")


@pytest.mark.parametrize("typed", ["did:key:z6Mk", "did:web:127.0.0.1", "did:web:a.b%3A99999"])
def test_a_did_that_cannot_be_looked_up_leads_nowhere(bluesky, network, typed):
    with pytest.raises((NoSuchAccount, Refused)):
        bluesky.handles.find(typed)
    assert network.plc.heard == []


def test_a_did_web_is_read_from_its_host(bluesky, network, site):
    who = "did:web:ada.example"
    network.handles["ada.example"] = who
    site.house.answers["/.well-known/did.json"] = Answer(
        200, document(who, "ada.example", network.home.url)
    )
    assert bluesky.handles.find(who) == Profile(who, "ada.example")


def test_a_did_web_with_a_port_is_for_hosts_that_the_operator_allowed(bluesky, network):
    who = f"did:web:{network.plc.host.replace(':', '%3A')}"
    network.documents[".well-known/did.json"] = document(who, "alice.test", network.home.url)
    assert bluesky.handles.find(who).upstream_id == who
    with pytest.raises(Refused):
        bluesky.handles.find("did:web:127.0.0.1%3A1")


def test_a_service_may_be_named_in_full(bluesky, network):
    network.documents[ALICE]["service"][0]["id"] = f"{ALICE}#atproto_pds"
    assert bluesky.handles.find("alice.test").upstream_id == ALICE


PLACES = [
    "http://169.254.169.254",
    "https://169.254.169.254",
    "https://127.0.0.1",
    "http://127.0.0.1:{port}",
    "https://[::1]",
    "https://2130706433",
    "https://localhost",
    "https://pds.internal",
    "https://pds.example:8443",
    "http://pds.example",
    "ftp://pds.example",
    "//pds.example",
    "pds.example",
    "{home}/path",
    "{home}?query",
    "{home}#part",
    "http://user:password@{host}",
    "{home}\\@evil.example",
    "{home}\n",
    "",
    None,
    ["{home}"],
]


@pytest.mark.parametrize("place", PLACES)
def test_a_server_that_is_no_public_origin_is_never_asked(bluesky, client, network, place):
    """127.0.0.1 with another port is as private as any."""
    port = network.names.resolver.port
    if isinstance(place, str):
        place = place.format(home=network.home.url, host=network.home.host, port=port)
    network.documents[ALICE] = document(ALICE, "alice.test", place)
    with pytest.raises(Refused):
        bluesky.handles.find("alice.test")
    with pytest.raises(Refused):
        client.page("liked", None)
    assert network.home.heard == []


def test_a_final_slash_is_no_path(client, network):
    network.documents[ALICE] = document(ALICE, "alice.test", f"{network.home.url}/")
    assert client.page("liked", None).posts == ()


def test_a_server_whose_name_leads_to_a_private_address_is_refused(network, site):
    """The guard decides on the address that is connected."""

    def resolve(host, port, **kinds):
        is_pds = host == "pds.example."
        return site.resolve("127.0.0.1" if is_pds else host, port, **kinds)

    network.documents[ALICE] = document(ALICE, "alice.test", "https://pds.example")
    guard = Guard(frozenset(place.host for place in network.places), resolve)
    made = made_of(network, guard, Names(network.names.resolver))
    with pytest.raises(Refused, match="private"):
        made.client(Account(ALICE), turns=AtOnce()).page("liked", None)
    assert network.home.heard == []


def made_of(network, guard, names):
    return Bluesky(
        appview_url=network.appview.url,
        plc_url=network.plc.url,
        cdn_url=network.cdn.url,
        guard=guard,
        names=names,
    )


@pytest.fixture
def documents(network, guard):
    return Documents(Xrpc(Wire(guard)), guard, network.plc.url, seconds=3600, generation=2)


def test_a_document_is_asked_for_once_a_day(documents, network):
    for _ in range(3):
        documents.of(ALICE, AtOnce())
    assert len(network.plc.heard) == 1
    documents.forget(ALICE)
    documents.of(ALICE, AtOnce())
    assert len(network.plc.heard) == 2


def test_a_document_that_is_too_old_is_asked_for_again(network, guard):
    documents = Documents(Xrpc(Wire(guard)), guard, network.plc.url, seconds=0)
    documents.of(ALICE, AtOnce())
    documents.of(ALICE, AtOnce())
    assert len(network.plc.heard) == 2


def test_what_is_known_stays_while_the_directory_sleeps(documents, network):
    known = documents.of(ALICE, AtOnce())
    network.documents[ALICE] = Answer(503, {})
    with pytest.raises(TryLater):
        documents.again(ALICE, AtOnce())
    assert documents.of(ALICE, AtOnce()) == known
    network.documents[ALICE] = Answer(410, {})
    with pytest.raises(Gone):
        documents.again(ALICE, AtOnce())
    network.documents[ALICE] = Answer(503, {})
    with pytest.raises(TryLater):
        documents.of(ALICE, AtOnce())


def test_only_so_many_documents_are_kept(documents, network):
    for letter in "abcdefghij":
        who = f"did:plc:{letter * 24}"
        network.settle(who, f"{letter}.test")
        documents.of(who, AtOnce())
    assert len(documents._young) + len(documents._old) <= 4
    assert documents.age(f"did:plc:{'j' * 24}") < 3600


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(200, b"x" * (6 * 1024 * 1024)), Unexpected),
        (Answer(302, b"", {"Location": "http://169.254.169.254/"}), Unexpected),
        (Answer(200, b"<html>"), Unavailable),
        (wrong("RateLimitExceeded", status=429), RateLimited),
        (Answer(404, {"message": "DID not registered"}), Gone),
    ],
)
def test_what_a_directory_may_answer(documents, network, answer, error):
    network.documents[ALICE] = answer
    with pytest.raises(error):
        documents.of(ALICE, AtOnce())


@pytest.mark.parametrize(
    "first", [b"HTTP/1.1 200 OK\r\n\r\n{", b"HTTP/1.1 200 OK\r\nX: "], ids=["body", "head"]
)
def test_a_directory_that_drips_is_left(first):
    drip = Drip(first, b" ")
    with saying(drip) as place:
        guard = Guard(frozenset({place}))
        wire = Wire(guard, bounds=Bounds(seconds=1.5))
        with pytest.raises(Unavailable):
            Documents(Xrpc(wire), guard, f"http://{place}").of(ALICE, AtOnce())
    assert drip.was_left


def test_the_words_of_a_profile_are_read_from_its_server_now(bluesky, network):
    assert bluesky.handles.profile_text(ALICE) == ""
    network.home.put(ALICE, "app.bsky.actor.profile", "self", {"description": "code 1234\n\0"})
    assert bluesky.handles.profile_text(ALICE) == "code 1234\n\N{REPLACEMENT CHARACTER}"
    network.other.put(ALICE, "app.bsky.actor.profile", "self", {"description": "moved"})
    network.documents[ALICE] = document(ALICE, "alice.test", network.other.url)
    assert bluesky.handles.profile_text(ALICE) == "moved"


@pytest.mark.parametrize("value", [None, [], {"description": 5}, {}])
def test_a_profile_that_says_nothing_has_no_words(bluesky, network, value):
    network.home.put(ALICE, "app.bsky.actor.profile", "self", value)
    assert bluesky.handles.profile_text(ALICE) == ""
