"""The first day of a person, in a browser: in, watch it arrive, find it again, leave, come back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from tests.faults.house import House

pytestmark = pytest.mark.browser
# Nothing is promised in these; whoever waits as long is hung.
LONG = 60_000
PAGES_OF_ADA = """
SELECT max(pages) FROM harvester_crawl v JOIN archive_feed f ON f.id = v.feed_id
  JOIN accounts_connection c ON c.id = f.connection_id WHERE c.username = 'ada.looks'
"""


@dataclass
class Screen:
    """A page of a browser, and all that it asked for or complained about."""

    page: Page
    house: House
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(LONG)
        self.page.on("request", self._ask)
        self.page.on("console", self._complain)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _ask(self, request: Request) -> None:
        self.asked.append(request.url)

    def _complain(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def go(self, path: str) -> None:
        self.page.goto(self.house.site + path)

    def press(self, words: str) -> None:
        """The link or button that says so."""
        found = self.page.get_by_role("link", name=words, exact=True)
        self.page.get_by_role("button", name=words, exact=True).or_(found).first.click()

    def consent(self, person: str, decision: str = "allow") -> None:
        self.page.check(f"input[value={person}]", force=True)
        self.page.click(f"button[value={decision}]")

    def sign_out(self) -> None:
        self.page.click("[data-menu] summary, .menu summary")
        self.press("Sign out")

    def expect(self, words: str) -> None:
        expect(self.page.locator("body")).to_contain_text(re.compile(words), timeout=LONG)

    def polls(self) -> int:
        return sum("/welcome/status/" in url for url in self.asked)

    def check_hosts(self) -> None:
        """Nothing but the house and the service's consent page was ever asked for anything."""
        known = {self.house.port, int(self.house.instagram.url.rpartition(":")[2])}
        addresses = [urlsplit(url) for url in self.asked if not url.startswith("data:")]
        assert {(one.hostname, one.port) for one in addresses} <= {
            ("127.0.0.1", port) for port in known
        }


@pytest.fixture
def screen(browser: Browser, house: House) -> Iterator[Screen]:
    with closing(browser.new_context()) as context:
        yield from _watched(context, house)


@pytest.fixture
def plain(browser: Browser, house: House) -> Iterator[Screen]:
    """A browser in which JavaScript is switched off."""
    with closing(browser.new_context(java_script_enabled=False)) as context:
        yield from _watched(context, house)


def _watched(context: BrowserContext, house: House) -> Iterator[Screen]:
    shown = Screen(context.new_page(), house)
    yield shown
    house.instagram.heal()
    shown.check_hosts()
    assert shown.complaints == []


def test_a_first_day(screen: Screen, house: House) -> None:
    instagram = house.instagram
    instagram.forget_requests()
    # The second page of likes is kept back until a picture of the first has been seen.
    instagram.fail("unavailable_html", match="liked", skip=1, times=None)
    screen.go("/")
    screen.press("Sign in with Instagram")
    screen.consent("ada")
    picture = screen.page.locator(".arrival img").first
    expect(picture).to_be_visible(timeout=LONG)
    assert picture.evaluate("img => img.decode().then(() => img.naturalWidth)") > 0
    assert house.one(PAGES_OF_ADA) == 1
    instagram.heal()

    screen.expect(
        "We have your newest 300 likes, of posts back to .*Older ones are no longer offered"
    )
    expect(screen.page.locator("progress")).to_have_count(0, timeout=LONG)
    assert screen.polls() > 0
    # Who has said all there is to say is not asked any more.
    last = screen.polls()
    screen.page.wait_for_timeout(2500)
    assert screen.polls() == last
    assert instagram.counts()["exchange"] == 1

    screen.press("See your likes")
    tiles = screen.page.locator(".wall a[href^='/likes/']")
    expect(tiles.first).to_be_visible()
    screen.page.wait_for_load_state("domcontentloaded")
    newest = instagram.truth("ada")["likes"][:60]
    shown = tiles.evaluate_all("all => all.map(a => a.getAttribute('href'))")
    kept = {like["post_id"]: f"/likes/{like['id']}/" for like in house.export("ada.looks")}
    assert shown[:60] == [kept[like["post_id"]] for like in newest]

    wanted = next(like for like in newest if like["tags"])
    screen.page.fill("input[type=search]", f"#{wanted['tags'][0]}")
    screen.page.keyboard.press("Enter")
    screen.page.wait_for_url("**/likes/?q=*")
    screen.page.click(f"a[href='{kept[wanted['post_id']]}']")
    screen.expect(re.escape(wanted["author"]))

    screen.go("/sources/")
    new = instagram.like("ada", 3)
    screen.press("Check now")
    screen.expect("Checking now")
    ids = ", ".join(f"'{post}'" for post in new)
    assert house.is_so(f"SELECT count(*) = 3 FROM archive_like WHERE post_id IN ({ids})")
    screen.go("/sources/")
    screen.expect("303 kept")

    screen.sign_out()
    screen.go("/likes/")
    assert "/accounts/signin/" in screen.page.url
    instagram.rename("ada", "ada.sees")
    screen.press("Sign in with Instagram")
    screen.consent("ada")
    screen.page.wait_for_url("**/likes/**")
    screen.go("/sources/")
    screen.expect("@ada.sees")
    screen.expect("303 kept")
    assert house.one("SELECT count(*) FROM accounts_user WHERE username LIKE 'ada%'") == 1


def test_who_says_no_is_told_so_and_nobody_is_made(screen: Screen, house: House) -> None:
    before = house.one("SELECT count(*) FROM accounts_user")
    screen.go("/")
    screen.press("Sign in with Instagram")
    screen.consent("ben", "deny")
    assert "/accounts/callback/instagram/" in screen.page.url
    assert house.one("SELECT count(*) FROM accounts_user") == before
    # The browser itself notes that this page came with a 400.
    screen.complaints = [words for words in screen.complaints if "status of 400" not in words]


def test_all_of_it_without_javascript(plain: Screen, house: House) -> None:
    instagram = house.instagram
    plain.go("/")
    plain.press("Sign in with Instagram")
    plain.consent("chika")
    plain.expect("We have all 40 likes that Instagram shows")
    plain.press("See your likes")
    expect(plain.page.locator(".wall img").first).to_be_visible()
    wanted = next(like for like in instagram.truth("chika")["likes"] if like["tags"])
    plain.page.fill("input[type=search]", f"#{wanted['tags'][0]}")
    plain.page.keyboard.press("Enter")
    plain.page.wait_for_url("**/likes/?q=*")
    plain.page.locator(".wall a[href^='/likes/']").first.click()
    expect(plain.page.locator(".like-page")).to_be_visible()
    plain.go("/sources/")
    plain.press("Check now")
    plain.expect("Checking now")
    plain.sign_out()
    plain.go("/likes/")
    assert "/accounts/signin/" in plain.page.url
