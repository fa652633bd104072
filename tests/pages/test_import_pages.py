"""Where files are brought: what to ask for, what is promised, and how each file fares."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from harvester.models import Import, ImportRow
from tests.pages.conftest import NOON

pytestmark = pytest.mark.django_db

PAGE = "/sources/import/"


def get(client: Client, path: str = PAGE) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def brought(user, state: str = "done", **facts) -> Import:
    """A file that a person brought."""
    over = {} if state in {"queued", "running"} else {"finished_at": NOON}
    return Import.objects.create(user=user, name="likes.zip", state=state, **over | facts)


def test_what_is_easily_chosen_wrong_is_said_loudly(as_alice):
    html = get(as_alice)
    assert "<em>JSON</em>" in html
    assert "<em>All time</em>" in html
    assert html.index("<em>JSON</em>") > html.index('class="loud"')


def test_what_is_not_read_is_promised_where_the_file_is_given(as_alice):
    html = get(as_alice)
    form = html[html.index("<form") : html.index("</form>", html.index("data-upload"))]
    assert "Messages are never read." in form
    assert "deleted after the import" in form


def test_the_form_works_as_it_stands_with_several_files(as_alice):
    form = re.search(r"<form[^>]*data-upload>", get(as_alice))[0]
    assert 'enctype="multipart/form-data"' in form
    assert f'action="{PAGE}"' in form
    assert re.search(r'<input id="files" type="file"[^>]* multiple', get(as_alice))


def test_a_file_that_is_read_shows_how_far_it_is(as_alice, alice):
    brought(alice, "running", total=2_000, done=500)
    html = get(as_alice)
    assert '<progress max="2000" value="500"' in html
    assert "500 of 2,000 rows" in html
    assert "See your likes" not in html


def test_what_is_on_its_way_stands_above_where_more_is_brought(as_alice, alice):
    brought(alice)
    html = get(as_alice)
    assert html.index("Files you brought") > html.index("data-upload")
    brought(alice, "queued", total=2_000, done=500)
    html = get(as_alice)
    assert html.index("Files you brought") < html.index("data-upload")
    assert "Goes on in a moment</p>" in html


def test_a_file_that_failed_says_why_in_one_sentence_and_counts_nothing(as_alice, alice):
    brought(alice, "failed", words="This zip is damaged.")
    html = get(as_alice)
    assert "This zip is damaged." in html
    assert "Not imported" in html
    assert 'class="tally"' not in html


def test_a_file_that_is_done_counts_what_became_of_it_and_leads_to_the_wall(as_alice, alice):
    brought(alice, total=1_600, done=1_600, new=1_164, improved=300, unresolved=136)
    html = get(as_alice)
    for number in ("1,164", "300", "136"):
        assert f"<dd>{number}</dd>" in html
    assert '<a class="button main" href="/likes/">See your likes</a>' in html


def test_a_report_says_what_became_of_a_row_and_why_without_trusting_it(as_alice, alice):
    file = brought(alice, total=1, unresolved=1)
    row = {"label": "<b>@ada", "reason": "It has no address.", "feed": "liked"}
    ImportRow.objects.create(file=file, number=1, outcome="unresolved", **row)
    html = get(as_alice, f"{PAGE}{file.pk}/?show=unresolved")
    assert "&lt;b&gt;@ada" in html
    assert "Cannot be resolved</span> " in html
    assert "It has no address." in html
    assert re.search(r'href="\?show=unresolved" aria-current="page"', html)


def test_a_file_that_failed_has_no_rows_to_choose_from(as_alice, alice):
    file = brought(alice, "failed", words="This zip is damaged.")
    html = get(as_alice, f"{PAGE}{file.pk}/")
    assert "This zip is damaged." in html
    assert "Rows to show" not in html
