"""With a password, where sign-ups are closed, and after a person was deactivated."""

from __future__ import annotations

from tests.faults.house import House
from tests.faults.visitor import Visitor

SECRET = "a long and quiet river"


def test_who_joins_with_a_password_comes_in_again_and_connects_a_source(
    house: House, visitor: Visitor
) -> None:
    joined = visitor.post("/accounts/signup/", username="nora", password1=SECRET, password2=SECRET)
    assert joined.url == f"{house.site}/sources/"
    assert visitor.post("/accounts/signout/", page="/sources/").status_code == 200
    assert "/accounts/signin/" in visitor.get("/likes/").url
    assert "nora" in visitor.post("/accounts/signin/", username="nora", password=SECRET).text
    house.instagram.set_likes("nora_elsewhere", 3)
    visitor.sign_in("nora_elsewhere")
    assert house.is_so(
        "SELECT count(*) = 3 FROM archive_like l JOIN accounts_user u ON u.id = l.user_id"
        " WHERE u.username = 'nora'"
    )


def test_a_wrong_password_lets_nobody_in(house: House, visitor: Visitor) -> None:
    visitor.post("/accounts/signin/", username="nora", password="not hers")
    assert "/accounts/signin/" in visitor.get("/likes/").url


def test_closed_sign_ups_let_in_who_is_known_and_nobody_else(house: House) -> None:
    house.instagram.set_likes("known", 1)
    Visitor(house).sign_in("known")
    closed = House(house.data, house.instagram, {**house.told, "SIGNUPS": "closed"})
    closed.start(closed.web())
    try:
        before = house.one("SELECT count(*) FROM accounts_user")
        stranger = Visitor(closed)
        form = {"username": "eve", "password1": SECRET, "password2": SECRET}
        assert stranger.post("/accounts/signup/", **form).status_code == 403
        house.instagram.set_likes("eve", 1)
        assert stranger.sign_in("eve").status_code == 403
        assert "/accounts/signin/" in stranger.get("/likes/").url
        assert house.one("SELECT count(*) FROM accounts_user") == before
        assert Visitor(closed).sign_in("known").url.startswith(closed.site)
    finally:
        closed.end(*closed.services)


def test_a_deactivated_person_is_out_their_visit_ends_and_nothing_is_deleted(
    house: House, visitor: Visitor
) -> None:
    instagram = house.instagram
    instagram.set_likes("ivo", 120)
    instagram.fail("unavailable_html", match="liked", skip=1, times=None)
    visitor.sign_in("ivo")
    theirs = "FROM harvester_crawl c JOIN archive_feed f ON f.id = c.feed_id" + (
        " JOIN accounts_user u ON u.id = f.user_id WHERE u.username LIKE 'ivo%'"
    )
    assert house.is_so(f"SELECT max(c.pages) = 1 {theirs}")
    user = house.one("SELECT username FROM accounts_user WHERE username LIKE 'ivo%'")
    kept = len(house.export(user))
    assert kept
    house.sql(f"UPDATE accounts_user SET is_active = false WHERE username = '{user}'")
    assert house.is_so(f"SELECT bool_and(c.state = 'stopped') {theirs}")
    instagram.heal()
    instagram.forget_requests()
    assert "/accounts/signin/" in visitor.get("/likes/").url
    assert len(house.export(user)) == kept
    assert instagram.counts().get("liked", 0) == 0
