"""One like over the wall: opened, walked and closed, and on its own page without scripts."""

from __future__ import annotations

import pytest
from django.db.models import Count
from playwright.sync_api import expect

from accounts.models import User
from archive.models import Like
from tests.pages.looking import ANYWHERE, DIALOG, at, closed, open_, wall

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def album() -> Like:
    """A like with several pictures that is not the last one of the wall."""
    several = Like.objects.annotate(members=Count("media__position", distinct=True))
    return several.filter(members__gt=1).exclude(pk=wall()[-1].pk).newest_first()[0]


def test_a_like_opens_over_the_wall_and_back_closes_it(opened):
    page, like = opened(), wall()[3]
    page.goto("/likes/")
    page.evaluate("document.body.dataset.same = 'page'")
    page.locator(f"a.tile[href='/likes/{like.pk}/']").click()
    at(page, like)
    expect(page).not_to_have_title("Likes · Likelist")
    page.go_back()
    closed(page, like)
    # The focus is back before the window has said that it is closed.
    expect(page).to_have_title("Likes · Likelist")
    page.go_forward()
    at(page, like)
    page.keyboard.press("Escape")
    closed(page, like)
    assert page.evaluate("document.body.dataset.same") == "page"


def test_each_paragraph_of_a_caption_runs_as_its_own_script_does(opened):
    page, like = opened(viewport={"width": 1440, "height": 900}), wall()[3]
    Like.objects.filter(pk=like.pk).update(caption="صباح الخير\nGood morning.")
    page.goto(f"/likes/{like.pk}/")
    caption = page.locator(".facts .caption")
    lefts = caption.evaluate(
        "it => [...it.childNodes].filter(node => node.nodeType === 3).flatMap(node => {"
        " const range = document.createRange(); range.selectNodeContents(node);"
        " return [...range.getClientRects()].map(box => box.left); })"
    )
    left = caption.bounding_box()["x"]
    assert lefts[0] > left + 50
    assert lefts[-1] == pytest.approx(left, abs=2)


def test_a_like_opens_from_a_list_as_from_a_wall(opened):
    likes = wall()
    User.objects.update(layout=User.Layout.LIST)
    page = opened()
    page.goto("/likes/")
    page.locator(f"a.line[href='/likes/{likes[2].pk}/']").click()
    expect(page.locator(DIALOG)).to_be_visible()
    page.keyboard.press("Shift+ArrowRight")
    at(page, likes[3])
    page.keyboard.press("Escape")
    page.wait_for_url(ANYWHERE)
    expect(page.locator(f"a.line[href='/likes/{likes[3].pk}/']")).to_be_focused()
    page.goto(f"/likes/{likes[30].pk}/")
    page.get_by_role("link", name="Show in timeline").click()
    page.wait_for_url(f"**/likes/?before=*#like-{likes[30].pk}")
    expect(page.locator(f"#like-{likes[30].pk}")).to_be_in_viewport()


@pytest.mark.parametrize("way", ["Escape", "close", "dark"])
def test_a_like_is_closed_by_key_by_button_and_by_a_click_beside_it(opened, way):
    page, like = opened(), wall()[2]
    open_(page, like)
    if way == "Escape":
        page.keyboard.press("Escape")
    elif way == "close":
        page.get_by_label("Back to your likes").click()
    else:
        page.locator("[data-reel] > li").first.click(position={"x": 4, "y": 300})
    closed(page, like)
    assert not page.evaluate("history.state?.like")


def test_the_focus_stays_inside_and_is_seen(opened):
    page = opened(viewport={"width": 1440, "height": 900})
    open_(page, wall()[3])
    seen = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        where = page.evaluate(
            "[document.activeElement.closest('dialog') !== null, document.activeElement.tagName,"
            " document.activeElement.outerHTML.slice(0, 60)]"
        )
        assert where[0] or where[1] == "BODY", where
        seen.add(where[2])
    assert len(seen) > 8


def test_arrows_walk_the_pictures_first_and_then_the_likes(opened):
    page, like = opened(), album()
    members = like.media.values("position").distinct().count()
    older = wall()[wall().index(like) + 1]
    open_(page, like)
    place = page.locator("[data-place]")
    for number in range(2, members + 1):
        page.keyboard.press("ArrowRight")
        expect(place).to_have_text(f"{number} / {members}")
        at(page, like)
    page.keyboard.press("ArrowRight")
    at(page, older)
    page.keyboard.press("ArrowLeft")
    at(page, like)
    page.keyboard.press("Shift+ArrowRight")
    at(page, older)
    page.go_back()
    closed(page, older)


def test_chevrons_step_and_end_where_the_wall_ends(opened):
    page, likes = opened(), wall()
    open_(page, likes[0])
    expect(page.get_by_label("Newer like")).to_be_hidden()
    page.get_by_label("Older like").click()
    at(page, likes[1])
    page.get_by_label("Newer like").click()
    at(page, likes[0])
    # Whichever button was pressed last.
    page.get_by_role("button", name="About this like").click()
    page.keyboard.press("Shift+ArrowRight")
    at(page, likes[1])


def test_steps_stay_in_the_search_that_one_came_from(opened):
    likes = wall()
    chosen = [likes[1], likes[7], likes[12]]
    Like.objects.filter(pk__in=[like.pk for like in chosen]).update(document="'zebra':1")
    page = opened()
    page.goto("/likes/?q=zebra")
    page.locator("a.tile").first.click()
    at(page, chosen[0])
    for like in chosen[1:]:
        page.keyboard.press("Shift+ArrowRight")
        at(page, like)
    expect(page.get_by_label("Older like")).to_be_hidden()
    page.keyboard.press("Escape")
    page.wait_for_url("**/likes/?q=zebra")


def test_the_list_grows_under_a_like_and_is_there_when_it_is_closed(opened, hang):
    person = wall()[0].user
    found = [hang(person) for _ in range(70)][::-1]
    page = opened()
    # So many pages have loaded by themselves that the next one waits for its button.
    page.goto("/likes/?q=caption&load=6")
    page.locator(f"a.tile[href='/likes/{found[25].pk}/']").click()
    at(page, found[25])
    for like in found[26:64]:
        # Where the list ended a moment ago, more of it has come.
        expect(page.get_by_label("Older like")).to_be_visible()
        page.keyboard.press("Shift+ArrowRight")
        at(page, like)
    page.keyboard.press("Escape")
    page.wait_for_url("**/likes/?q=caption*")
    tile = page.locator(f"a.tile[href='/likes/{found[63].pk}/']")
    expect(tile).to_be_focused()
    expect(tile).to_be_in_viewport()


def test_the_next_like_and_its_picture_are_there_before_the_step(opened):
    page, likes = opened(), wall()
    # A video has a picture as well, which is not what its stage shows.
    first = [[item for item in like.media.all() if item.position == 0] for like in likes]
    place = next(at for at in range(40) if [item.kind for item in first[at + 1]] == ["image"])
    picture = first[place + 1][0].blob_id
    with page.expect_request(lambda request: picture in request.url):
        page.goto(f"/likes/{likes[place].pk}/")
    page.goto("/likes/")
    with page.expect_request(f"**/likes/{likes[place + 1].pk}/"):
        page.locator(f"a.tile[href='/likes/{likes[place].pk}/']").click()


def test_a_like_that_cannot_be_fetched_opens_as_its_page(opened):
    page, like = opened(), wall()[3]
    page.goto("/likes/")
    page.route(
        f"**/likes/{like.pk}/",
        lambda route: (
            route.abort() if route.request.resource_type == "fetch" else route.continue_()
        ),
    )
    page.locator(f"a.tile[href='/likes/{like.pk}/']").click()
    at(page, like)
    expect(page.locator("main .like-page")).to_be_visible()
    expect(page.locator(DIALOG)).to_have_count(0)


def test_without_a_network_the_page_stays_and_says_so(opened):
    page, likes = opened(), wall()
    page.goto("/likes/")
    page.context.set_offline(True)
    page.locator(f"a.tile[href='/likes/{likes[3].pk}/']").click()
    expect(page.get_by_text("You are offline.")).to_be_visible()
    page.wait_for_url(ANYWHERE)
    expect(page.locator("a.tile").first).to_be_visible()
    expect(page.locator(DIALOG)).to_have_count(0)


def test_without_a_network_a_like_that_is_open_stays_open(opened):
    page, likes = opened(), wall()
    ahead = f"/likes/{likes[4].pk}/"
    with page.expect_event("requestfinished", lambda asked: asked.url.endswith(ahead)):
        open_(page, likes[3])
    page.context.set_offline(True)
    # The next one was loaded ahead; the one after it cannot come.
    page.keyboard.press("Shift+ArrowRight")
    at(page, likes[4])
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_timeout(300)
    at(page, likes[4])
    expect(page.locator(DIALOG)).to_be_visible()
    page.context.set_offline(False)
    page.keyboard.press("Shift+ArrowRight")
    at(page, likes[5])


def test_a_picture_that_cannot_be_had_says_so_on_the_stage(opened):
    page, like = opened(), album()
    page.route("**/media/**", lambda route: route.fulfill(status=503))
    page.goto(f"/likes/{like.pk}/")
    lost = page.locator(".reel > li[data-lost]").first
    expect(lost).to_be_visible()
    assert "Cannot be shown" in lost.evaluate("it => getComputedStyle(it, '::before').content")
    assert lost.locator("img").evaluate("it => getComputedStyle(it).opacity") == "0"


def test_the_timeline_is_entered_at_the_very_like(opened):
    for scripts in (True, False):
        page, like = opened(java_script_enabled=scripts), wall()[30]
        page.goto(f"/likes/{like.pk}/")
        page.get_by_role("link", name="Show in timeline").click()
        page.wait_for_url(f"**/likes/?before=*#like-{like.pk}")
        tile = page.locator(f"#like-{like.pk}")
        expect(tile).to_be_in_viewport()
        if scripts:
            assert tile.evaluate("e => e.matches(':target')")
            style = tile.evaluate_handle("e => getComputedStyle(e, '::after')")
            assert style.evaluate("s => [s.outlineStyle, s.animationName]") == ["solid", "none"]


def test_a_like_is_looked_at_without_scripts(opened):
    page, like = opened(java_script_enabled=False), wall()[3]
    page.goto("/likes/")
    page.locator(f"a.tile[href='/likes/{like.pk}/']").click()
    at(page, like)
    expect(page.get_by_role("button", name="Full size")).to_be_hidden()
    page.get_by_role("button", name="Favourite").click()
    at(page, like)
    expect(page.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Older like").click()
    at(page, wall()[4])
    page.get_by_label("Back to your likes").click()
    page.wait_for_url(f"**/likes/#like-{wall()[4].pk}")


def test_a_like_closed_in_the_midst_of_a_step_stays_closed(opened):
    page, likes = opened(), wall()
    page.goto("/likes/")
    with page.expect_response(f"**/likes/{likes[3].pk}/"):
        page.locator(f"a.tile[href='/likes/{likes[2].pk}/']").click()
        at(page, likes[2])
    page.wait_for_load_state("networkidle")
    page.evaluate(
        "() => { const over = document.querySelector('dialog.viewer');"
        " over.querySelector('a[rel=next]').click(); over.close() }"
    )
    closed(page, likes[3])


def test_closed_by_back_after_steps_the_focus_is_on_the_like_seen_last(opened):
    page, likes = opened(), wall()
    open_(page, likes[0])
    for like in likes[1:3]:
        page.keyboard.press("Shift+ArrowRight")
        at(page, like)
    page.go_back()
    closed(page, likes[2])


def test_the_dot_of_the_picture_in_view_is_the_current_one(opened):
    page = opened()
    open_(page, album())
    dots = page.locator("[data-dots] > a")
    expect(dots.nth(0)).to_have_attribute("aria-current", "true")
    page.keyboard.press("ArrowRight")
    expect(dots.nth(1)).to_have_attribute("aria-current", "true")
    expect(page.locator("[data-dots] > a[aria-current]")).to_have_count(1)


def test_a_like_asks_to_sign_in_when_the_session_has_ended(opened):
    page = opened()
    page.goto("/likes/")
    page.context.clear_cookies()
    page.locator("a.tile").first.click()
    page.wait_for_url("**/accounts/signin/**")
    expect(page.locator(DIALOG)).to_have_count(0)


def test_a_like_that_was_come_to_from_elsewhere_closes_to_the_wall(opened):
    page, like = opened(), wall()[3]
    page.goto("/sources/")
    page.goto(f"/likes/{like.pk}/")
    page.get_by_label("Back to your likes").click()
    page.wait_for_url(f"**/likes/**#like-{like.pk}")


def test_the_address_stays_the_likes_while_the_list_grows_under_it(opened, hang):
    person = wall()[0].user
    for _ in range(70):
        hang(person)
    page, like = opened(), wall()[58]
    page.goto("/likes/?load=6")
    # Later than whatever else waits for a moment after the list has grown.
    page.evaluate(
        "document.addEventListener('htmx:afterSettle',"
        " () => setTimeout(() => { document.body.dataset.grown = '' }, 300))"
    )
    page.locator(f"a.tile[href='/likes/{like.pk}/']").click()
    at(page, like)
    expect(page.locator("body[data-grown]")).to_be_attached()
    expect(page.locator("a.tile").nth(60)).to_be_attached()
    assert page.url.endswith(f"/likes/{like.pk}/")
