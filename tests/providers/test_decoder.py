"""Decoding in a child: every pixel of a good picture, and a bad one harms only itself."""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest
from PIL import Image

from providers.decoder import Decoder, Seen
from providers.errors import ProviderError, Unacceptable, WrongContent
from tests.providers.pictures import EXIF_TURNED, animation, film, long_png, picture, wide_gif

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def keep(tmp_path):
    def keep(data: bytes) -> Path:
        path = tmp_path / f"kept-{len(list(tmp_path.iterdir()))}"
        path.write_bytes(data)
        return path

    return keep


def children() -> list[psutil.Process]:
    found = psutil.Process().children()
    return [one for one in found if "providers.decoder" in " ".join(one.cmdline())]


@pytest.mark.parametrize(
    ("form", "content_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/gif")],
)
def test_a_picture_is_seen_with_size_and_colour(decoder, keep, form, content_type):
    seen = decoder.inspect(keep(picture(form, colour="white")), content_type)
    assert seen == Seen(64, 48, None, "#ffffff")


@pytest.mark.parametrize(
    ("mode", "colour", "mean"),
    [
        ("RGB", (255, 0, 0), "#ff0000"),
        ("RGBA", (255, 0, 0, 0), "#ffffff"),
        ("L", 0, "#000000"),
        ("LA", (0, 255), "#000000"),
        ("P", 0, "#000000"),
        ("1", 1, "#ffffff"),
        ("I;16", 65535, "#ffffff"),
    ],
)
def test_every_mode_of_png_has_a_colour(decoder, keep, mode, colour, mean):
    seen = decoder.inspect(keep(picture("PNG", mode=mode, colour=colour)), "image/png")
    assert seen.colour == mean


def test_the_colour_is_the_mean_of_the_whole_picture(decoder, keep):
    half = Image.new("RGB", (100, 100), "black")
    half.paste((255, 255, 255), (0, 0, 50, 100))
    made = io.BytesIO()
    half.save(made, "PNG")
    assert decoder.inspect(keep(made.getvalue()), "image/png").colour in {"#7f7f7f", "#808080"}


def test_a_cmyk_picture_is_seen(decoder, keep):
    data = picture("JPEG", mode="CMYK", colour=(0, 0, 0, 0))
    assert decoder.inspect(keep(data), "image/jpeg").width == 64


def test_a_picture_taken_upright_is_upright(decoder, keep, into):
    data = picture("JPEG", (64, 48), exif=EXIF_TURNED)
    path = keep(data)
    seen = decoder.inspect(path, "image/jpeg")
    (small,) = decoder.preview(path, "image/jpeg", [24], into)
    assert (seen.width, seen.height) == (48, 64)
    assert (small.width, small.height) == (24, 32)


def test_a_film_is_walked_not_decoded(decoder, keep):
    assert decoder.inspect(keep(film()), "video/mp4") == Seen(640, 360, 3.5, "")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_cut_picture_is_wrong(decoder, keep, form, share):
    noise = Image.frombytes("RGB", (200, 200), random.Random(7).randbytes(120_000))
    made = io.BytesIO()
    noise.save(made, form)
    data = made.getvalue()
    with pytest.raises(WrongContent):
        decoder.inspect(keep(data[: int(len(data) * share)]), f"image/{form.lower()}")


@pytest.mark.parametrize("size", [(1, 1), (7, 3), (3, 200), (200, 7), (17, 9)])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_small_jpeg_is_seen_whole(decoder, keep, size, mode):
    seen = decoder.inspect(keep(picture("JPEG", size, mode, "white")), "image/jpeg")
    assert (seen.width, seen.height) == size


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_is_judged_as_if_every_pixel_were_drawn(decoder, keep, progressive):
    noise = Image.frombytes("RGB", (160, 120), random.Random(3).randbytes(57_600))
    made = io.BytesIO()
    noise.save(made, "JPEG", progressive=progressive)
    dice = random.Random(5)
    for _ in range(60):
        spoilt = _spoilt(made.getvalue(), dice)
        assert _is_taken(decoder, keep(spoilt)) == _can_be_drawn(spoilt)


def _spoilt(data: bytes, dice: random.Random) -> bytes:
    """A piece missing, the end missing, or a few bytes that are others."""
    at, changed = dice.randrange(len(data)), bytearray(data)
    kind = dice.randrange(3)
    if kind == 0:
        del changed[at : at + dice.randrange(1, 300)]
    elif kind == 1:
        del changed[at:]
    else:
        changed[at : at + 3] = dice.randbytes(3)
    return bytes(changed)


def _can_be_drawn(data: bytes) -> bool:
    try:
        Image.open(io.BytesIO(data), formats=("JPEG",)).load()
    except (OSError, SyntaxError, ValueError):
        return False
    return True


def _is_taken(decoder: Decoder, path: Path) -> bool:
    try:
        decoder.inspect(path, "image/jpeg")
    except (WrongContent, Unacceptable):
        return False
    return True


def test_a_picture_is_opened_only_as_what_it_was_taken_for(decoder, keep):
    with pytest.raises(WrongContent):
        decoder.inspect(keep(picture("PNG")), "image/jpeg")
    with pytest.raises(Unacceptable):
        decoder.inspect(keep(picture("TIFF")), "image/tiff")


@pytest.mark.parametrize("side", [6400, 9000, 12000])
def test_too_many_pixels_are_refused_from_the_header(decoder, keep, side):
    with pytest.raises(Unacceptable) as caught:
        decoder.inspect(keep(picture("PNG", (side, side), "1", 0)), "image/png")
    assert caught.value.code == "too_many_pixels"


def test_forty_million_pixels_fit(decoder, keep, into):
    path = keep(picture("PNG", (8000, 4990), exif=EXIF_TURNED, compress_level=1))
    assert decoder.inspect(path, "image/png").height == 8000
    assert [one.width for one in decoder.preview(path, "image/png", [480], into)] == [480]


@pytest.mark.parametrize(
    ("data", "content_type"), [(wide_gif(), "image/gif"), (long_png(), "image/png")]
)
def test_a_long_animation_is_refused(decoder, keep, data, content_type):
    with pytest.raises(Unacceptable) as caught:
        decoder.inspect(keep(data), content_type)
    assert caught.value.code == "too_many_frames"


@pytest.mark.parametrize(("form", "content_type"), [("GIF", "image/gif"), ("WEBP", "image/webp")])
def test_every_frame_of_an_animation_is_decoded(decoder, keep, form, content_type):
    data = animation(form, 8, (320, 240))
    assert decoder.inspect(keep(data), content_type).width == 320
    with pytest.raises(WrongContent):
        decoder.inspect(keep(data[:-40]), content_type)


def test_previews_are_small_webp_without_metadata(decoder, keep, into):
    data = picture("JPEG", (800, 600), exif=EXIF_TURNED.replace(b"\6", b"\1"), comment=b"home")
    made = decoder.preview(keep(data), "image/jpeg", [640, 320, 800, 1280], into)
    assert [(one.width, one.height) for one in made] == [(640, 480), (320, 240)]
    for one in made:
        with Image.open(one.path) as small:
            assert (small.format, small.size) == ("WEBP", (one.width, one.height))
            assert not set(small.info) & {"exif", "xmp", "icc_profile", "comment"}


def test_a_small_picture_has_one_preview_of_its_own_width(decoder, keep, into):
    made = decoder.preview(keep(picture("PNG", (100, 50))), "image/png", [320, 640], into)
    assert [(one.width, one.height) for one in made] == [(100, 50)]


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (500, 20000), (20000, 500)])
def test_any_shape_has_a_preview(decoder, keep, into, size):
    made = decoder.preview(keep(picture("PNG", size)), "image/png", [320], into)
    assert all(one.width > 0 and 0 < one.height <= 16383 for one in made)


def test_what_is_transparent_stays_so(decoder, keep, into):
    data = picture("PNG", (400, 300), "RGBA", (255, 0, 0, 0))
    (made,) = decoder.preview(keep(data), "image/png", [200], into)
    with Image.open(made.path) as small:
        assert small.mode == "RGBA"
        assert small.getpixel((5, 5))[3] == 0


def test_failed_previews_leave_nothing(decoder, keep, into):
    with pytest.raises(WrongContent):
        decoder.preview(keep(picture("JPEG", (800, 600))[:-500]), "image/jpeg", [320], into)
    assert list(into.iterdir()) == []


def test_a_missing_file_or_directory_is_no_fault_of_the_picture(decoder, keep, tmp_path):
    with pytest.raises(FileNotFoundError):
        decoder.inspect(tmp_path / "missing", "image/jpeg")
    with pytest.raises(FileNotFoundError):
        decoder.preview(keep(picture()), "image/jpeg", [9], tmp_path / "missing")


def test_mutated_pictures_are_seen_or_refused_and_the_decoder_lives(decoder, keep):
    chance = random.Random(11)
    forms = ["JPEG", "PNG", "GIF", "WEBP"]
    for n in range(200):
        form = forms[n % 4]
        data = bytearray(animation(form, 2) if form in {"GIF", "WEBP"} else picture(form))
        for _ in range(chance.randint(1, 12)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path = keep(b"")
        path.write_bytes(data)
        with suppress(WrongContent, Unacceptable):
            decoder.inspect(path, f"image/{form.lower()}")
        path.unlink()
    assert decoder.inspect(keep(picture()), "image/jpeg").width == 64


def test_a_child_that_dies_is_a_verdict_and_is_replaced(keep):
    decoder = Decoder(children=1)
    path = keep(picture())
    decoder.inspect(path, "image/jpeg")
    before = children()[-1]
    before.kill()
    before.wait()
    assert decoder.inspect(path, "image/jpeg").width == 64
    decoder.close()


def test_a_child_that_hangs_is_stopped(keep):
    decoder = Decoder(children=1, seconds=6)  # the child's own start is within it
    known = children()
    decoder.inspect(keep(picture()), "image/jpeg")
    (child,) = (one for one in children() if one not in known)
    child.send_signal(signal.SIGSTOP)
    with pytest.raises(WrongContent) as caught:
        decoder.inspect(keep(picture()), "image/jpeg")
    assert caught.value.code == "undecodable"
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    decoder.close()


def test_a_child_has_little_memory_and_none_of_our_secrets(keep):
    os.environ["SECRET_KEY"] = "CANARY"
    try:
        decoder = Decoder(children=1)
        known = children()
        decoder.inspect(keep(picture()), "image/jpeg")
    finally:
        del os.environ["SECRET_KEY"]
    (child,) = (one for one in children() if one not in known)
    assert child.rlimit(psutil.RLIMIT_AS) == (512 * 2**20, 512 * 2**20)
    assert 0 < child.rlimit(psutil.RLIMIT_CPU)[0] <= 30
    assert "SECRET_KEY" not in child.environ()
    decoder.close()


def test_a_child_imports_nothing_that_speaks(keep):
    code = "import sys, providers.decoder.__main__; print(*sorted(sys.modules))"
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not {"requests", "urllib3", "django", "ssl", "socket"} & set(shown.stdout.split())


def test_threads_share_the_children(decoder, keep):
    paths = [keep(picture("PNG", (n + 1, 3))) for n in range(60)]

    def width(path):
        return decoder.inspect(path, "image/png").width

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(width, paths)) == list(range(1, 61))


def test_a_closed_decoder_leaves_no_child_and_opens_again(keep):
    known = set(children())
    decoder = Decoder()
    decoder.inspect(keep(picture()), "image/jpeg")
    decoder.close()
    decoder.close()
    assert set(children()) <= known
    assert decoder.inspect(keep(picture()), "image/jpeg").width == 64
    decoder.close()


def test_children_that_are_started_are_ready_for_the_first_picture(keep):
    known = set(psutil.Process().children())
    with closing(Decoder(children=2)) as decoder:
        decoder.start()
        started = set(psutil.Process().children()) - known
        decoder.start()
        decoder.inspect(keep(picture()), "image/jpeg")
        assert set(psutil.Process().children()) - known == started
        assert len(started) == 2


def test_a_fork_uses_children_of_its_own(decoder, keep):
    path = keep(picture())
    decoder.inspect(path, "image/jpeg")
    fork = os.fork()
    if fork == 0:
        seen = decoder.inspect(path, "image/jpeg")
        decoder.close()
        os._exit(0 if seen.width == 64 else 1)
    assert os.waitpid(fork, 0)[1] == 0
    assert decoder.inspect(path, "image/jpeg").width == 64


def test_a_child_ends_with_a_parent_that_was_killed(keep):
    code = (
        "import sys, time, psutil; from pathlib import Path\n"
        "from providers.decoder import Decoder\n"
        "d = Decoder(children=1); d.inspect(Path(sys.argv[1]), 'image/jpeg')\n"
        "print(psutil.Process().children()[0].pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(keep(picture()))],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    gone, alive = psutil.wait_procs([child], timeout=10)
    assert not alive
    assert gone


def test_every_failure_is_an_error_of_ours(decoder, keep):
    with pytest.raises(ProviderError):
        decoder.inspect(keep(os.urandom(500)), "image/webp")
