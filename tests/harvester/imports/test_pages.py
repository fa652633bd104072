"""The pages of imports: what is sent arrives, nobody else sees it, and no sheet computes."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from archive import inventory
from harvester import import_views, tasks
from harvester.imports import job, loose, sheet, shown
from harvester.imports.reading import Upto
from harvester.imports.receiving import called
from harvester.models import Import, ImportRow
from tests.harvester.imports import brought

pytestmark = pytest.mark.django_db
PAGE = "/sources/import/"


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def file(content: bytes, name: str = "export.zip") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def sent(client: Client, *files: SimpleUploadedFile, **told: str):
    return client.post(PAGE, {"files": list(files)}, **told)


def stored() -> set[str]:
    return {found.key for found in inventory.objects("uploads")}


def left(shelves) -> list[str]:
    folder = shelves / "tmp"
    return [path.name for path in folder.iterdir()] if folder.is_dir() else []


@pytest.fixture
def reported(alice: User) -> Import:
    """An import that is over, with 250 rows of every outcome."""
    row = Import.objects.create(
        user=alice, name="e.zip", provider="instagram", kind="export", state="done",
        finished_at="2024-05-06T00:00Z", total=1_000, done=1_000,
        new=250, here=250, improved=250, unresolved=250,
    )  # fmt: skip
    outcomes = ImportRow.Kind.values
    ImportRow.objects.bulk_create(
        ImportRow(file=row, number=n, outcome=outcomes[n % 4], feed="liked", label=f"row-{n}.")
        for n in range(1, 1_001)
    )
    return row


def test_what_is_sent_is_stored_rung_for_and_read(alice, django_capture_on_commit_callbacks):
    visitor, content = browser(alice), brought.export(1_200)
    with django_capture_on_commit_callbacks() as bells:
        answer = sent(visitor, file(content), file(b"{}", "liked_posts.json"))
    assert (answer.status_code, answer.url) == (302, PAGE)
    assert len(bells) == 2
    first, second = Import.objects.order_by("pk")
    assert (first.name, first.size_bytes, first.state) == ("export.zip", len(content), "queued")
    assert stored() == {first.key, second.key}
    assert b"".join(inventory.pieces(first.key)) == content
    tasks.read_import(first.pk)
    assert "1,200" in visitor.get(f"{PAGE}{first.pk}/").content.decode()


def test_no_temporary_file_stays(alice, shelves):
    sent(browser(alice), file(brought.export(3)))
    assert left(shelves) == []


def test_a_script_is_told_where_to_go(alice):
    answer = sent(browser(alice), file(b"{}"), HTTP_ACCEPT="application/json")
    assert answer.status_code == 200
    assert (answer["Location"], answer["HX-Redirect"]) == (PAGE, PAGE)
    assert answer.json() == {"location": PAGE}


def test_nothing_chosen_is_said(alice):
    answer = browser(alice).post(PAGE, {"files": ""})
    assert answer.status_code == 400
    assert import_views.NOTHING in answer.content.decode()


def test_what_is_too_large_is_refused_before_it_is_read(alice, shelves):
    class Unread(io.BytesIO):
        def read(self, *size: int) -> bytes:
            raise AssertionError("the body was read")

    for said in (str(3 * 1024**3), str(3 * 1024**3).zfill(30), "9" * 40, "+7", "\u0663"):
        told = {"CONTENT_LENGTH": said, "wsgi.input": Unread()}
        answer = browser(alice).generic("POST", PAGE, content_type="text/plain", **told)
        assert answer.status_code == 413, said
        assert import_views.TOO_LARGE in answer.content.decode()
    assert (stored(), left(shelves)) == (set(), [])


def test_a_stranger_leaves_nothing_on_the_disk(db, shelves):
    answer = sent(Client(), file(brought.export(3)))
    assert (answer.status_code, left(shelves), stored()) == (302, [], set())
    assert not Import.objects.exists()


def test_a_form_without_its_token_leaves_nothing(alice, shelves):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert sent(strict, file(brought.export(3))).status_code == 403
    assert (stored(), left(shelves)) == (set(), [])


def test_a_form_with_its_token_is_taken(alice):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    page = strict.get(PAGE)
    token = str(page.context["csrf_token"])
    answer = strict.post(PAGE, {"csrfmiddlewaretoken": token, "files": file(b"{}")})
    assert answer.status_code == 302


def test_a_full_disk_is_said(alice, shelves):
    shelves.joinpath("tmp").write_text("no folder")
    answer = sent(browser(alice), file(brought.export(3)))
    assert answer.status_code == 507
    assert import_views.NO_ROOM in answer.content.decode()


def test_storage_that_is_away_is_said_and_nothing_stays(alice, shelves):
    shelves.joinpath("media").write_text("no folder")
    answer = sent(browser(alice), file(brought.export(3)))
    assert (answer.status_code, left(shelves)) == (507, [])
    assert not Import.objects.exists()


@pytest.mark.parametrize("end", ["", "status/", "report.csv"])
def test_another_persons_import_is_not_there(reported, bob, end):
    assert browser(bob).get(f"{PAGE}{reported.pk}/{end}").status_code == 404
    assert browser(bob).get(f"{PAGE}{10**30}/{end}").status_code == 404
    assert "e.zip" not in browser(bob).get(PAGE).content.decode()


def test_rows_are_shown_a_hundred_a_page_each_once(reported, alice):
    visitor, seen, path = browser(alice), [], f"{PAGE}{reported.pk}/?show=new"
    while path:
        page = visitor.get(path)
        assert len(page.context["rows"]) <= 100
        seen += [row.number for row in page.context["rows"]]
        path = page.context["next"] and f"{PAGE}{reported.pk}/{page.context['next']}"
    wanted = reported.rows.filter(outcome="new").order_by("number")
    assert seen == list(wanted.values_list("number", flat=True))


@pytest.mark.parametrize("query", ["show=all", "after=-1", "after=x", "after=٣", "show=new&after="])
def test_a_place_that_is_none_is_not_there(reported, alice, query):
    assert browser(alice).get(f"{PAGE}{reported.pk}/?{query}").status_code == 404


def test_no_page_asks_more_than_eight_questions(reported, alice):
    visitor = browser(alice)
    for _ in range(20):
        Import.objects.create(user=alice, name="more.zip")
    for path in ("", f"{reported.pk}/", f"{reported.pk}/?show=here", f"{reported.pk}/status/"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            visitor.get(PAGE + path)
        assert len(queries) <= 8, path


def test_polling_ends_with_the_import(reported, alice):
    visitor = browser(alice)
    row = Import.objects.create(user=alice, name="more.zip")
    assert visitor.get(f"{PAGE}{row.pk}/status/").status_code == 200
    assert visitor.get(f"{PAGE}{reported.pk}/status/").status_code == 286


def test_the_sheet_has_every_row(reported, alice):
    answer = browser(alice).get(f"{PAGE}{reported.pk}/report.csv")
    assert answer["Content-Type"].startswith("text/csv")
    table = list(csv.reader(io.StringIO(b"".join(answer).decode())))
    assert len(table) == 1_001
    assert table[1] == ["e.zip", "1", "here", "Likes", "", "row-1.", "", ""]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\tab",
        "  =1",
        "\u3000=1",
        "\uff1d1",
        "\ufeff=1",
    ],
)
def test_no_cell_is_a_formula(text):
    assert sheet.cell(text) == f"'{text}"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("sign", [*"=+-@", "\uff1d", ' "=', "\u3000="])
@pytest.mark.parametrize("begin", ["Ann;", "Ann\t", "Ann\n", "Ann\r", ";", "\t", "\n", 'A";'])
def test_no_reader_of_a_sheet_finds_a_formula(begin, sign, delimiter):
    line = io.StringIO(newline="")
    csv.writer(line).writerow(["e.zip", 1, sheet.cell(f"{begin}{sign}HYPERLINK(1)"), "liked"])
    line.seek(0)
    cells = [cell for row in csv.reader(line, delimiter=delimiter) for cell in row]
    assert "HYPERLINK" in "".join(cells)
    assert not any(cell.lstrip(' \u3000"')[:1] in set("=+-@\uff1d") - {""} for cell in cells)


@pytest.mark.parametrize("text", ["", "liked", "a=b", "  a", "'=1", "a;b", "a;'=1"])
def test_other_cells_stay_as_they_are(text):
    assert sheet.cell(text) == text


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\likes.zip", "likes.zip"),
        ("a\0b\n\u202ec.zip", "a\ufffdb c.zip"),
        ("", "a file"),
        ("x" * 400, "x" * 255),
    ],
)
def test_a_files_name_is_one_plain_line(name, line):
    assert called(name) == line


def test_names_and_labels_are_shown_as_text(alice, upload):
    row = upload(brought.export(1), name="<script>alert(1)</script>.zip")
    job.run(row.pk, Upto())
    ImportRow.objects.update(label="<script>alert(2)</script>")
    for path in (PAGE, reverse("harvester:import", args=[row.pk])):
        assert "<script>alert" not in browser(alice).get(path).content.decode()


def test_an_upload_that_breaks_off_leaves_nothing(alice, shelves):
    visitor = browser(alice)
    visitor.raise_request_exception = False
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="%s"\r\n\r\n'
    body = head % b"a.zip" + b"a" * 9 + b"\r\n" + head % b"b.zip" + b"b" * 500_000

    class Gone(io.BytesIO):
        def read(self, *size: int) -> bytes:
            found = super().read(*size)
            if not found:
                raise OSError("the browser went away")
            return found

    told = {"CONTENT_LENGTH": str(len(body) * 2), "wsgi.input": Gone(body)}
    answer = visitor.generic("POST", PAGE, CONTENT_TYPE="multipart/form-data; boundary=x", **told)
    assert answer.status_code == 500
    assert (stored(), left(shelves), Import.objects.count()) == (set(), [], 0)


def test_more_than_twenty_files_at_once_are_not_taken(alice, shelves):
    answer = sent(browser(alice), *(file(b"{}", f"{n}.json") for n in range(21)))
    assert answer.status_code == 429
    assert import_views.TOO_MANY in answer.content.decode()
    assert (stored(), left(shelves)) == (set(), [])
    assert sent(browser(alice), *(file(b"{}") for _ in range(20))).status_code == 302


@pytest.mark.parametrize(("count", "size"), [(20, 1), (2, import_views.MOST_BYTES)])
def test_while_many_files_wait_no_more_are_taken(alice, bob, shelves, count, size):
    for _ in range(count):
        Import.objects.create(user=alice, name="waits.zip", size_bytes=size)
    answer = sent(browser(alice), file(b"{}"))
    assert answer.status_code == 429
    assert import_views.STILL_WAITING in answer.content.decode()
    assert (stored(), left(shelves)) == (set(), [])
    assert sent(browser(bob), file(b"{}")).status_code == 302
    Import.objects.update(state="done", finished_at="2024-05-06T00:00Z")
    assert sent(browser(alice), file(b"{}")).status_code == 302


def test_rows_of_all_but_the_newest_fifty_imports_are_put_away(reported, alice, bob):
    page = f"{PAGE}{reported.pk}/"
    for user, count in ((bob, 60), (alice, 49)):
        for _ in range(count):
            Import.objects.create(user=user, name="newer.zip")
    assert loose.put_away() == 0
    assert shown.PUT_AWAY not in browser(alice).get(page).content.decode()
    Import.objects.create(user=alice, name="newer.zip")
    tasks.sweep()
    assert not ImportRow.objects.exists()
    reported.refresh_from_db()
    assert (reported.new, reported.unresolved, reported.state) == (250, 250, "done")
    assert shown.PUT_AWAY in browser(alice).get(page).content.decode()
    assert browser(alice).get(f"{page}report.csv").url == page


def test_rows_of_an_import_under_way_stay(reported, alice):
    for _ in range(50):
        Import.objects.create(user=alice, name="newer.zip")
    Import.objects.filter(pk=reported.pk).update(state="queued", finished_at=None)
    assert loose.put_away() == 0
