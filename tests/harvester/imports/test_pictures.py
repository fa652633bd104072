"""Pictures that other programs left become those of the likes they belong to."""

from __future__ import annotations

import json
import zipfile

import pytest

from accounts import filing
from accounts.models import User
from archive import imports, inventory
from archive.models import MediaItem
from harvester.imports import job, pictures
from harvester.imports.reading import Upto
from harvester.imports.unpack import is_safe
from harvester.models import Import, ImportRow
from providers.shapes import ExportRow, LikedPost
from tests.harvester.imports import brought

pytestmark = pytest.mark.django_db


def like(user: User, *numbers: int) -> None:
    """Likes of `user` as an export tells them."""
    posts = [
        LikedPost(brought.post_id(n), "", "ada", "", "", "", None, (), None, None, ())
        for n in numbers
    ]
    rows = [ExportRow("liked", "", "likes.json", at, post) for at, post in enumerate(posts, 1)]
    imports.keep(filing.source_of_files(user, "instagram"), rows, None)


def name(number: int, ending: str = ".png") -> str:
    """As gallery-dl calls a picture."""
    return f"instagram/ada/{brought.post_id(number)}{ending}"


def read(row: Import) -> Import:
    while job.run(row.pk, Upto(0.0)):
        pass
    row.refresh_from_db()
    return row


def told(row: Import) -> dict[str, tuple[str, str]]:
    rows = ImportRow.objects.filter(file=row)
    return {label: (outcome, reason) for label, outcome, reason in rows.values_list(
        "label", "outcome", "reason"
    )}  # fmt: skip


def test_a_zip_of_pictures_is_told_from_an_export_by_its_content(upload, alice):
    like(alice, 1, 2)
    files = {
        name(1): brought.picture(1),
        name(2): brought.picture(2),
        name(3): brought.picture(3),
        "instagram/ada/holiday.png": brought.picture(4),
        "notes.txt": b"nothing",
    }
    row = read(upload(brought.pictures(files), name="gallery-dl.zip"))
    assert (row.state, row.kind, row.provider) == ("done", "folder", "instagram")
    assert told(row) == {
        name(1): ("new", ""),
        name(2): ("new", ""),
        name(3): ("unresolved", pictures.NOT_YOURS),
        "instagram/ada/holiday.png": ("unresolved", pictures.NO_POST),
    }
    stored = MediaItem.objects.of(alice).filter(state="stored").select_related("blob")
    assert {b"".join(inventory.pieces(item.blob.key)) for item in stored} == {
        brought.picture(1),
        brought.picture(2),
    }


def test_the_same_zip_again_is_here_already(upload, alice):
    like(alice, 1)
    files = brought.pictures({name(1): brought.picture(1)})
    read(upload(files))
    row = read(upload(files))
    assert (row.new, row.here) == (0, 1)
    assert MediaItem.objects.count() == 1


def test_what_is_no_picture_is_told(upload, alice):
    like(alice, 1, 2, 3)
    cut = brought.picture(3)[:-30]
    files = {name(1): b"<html>no</html>", name(2): b"", name(3): cut}
    row = read(upload(brought.pictures(files)))
    assert row.unresolved == 3
    assert {reason for _, reason in told(row).values()} == {pictures.UNREADABLE}
    assert not MediaItem.objects.filter(state="stored").exists()


def test_another_persons_likes_get_nothing(upload, alice, bob):
    like(bob, 1)
    row = read(upload(brought.pictures({name(1): brought.picture(1)})))
    assert told(row) == {name(1): ("unresolved", pictures.NOT_YOURS)}
    assert not MediaItem.objects.exists()


def test_in_many_goes_each_file_is_told_once(upload, alice, monkeypatch):
    monkeypatch.setattr(pictures, "BATCH", 2)
    like(alice, *range(7))
    row = read(upload(brought.pictures({name(n): brought.picture(n) for n in range(7)})))
    assert (row.done, row.new, row.total) == (7, 7, 7)


def test_nothing_is_written_where_a_name_leads(upload, alice, shelves):
    like(alice, 1, 2)
    files = {
        name(1): brought.picture(1),
        f"../../{name(2)}": brought.picture(2),
        f"/tmp/{brought.post_id(2)}.png": brought.picture(2),
        f"a\\..\\{brought.post_id(2)}.png": brought.picture(2),
    }
    row = read(upload(brought.pictures(files)))
    assert (row.new, row.unresolved) == (1, 3)
    assert list((shelves / "tmp").iterdir()) == []
    assert not list(shelves.glob("**/*.png"))


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("a/b.png", True),
        ("ada/:stories/b.png", True),
        ("ada 🙂‍↔️/ü.png", True),
        ("a//b.png", False),
        ("./b.png", False),
        ("a/../b.png", False),
        ("/b.png", False),
        ("C:/b.png", False),
        ("a\\b.png", False),
        ("a\x1b[2J.png", False),
        ("a\0.png", False),
        ("x" * 201, False),
        ("a/" * 17 + "b", False),
    ],
)
def test_only_names_that_lead_down_are_used(path, safe):
    assert is_safe(path) is safe


def test_a_picture_and_a_folder_of_one_name_do_no_harm(upload, alice):
    like(alice, 1)
    files = {name(1): brought.picture(1), f"{name(1)}/b.png": brought.picture(2)}
    row = read(upload(brought.pictures(files)))
    assert (row.state, row.new, row.unresolved) == ("done", 1, 1)


def test_a_link_in_a_zip_is_passed_over(upload, alice, tmp_path):
    like(alice, 1, 2)
    path = tmp_path / "links.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(name(1), brought.picture(1))
        link = zipfile.ZipInfo(name(2))
        link.external_attr = 0o120777 << 16
        packed.writestr(link, "/etc/passwd")
    row = read(upload(path.read_bytes()))
    assert (row.new, row.unresolved) == (1, 1)


def test_a_zip_that_unpacks_to_a_sea_is_refused(upload, alice, tmp_path):
    like(alice, 1)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name(1), b"\0" * 5_000_000)
    row = read(upload(path.read_bytes()))
    assert (row.state, row.trouble) == ("failed", "bomb")


def test_what_a_sidecar_tells_fills_the_blanks_of_a_like(upload, alice):
    like(alice, 1)
    beside = {
        "post_id": brought.post_id(1), "post_shortcode": brought.code(1), "media_id":
        brought.post_id(1), "username": "ada", "description": "A harbour", "num": 1,
        "shortcode": brought.code(1), "category": "instagram",
    }  # fmt: skip
    files = {name(1): brought.picture(1), name(1) + ".json": json.dumps(beside).encode()}
    row = read(upload(brought.pictures(files)))
    assert row.new == 1
    assert alice.likes.get().caption == "A harbour"


def test_a_go_ends_between_two_files_when_its_time_is_over(upload, alice):
    like(alice, *range(3))
    row = upload(brought.pictures({name(n): brought.picture(n) for n in range(3)}))
    assert job.run(row.pk, Upto(0.0)) is True
    row.refresh_from_db()
    assert (row.done, row.state) == (1, "queued")
    assert read(row).new == 3
