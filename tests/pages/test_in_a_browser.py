"""Pages as a browser has them: accessible, within the policy, usable by keys and by scrolling."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from archive.models import Like
from harvester.models import Crawl, Import, ImportRow
from tests import standings
from tests.pages.conftest import NOON, Hang, faults, feed_of
from tests.pages.gaps import gap

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

VIEWS = [(1440, "light"), (390, "dark")]
OPEN = [
    "/",
    "/accounts/signin/",
    "/accounts/callback/instagram/",
    "/accounts/handle/bluesky/",
    "/accounts/prove/bluesky/",
    "/offline/",
]
MINE = [
    "/likes/",
    "/likes/?q=zebra",
    "/sources/",
    "/settings/",
    "/welcome/",
    "/likes/999999/",
]
CARD = {"kind": "link", "title": "A long card", "text": "words", "link": "https://x.example/"}


def like() -> Like:
    return Like.objects.newest_first()[3]


@pytest.fixture
def wordy(house: tuple[str, dict[str, str]], hang: Hang) -> list[str]:
    """Pages of the same person about likes in words and about files they brought."""
    person = Like.objects.first().user
    export = feed_of(person, standing="file")
    kinds = ({}, {"is_vague": True}, {"gone_at": NOON}, {"attached": [CARD]}, {"caption": "ש"})
    told = [
        hang(person, export, author=f"somebody.with.a.long.name{n}", **kinds[n % 5])
        for n in range(15)
    ]
    for state, words in (("running", ""), ("done", ""), ("failed", "It is cut off.")):
        over = None if state == "running" else NOON
        facts = {"state": state, "words": words, "finished_at": over, "total": 9, "done": 4}
        file = Import.objects.create(user=person, name=f"{state}.zip", new=3, **facts)
    for number, outcome in enumerate(("new", "here", "improved", "unresolved"), 1):
        ImportRow.objects.create(file=file, number=number, outcome=outcome, label="@ada", reason="")
    return [
        f"/feeds/{export.pk}/",
        *(f"/likes/{like.pk}/" for like in told[1:4]),
        "/sources/",
        "/sources/import/",
        f"/sources/import/{file.pk}/",
    ]


@pytest.mark.parametrize(("width", "theme"), VIEWS)
def test_no_page_has_a_known_barrier(opened, width, theme):
    size = {"width": width, "height": 900}
    page = opened(viewport=size, color_scheme=theme, bypass_csp=True)
    found = []
    for path in [*MINE, f"/likes/{like().pk}/"]:
        page.goto(path)
        found += faults(page)
    page.context.clear_cookies()
    for path in OPEN:
        page.goto(path)
        found += faults(page)
    assert found == []


@pytest.mark.parametrize(("width", "theme"), VIEWS)
def test_likes_in_words_and_files_have_no_known_barrier(opened, wordy, width, theme):
    size = {"width": width, "height": 900}
    page = opened(viewport=size, color_scheme=theme, bypass_csp=True)
    found = []
    for path in wordy:
        page.goto(path)
        found += faults(page)
    assert found == []


def test_words_and_files_stay_inside_the_narrowest_window(opened, wordy):
    page = opened(viewport={"width": 320, "height": 640})
    for path in wordy:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_a_tile_in_words_is_as_high_as_the_pictures_of_its_row(opened, hang, house):
    person = Like.objects.first().user
    hang(person, liked_at=Like.objects.newest_first()[2].liked_at, caption="words")
    page = opened(viewport={"width": 1440, "height": 900})
    page.goto("/likes/")
    tiles = page.locator(".wall > li").evaluate_all(
        "tiles => tiles.map(tile => tile.getBoundingClientRect()).map(box => [box.top, box.height])"
    )
    paper = page.locator(".wall > li:has(.paper)").bounding_box()
    row = [height for top, height in tiles if abs(top - paper["y"]) < 1]
    assert len(row) > 1
    assert max(row) - min(row) < 2


def test_a_file_is_sent_with_its_progress_and_without_scripts(opened, house, tmp_path):
    (tmp_path / "likes.zip").write_bytes(b"not a zip at all")
    for number, scripts in enumerate((True, False), 1):
        page = opened(java_script_enabled=scripts)
        page.goto("/sources/import/")
        page.locator("input[type=file]").set_input_files(tmp_path / "likes.zip")
        page.get_by_role("button", name="Import").click()
        page.locator("article.import").nth(number - 1).wait_for()
        assert page.locator("article.import").count() == number


def test_nothing_sticks_out_of_the_narrowest_window(opened):
    page = opened(viewport={"width": 320, "height": 640})
    for path in [*MINE, f"/likes/{like().pk}/"]:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_the_figures_of_a_visit_stay_inside_their_card(opened):
    Crawl.objects.update(pages=1234, new_entries=123456, known_entries=123456, wanted=123456)
    page = opened(viewport={"width": 390, "height": 844})
    page.goto("/sources/")
    sums, card = page.locator(".log .sums").first, page.locator("article.source").first
    text = sums.evaluate(
        "e => { const r = document.createRange(); r.selectNodeContents(e);"
        " return r.getBoundingClientRect().right }"
    )
    assert text <= card.evaluate("e => e.getBoundingClientRect().right")


def test_pages_keep_the_policy_and_load_everything(opened):
    page = opened(service_workers="allow")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in [
        "/likes/",
        f"/likes/{like().pk}/",
        "/sources/",
        "/welcome/",
    ]:
        page.goto(path, wait_until="networkidle")
    assert said == []


def test_a_like_is_walked_by_keys_and_left_to_where_one_was(opened):
    page = opened()
    page.goto("/likes/")
    newest, second = Like.objects.newest_first()[:2]
    page.locator(".tile").first.click()
    page.wait_for_url(f"**/likes/{newest.pk}/")
    page.locator("dialog.viewer [data-stage]").wait_for()  # the address is there first
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_url(f"**/likes/{second.pk}/")
    page.keyboard.press("Escape")
    page.wait_for_url("**/likes/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"


def test_the_wall_works_without_scripts(opened):
    page = opened(java_script_enabled=False)
    page.goto("/likes/")
    assert page.locator(".tile").count() == 50
    page.locator(".tile").nth(1).click()
    expect(page.locator(".facts h1")).to_be_visible()


def test_the_theme_is_there_from_the_first_paint(opened):
    page = opened(color_scheme="light")
    page.goto("/settings/")
    # It saves itself.
    save = page.locator("form", has=page.locator("[name=theme]")).locator("button")
    assert not save.is_visible()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_text("Dark", exact=True).click()
    page.goto("/likes/")
    assert page.locator("html").get_attribute("data-theme") == "dark"


@pytest.fixture
def troubled(live_server: LiveServer) -> list[tuple[str, dict[str, str]]]:
    """Somebody in every state: their session; of one the wall, with what may be missing."""
    pages = []
    for name, make in standings.ALL.items():
        client = Client()
        client.force_login(make().user)
        value = client.session.session_key or ""
        session = {"name": "session", "value": value, "url": live_server.url}
        pages += [(path, session) for path in ("/sources/", "/likes/")[: 1 + (name == "lost")]]
    return pages


@pytest.mark.parametrize(("width", "theme"), VIEWS)
def test_no_state_of_a_source_has_a_known_barrier(browser, live_server, troubled, width, theme):
    size = {"width": width, "height": 900}
    how = {"viewport": size, "color_scheme": theme, "reduced_motion": "reduce"}
    context = browser.new_context(base_url=live_server.url, bypass_csp=True, **how)
    page, found, wide = context.new_page(), [], []
    for path, session in troubled:
        context.add_cookies([session])
        page.goto(path)
        page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
        found += faults(page)
        wide.append(page.evaluate("document.documentElement.scrollWidth") <= width)
    context.close()
    assert found == []
    assert all(wide)


def test_a_question_is_answered_without_scripts(browser, live_server):
    feed = standings.held()
    client = Client()
    client.force_login(feed.user)
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    value = client.session.session_key or ""
    context.add_cookies([{"name": "session", "value": value, "url": live_server.url}])
    page = context.new_page()
    page.goto("/sources/")
    page.get_by_text("No", exact=True).click()
    assert page.get_by_text("Then we wait.").is_visible()
    page.get_by_role("button", name="Yes, I took them back").click()
    page.get_by_text("Thank you. Checking now.").wait_for()
    context.close()
    feed.refresh_from_db()
    assert feed.held_accepted_at is not None


def test_a_gap_takes_a_row_of_its_own_on_every_window(opened, house):
    likes = list(Like.objects.newest_first()[:9])
    gap(likes[4], likes[5], estimate=12)
    for width in (1440, 390):
        page = opened(viewport={"width": width, "height": 900})
        page.goto("/likes/")
        row = page.locator(".wall > .gap")
        wall = page.locator(".wall:has(.gap)")
        widths = [each.bounding_box()["width"] for each in (row, wall)]
        assert widths[0] == pytest.approx(widths[1], abs=1)
        row.locator("summary").click()
        assert row.get_by_text("had slid out of reach").is_visible()


def test_why_a_file_was_not_taken_is_said_in_the_words_of_the_answer(opened, tmp_path):
    (tmp_path / "likes.zip").write_bytes(b"not a zip at all")
    page = opened()
    page.goto("/sources/import/")
    why = {"wrong": "Enough files for today."}
    page.route("**/sources/import/", lambda route: route.fulfill(status=429, json=why))
    page.locator("input[type=file]").set_input_files(tmp_path / "likes.zip")
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("Enough files for today.")).to_be_visible()
    expect(page.get_by_role("button", name="Import")).to_be_enabled()
