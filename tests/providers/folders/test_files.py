"""Bytes that are already on disk: as careful as with bytes from the net, and never led astray."""

from __future__ import annotations

import hashlib
import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from providers.errors import Gone, Refused, Unacceptable, WrongContent
from providers.fetch import LIMITS
from providers.files import examine, opened
from tests.providers.pictures import film, picture

JPEG = picture("JPEG", (400, 300))


@pytest.fixture
def found(tmp_path):
    folder = tmp_path / "found"
    folder.mkdir()
    return folder


def examined(path, into, data=JPEG, kind="image", **limits):
    path.write_bytes(data)
    return examine(path, kind=kind, into=into, limits={kind: replace(LIMITS[kind], **limits)})


def test_a_picture_is_copied_hashed_and_typed_and_stays_where_it_is(found, into):
    got = examined(found / "a.png", into)
    assert got.path.parent == into
    assert got.path.read_bytes() == (found / "a.png").read_bytes() == JPEG
    assert got.size_bytes == len(JPEG)
    assert got.sha256 == hashlib.sha256(JPEG).hexdigest()
    assert got.content_type == "image/jpeg"


def test_a_film_is_looked_through(found, into):
    assert examined(found / "a.mp4", into, film(), "video").content_type == "video/mp4"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "image"),
        (b"\xff\xd8", "image"),
        (b"<svg/>", "image"),
        (b"<html>log in</html>", "image"),
        (film(), "image"),
        (JPEG, "video"),
        (film()[:-1], "video"),
        (film(brand=b"qt  "), "video"),
    ],
)
def test_what_is_no_picture_or_film_is_refused_and_leaves_nothing(found, into, data, kind):
    with pytest.raises(WrongContent):
        examined(found / "a.jpg", into, data, kind)
    assert list(into.iterdir()) == []


def test_a_file_of_just_the_cap_is_taken_and_no_larger_one(found, into):
    assert examined(found / "a", into, size_bytes=len(JPEG)).size_bytes == len(JPEG)
    with pytest.raises(Unacceptable):
        examined(found / "b", into, size_bytes=len(JPEG) - 1)
    assert len(list(into.iterdir())) == 1


def test_a_link_is_not_followed(found, into):
    (found / "own.jpg").write_bytes(JPEG)
    (found / "link.jpg").symlink_to("own.jpg")
    (found / "passwd.jpg").symlink_to("/etc/passwd")
    for name in ("link.jpg", "passwd.jpg"):
        with pytest.raises(Refused):
            examine(found / name, kind="image", into=into)
    assert list(into.iterdir()) == []


def test_a_folder_that_is_a_link_is_not_entered(found, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.jpg").write_bytes(JPEG)
    (found / "in").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused), opened(found, "in/a.jpg"):
        pass


def test_from_a_given_folder_on_no_link_is_passed(found, into, tmp_path):
    (found / "real").mkdir()
    (found / "real" / "a.jpg").write_bytes(JPEG)
    (tmp_path / "linked").symlink_to(found)  # what is given may be one
    (found / "in").symlink_to("real")
    given = tmp_path / "linked"
    got = examine(given / "real" / "a.jpg", kind="image", into=into, below=given)
    assert got.path.read_bytes() == JPEG
    with pytest.raises(Refused):
        examine(given / "in" / "a.jpg", kind="image", into=into, below=given)


@pytest.mark.parametrize(
    "name", ["../into/a", "/etc/passwd", "a/../../into/a", "", ".", "..", "a//b", "a\0b", "\ud800"]
)
def test_no_name_leads_out_of_the_folder(found, into, name):
    (into / "a").write_bytes(JPEG)
    (found / "a").mkdir()
    with pytest.raises(Refused), opened(found, name):
        pass


def test_what_is_no_plain_file_is_refused_without_waiting(found, into):
    os.mkfifo(found / "fifo.jpg")
    (found / "folder.jpg").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(found / "socket.jpg"))
        for name in ("fifo.jpg", "folder.jpg", "socket.jpg"):
            with pytest.raises(Refused):
                examine(found / name, kind="image", into=into)
    for device in ("zero", "null"):
        with pytest.raises(Refused), opened(Path("/dev"), device):
            pass


def test_a_file_that_went_away_is_gone(found, into):
    with pytest.raises(Gone):
        examine(found / "a.jpg", kind="image", into=into)


def test_a_full_or_missing_disk_is_no_fault_of_the_file(found, into):
    with pytest.raises(OSError, match="No such file"):
        examined(found / "a.jpg", into / "missing")


def test_nothing_stays_open(found, into):
    before = len(list(Path("/proc/self/fd").iterdir()))
    (found / "in").mkdir()
    for name in ("in", "in/none", "none/a", "in/../a"):
        with pytest.raises((Gone, Refused)), opened(found, name):
            pass
    examined(found / "a.jpg", into)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
