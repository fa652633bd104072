"""A file is what its own bytes say, and nothing else."""

from __future__ import annotations

import pytest

from providers import sniff
from providers.errors import WrongContent
from tests.providers.pictures import animation, box, film, picture

KEPT = [
    (picture("JPEG"), "image/jpeg"),
    (picture("PNG"), "image/png"),
    (picture("WEBP"), "image/webp"),
    (animation("GIF"), "image/gif"),
    (film(), "video/mp4"),
    (film(brand=b"mp42"), "video/mp4"),
    (film(brand=b"odd "), "video/mp4"),
]
NOT_KEPT = [
    b"",
    b"\xff\xd8",
    b"<html><img src=x></html>",
    b"<!DOCTYPE html>",
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    b"<svg onload=alert(1)>",
    b"\xef\xbb\xbf<svg>",
    b"%PDF-1.7\n",
    b"\n\xff\xd8\xff\xe0JFIF",
    b"GIF88a",
    b"RIFF\0\0\0\0WAVEfmt ",
    b"BM\x36\0\0\0",
    b"II*\0\x08\0\0\0",
    b"\0\0\1\0\1\0",
    b"%!PS-Adobe-3.0 EPSF",
    b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd",
    b"P6 1 1 255\n",
    b"PK\3\4",
    b"\x7fELF",
    b"\x1aE\xdf\xa3webm",
    b"FLV\1",
    b"ID3\3",
    b"#!/bin/sh\n",
    film(brand=b"qt  "),
    film(brand=b"heic"),
    film(brand=b"avif"),
    box(b"ftyp", b"none", b"\0\0\0\0", b"none"),
    b"\0\0\0\x18ftyp",
    b"\0\0\0\x18FTYPisom",
    bytes(64),
]


@pytest.mark.parametrize(("data", "content_type"), KEPT)
def test_a_kept_type_is_known_by_its_first_bytes(data, content_type):
    assert sniff.content_type(data[: sniff.HEAD_BYTES]) == content_type


@pytest.mark.parametrize("data", NOT_KEPT)
def test_whatever_is_not_on_the_list_is_nothing(data):
    assert sniff.content_type(data[: sniff.HEAD_BYTES]) == ""


@pytest.fixture
def look(tmp_path):
    def look(data: bytes) -> sniff.Film:
        path = tmp_path / "film"
        path.write_bytes(data)
        return sniff.film(path)

    return look


@pytest.mark.parametrize("version", [0, 1])
def test_a_film_tells_its_size_and_length(look, version):
    assert look(film(version=version)) == sniff.Film(640, 360, 3.5)


def test_a_film_taken_upright_is_upright(look):
    assert look(film(turned=True)) == sniff.Film(360, 640, 3.5)


def test_a_film_of_unknown_length_is_a_film(look):
    assert look(film(seconds=0)).duration is None


def test_the_last_box_may_reach_to_the_end(look):
    data = film()
    at = data.index(b"mdat") - 4
    assert look(data[:at] + b"\0\0\0\0" + data[at + 4 :]).width == 640


def test_boxes_may_have_long_sizes(look):
    head, moov = film()[:24], film()[24:].partition(b"\0\0\2\x08mdat")[0]
    assert look(head + moov + box(b"mdat", bytes(99), long=True) + box(b"free")).height == 360


@pytest.mark.parametrize("cut", [1, 100, 511, 520, 600, 700])
def test_a_cut_film_is_not_whole(look, cut):
    with pytest.raises(WrongContent):
        look(film()[:-cut])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        film() + b"#EXTM3U\nhttp://127.0.0.1/",
        film() + b"\0",
        film()[24:],
        film()[:24] + box(b"mdat", bytes(9)),
        film().replace(b"mdat", b"free"),
        film().replace(b"trak", b"free"),
        film(width=0),
        film().replace(b"moov", b"\0\0\0\0"),
        film() + b"\0\0\0\1free" + b"\xff" * 8,
        film() + b"\0\0\0\1free",
        film() + b"\0\0\0\4free",
        film() + box(b"free") * 200_001,
        box(b"ftyp", b"isom")
        + box(b"moov", box(b"trak", box(b"free") * 1000) * 201)
        + box(b"mdat"),
        box(b"ftyp", b"isom") + box(b"moov", b"\0\0\0\0mvhd") + box(b"mdat"),
        box(b"ftyp", b"isom") + box(b"moov", box(b"mvhd", b"\1")) + box(b"mdat"),
        box(b"ftyp", b"isom") + box(b"moov", box(b"trak", box(b"tkhd"))) + box(b"mdat"),
        box(b"ftyp", b"isom") + box(b"moov", b"\xff" * 99) + box(b"mdat"),
    ],
)
def test_a_film_that_does_not_hold_together_is_refused(look, data):
    with pytest.raises(WrongContent):
        look(data)


def test_a_clock_without_a_scale_tells_no_length(look):
    data = film()
    at = data.index(b"mvhd") + 16
    assert look(data[:at] + bytes(4) + data[at + 4 :]).duration is None
