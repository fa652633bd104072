"""A zip that is damaged, locked, huge, twisted or wrong gets one sentence, and is not read."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from pathlib import Path

import pytest

from providers.errors import BadExport
from providers.instagram.export import archive
from tests.providers.export.files import (
    DOOR,
    HARBOUR,
    LIKES,
    central,
    code_of,
    liked,
    likes,
    patched,
    rows_in,
    rows_of,
    zipped,
)

ONE = likes(liked())
GOOD = zipped({LIKES: ONE})
MESSAGES = "your_instagram_activity/messages/inbox/somebody_1/message_1.json"
FLAGS, METHOD, CRC, PACKED, SIZE, OFFSET = 8, 10, 16, 20, 24, 42
NAME_BYTES, EXTERNAL = 28, 38


def of_central(offset: int, layout: str, value: int, raw: bytes = GOOD, ordinal: int = 0) -> bytes:
    return patched(raw, central(raw, ordinal) + offset, layout, value)


def named(name: str) -> bytes:
    return zipped({name: ONE})


def as_link() -> bytes:
    info = zipfile.ZipInfo(LIKES)
    info.external_attr = 0o120777 << 16
    bag = io.BytesIO()
    with zipfile.ZipFile(bag, "w") as made:
        made.writestr(info, "/etc/passwd")
    return bag.getvalue()


def packed_by(method: int) -> bytes:
    return zipped({LIKES: ONE}, method=method)


def quoted() -> bytes:
    """The second entry lies inside the first one's bytes."""
    inner = zipped({"liked_posts_2.json": ONE}, method=zipfile.ZIP_STORED)
    local = inner[: central(inner)]
    raw = zipped([("liked_posts_1.json", local), ("liked_posts_2.json", ONE)], method=0)
    return of_central(OFFSET, "<L", raw.find(local), raw, 1)


def of_same_bytes() -> bytes:
    raw = zipped([("a.bin", "x" * 500), ("b.bin", "y" * 500), (LIKES, ONE)], method=0)
    return of_central(OFFSET, "<L", 0, raw, 1)


def into_directory() -> bytes:
    raw = zipped([(LIKES, ONE), ("z.bin", "z" * 10)], method=0)
    return of_central(PACKED, "<L", 60, raw, 1)


def without_a_byte() -> bytes:
    at = GOOD.find(LIKES.encode()) + len(LIKES) + 5
    return GOOD[:at] + GOOD[at + 1 :]


def with_another_byte() -> bytes:
    raw = zipped({LIKES: ONE}, method=0)
    return raw.replace(b"1714903200", b"1714903201")


def counted(entries: int, size: int | None = None) -> bytes:
    """An end record that tells of so many entries, in a directory of so many bytes."""
    raw = patched(GOOD, len(GOOD) - 14, "<H", min(entries, 0xFFFF))
    raw = patched(raw, len(raw) - 12, "<H", min(entries, 0xFFFF))
    return raw if size is None else patched(raw, len(raw) - 10, "<L", size)


def million() -> bytes:
    """The records of zip64, telling of a million entries in 46 megabytes that are not there."""
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 10**6, 10**6, 46 * 10**6, 0)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(GOOD), 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return GOOD + end64 + locator + end


def many_empty() -> bytes:
    return zipped([*((f"media/{n}.jpg", "") for n in range(20_001)), (LIKES, ONE)])


HOSTILE = {
    "empty": (b"", "empty"),
    "no zip": (b"%PDF-1.7 likes", "not_export"),
    "another packer": (b"Rar!\x1a\x07\x01\x00", "not_export"),
    "cut in half": (GOOD[: len(GOOD) // 2], "damaged"),
    "without its last byte": (GOOD[:-1], "damaged"),
    "with bytes behind it": (GOOD + b"\0", "damaged"),
    "a byte lost inside": (without_a_byte(), "damaged"),
    "another byte inside": (with_another_byte(), "damaged"),
    "another sum": (of_central(CRC, "<L", 1), "damaged"),
    "less than said": (of_central(SIZE, "<L", len(ONE) + 1), "damaged"),
    "more than said": (of_central(SIZE, "<L", len(ONE) - 1), "damaged"),
    "header elsewhere": (of_central(OFFSET, "<L", 4), "damaged"),
    "header far away": (of_central(OFFSET, "<L", 2**31), "damaged"),
    "name without end": (of_central(NAME_BYTES, "<H", 60_000), "damaged"),
    "fewer entries than said": (counted(2), "damaged"),
    "20,001 entries": (many_empty(), "too_many"),
    "entries without end": (counted(1, 2**31), "too_many"),
    "a million entries": (million(), "too_many"),
    "locked": (of_central(FLAGS, "<H", 1), "encrypted"),
    "bzip2": (packed_by(zipfile.ZIP_BZIP2), "compression"),
    "lzma": (packed_by(zipfile.ZIP_LZMA), "compression"),
    "said to be huge": (of_central(SIZE, "<L", 300 * 1024**2), "too_large"),
    "bomb": (zipped({LIKES: " " * 3_000_000 + ONE}), "bomb"),
    "entry within an entry": (quoted(), "overlap"),
    "two names for the same bytes": (of_same_bytes(), "overlap"),
    "entry in the directory": (into_directory(), "overlap"),
    "symlink": (as_link(), "unsafe_name"),
    "absolute": (named("/likes/liked_posts.json"), "unsafe_name"),
    "upwards": (named("a/../../liked_posts.json"), "unsafe_name"),
    "drive": (named("C:/liked_posts.json"), "unsafe_name"),
    "backslash": (named("likes\\liked_posts.json"), "unsafe_name"),
    "zip of zips": (zipped({"part_1.zip": GOOD, "part_2.zip": GOOD}), "nested"),
    "other lists": (zipped({MESSAGES: "{}", "followers_1.json": "[]"}), "no_lists"),
    "nothing at all": (zipped({}), "no_lists"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_zip_gets_one_sentence(tmp_path: Path, case: str) -> None:
    raw, code = HOSTILE[case]
    assert code_of(tmp_path, raw) == code


def test_one_bad_list_refuses_the_whole_export(tmp_path: Path) -> None:
    raw = zipped({LIKES: ONE, "saved/saved_posts.json": '{"saved_saved_media": ['})
    assert code_of(tmp_path, raw) == "bad_json"


@pytest.mark.parametrize(
    ("offset", "layout", "value"),
    [
        (CRC, "<L", 1),
        (FLAGS, "<H", 1),
        (METHOD, "<H", 99),
        (SIZE, "<L", 2**31),
        (EXTERNAL, "<L", 0xA1FF0000),
    ],
)
def test_messages_are_never_opened(tmp_path: Path, offset: int, layout: str, value: int) -> None:
    raw = zipped([(LIKES, ONE), (MESSAGES, '{"likes_media_likes": [')])
    poisoned = of_central(offset, layout, value, raw, 1)
    assert len(rows_in(tmp_path, poisoned)) == 1


def test_messages_of_a_folder_are_never_opened(tmp_path: Path) -> None:
    (tmp_path / "messages").mkdir()
    os.mkfifo(tmp_path / "messages" / "message_1.json")
    (tmp_path / "liked_posts.json").write_text(ONE)
    assert len(rows_of(tmp_path)) == 1


def test_zip64_and_a_comment_are_taken(tmp_path: Path) -> None:
    bag = io.BytesIO()
    with zipfile.ZipFile(bag, "w", zipfile.ZIP_DEFLATED) as made:
        with made.open(zipfile.ZipInfo(LIKES), "w", force_zip64=True) as member:
            member.write(ONE.encode())
        made.comment = b"PK\5\6 from Instagram"
    assert len(rows_in(tmp_path, bag.getvalue())) == 1


def test_a_zip_written_in_one_go_is_taken(tmp_path: Path) -> None:
    """Its local headers hold no sizes: they follow behind the bytes."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(LIKES, ONE)
        made.writestr(MESSAGES, "{}")
    assert len(rows_in(tmp_path, pipe.getvalue())) == 1


def test_sizes_and_places_of_zip64_are_read(tmp_path: Path) -> None:
    raw = zipped({LIKES: ONE}, method=0)
    at, end = central(raw), raw.rfind(b"PK\5\6")
    record = bytearray(raw[at:end])
    struct.pack_into("<3L", record, PACKED, 0xFFFFFFFF, 0xFFFFFFFF, len(LIKES))
    struct.pack_into("<2H", record, NAME_BYTES, len(LIKES), 28)
    struct.pack_into("<L", record, OFFSET, 0xFFFFFFFF)
    extra = struct.pack("<2H3Q", 1, 24, len(ONE), len(ONE), 0)
    directory = bytes(record) + extra
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(directory), at)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, at + len(directory), 1)
    last = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert len(rows_in(tmp_path, raw[:at] + directory + end64 + locator + last)) == 1


def test_a_file_larger_than_an_export_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.zip"
    path.touch()
    os.truncate(path, archive.FILE_BYTES + 1)
    with pytest.raises(BadExport) as refusal, DOOR.open(path, path.name):
        pass
    assert refusal.value.code == "too_large"


@pytest.mark.parametrize("target", ["/etc/hostname", "liked_posts.json"])
def test_a_link_in_a_folder_is_not_followed(tmp_path: Path, target: str) -> None:
    (tmp_path / "saved_posts.json").symlink_to(target)
    with pytest.raises(BadExport) as refusal, DOOR.open(tmp_path, "export"):
        pass
    assert refusal.value.code == "unsafe_name"


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadExport) as refusal, DOOR.open(tmp_path / "away.zip", "away.zip"):
        pass
    assert refusal.value.code == "unreadable"


def test_every_cut_of_a_zip_is_refused(tmp_path: Path) -> None:
    raw = zipped({LIKES: likes(*(liked(HARBOUR, 1714903200 + n) for n in range(20)))})
    codes = {code_of(tmp_path, raw[:end]) for end in range(4, len(raw), 7)}
    assert codes == {"damaged"}
