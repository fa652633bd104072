"""What happens to a picture inside the child: whole decoding, mean colour, previews."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# WebP is not among the formats that Pillow knows at once; without it, it would load all of them.
from PIL import Image, ImageFile, WebPImagePlugin  # noqa: F401

MAX_PIXELS = 40_000_000
MAX_FRAME_PIXELS = 250_000_000  # all frames of an animation together
QUALITY = 70
_WEBP_SIDE = 16383
_BLOCK = 8  # a JPEG's
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_FORMATS = {
    "image/jpeg": ("JPEG",),
    "image/png": ("PNG",),
    "image/gif": ("GIF",),
    "image/webp": ("WEBP",),
}
# What Pillow raises for files that are broken; anything else ends the child, to the same effect.
_BROKEN = (
    *(OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, AttributeError),
    *(ArithmeticError, struct.error, zlib.error),
)
_TOO_MANY = "The picture has too many pixels."

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
ImageFile.LOAD_TRUNCATED_IMAGES = False
warnings.simplefilter("error", Image.DecompressionBombWarning)


class BadPicture(Exception):
    """Not to be kept; `final` when the same bytes can never be."""

    def __init__(self, code: str, words: str, *, final: bool) -> None:
        super().__init__(code)
        self.code = code
        self.words = words
        self.final = final


def inspect(path: str, content_type: str) -> dict[str, Any]:
    """Decode every frame; the size as shown and the mean colour."""
    with _opened(path, content_type) as image:
        width, height = _shown_size(image)
        _spare(image)
        _decode_frames(image)
        image.seek(0)
        return {"width": width, "height": height, "colour": _mean_colour(image)}


def preview(path: str, content_type: str, widths: list[int], stem: str) -> dict[str, Any]:
    """Draw WebP previews of the first frame, the largest first, into files that begin `stem`."""
    with _opened(path, content_type) as image:
        whole, (shown, _) = image.size, _shown_size(image)
        turn = _TURNS.get(_orientation(image))
        wanted = sorted({width for width in widths if 0 < width < shown}, reverse=True) or [shown]
        source = _shrunk(image, shown / wanted[0])
        # Turned when small: a copy of the whole picture may not fit into the child's memory.
        pictures = [_turned(_resized(source, width / shown, whole), turn) for width in wanted]
    return {"made": [_save(small, f"{stem}-{at}.webp") for at, small in enumerate(pictures)]}


@contextmanager
def _opened(path: str, content_type: str) -> Iterator[Image.Image]:
    """The picture, opened only as what it claims to be; its header is checked before decoding."""
    with Path(path).open("rb") as file:
        try:
            with Image.open(file, formats=_FORMATS[content_type]) as image:
                _check_pixels(image)
                yield image
        except (Image.DecompressionBombWarning, Image.DecompressionBombError, MemoryError):
            raise BadPicture("too_many_pixels", _TOO_MANY, final=True) from None
        except _BROKEN:
            words = "The picture is cut or cannot be decoded."
            raise BadPicture("undecodable", words, final=False) from None


def _check_pixels(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise BadPicture("too_many_pixels", _TOO_MANY, final=True)


def _decode_frames(image: Image.Image) -> None:
    """Every pixel of every frame, unless there are too many; Pillow counts frames undecoded."""
    frames = int(getattr(image, "n_frames", 1)) if _moves(image) else 1
    if frames * image.width * image.height > MAX_FRAME_PIXELS:
        raise BadPicture("too_many_frames", "The animation is too long.", final=True)
    for frame in range(frames):
        image.seek(frame)
        image.load()


def _spare(image: Image.Image) -> None:
    """Let a JPEG read every coefficient and work out only each block's mean.

    What is broken shows while they are read; the pixels prove nothing more, and cost as much again.
    """
    if image.format in {"JPEG", "MPO"} and image.mode in {"L", "RGB"}:
        image.draft(image.mode, (max(1, image.width // _BLOCK), max(1, image.height // _BLOCK)))


def _moves(image: Image.Image) -> bool:
    """Whether there are frames to count; a JPEG's further pictures are not frames."""
    return image.format != "MPO" and bool(getattr(image, "is_animated", False))


def _orientation(image: Image.Image) -> int:
    """EXIF's turn of the picture; broken EXIF is no reason to refuse a good picture."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except _BROKEN:
        return 1


def _shown_size(image: Image.Image) -> tuple[int, int]:
    width, height = image.size
    return (height, width) if _orientation(image) in {5, 6, 7, 8} else (width, height)


def _mean_colour(image: Image.Image) -> str:
    """The mean of the whole picture, on white where it is transparent, as #rrggbb."""
    small = image.resize((64, 64), Image.Resampling.BOX) if _can_average(image) else None
    small = small or image.resize((256, 256), Image.Resampling.NEAREST)
    clear = Image.new("RGBA", small.size, "white")
    clear.alpha_composite(small.convert("RGBA"))
    mean = clear.convert("RGB").resize((1, 1), Image.Resampling.BOX).tobytes()
    return f"#{mean[0]:02x}{mean[1]:02x}{mean[2]:02x}"


def _can_average(image: Image.Image) -> bool:
    return image.mode in {"L", "RGB", "RGBA", "CMYK"}


def _shrunk(image: Image.Image, factor: float) -> Image.Image:
    """Plain and up to `factor` smaller, so that what comes after stays cheap in time and memory.

    JPEG decodes straight to a half, quarter or eighth; the rest is averaged down.
    """
    if factor > 1 and image.format in {"JPEG", "MPO"}:
        image.draft("RGB", (int(2 * image.width / factor), int(2 * image.height / factor)))
    image.load()
    if factor < 2 or image.format in {"JPEG", "MPO"}:
        return _plain(image)
    return _plain((image if _can_average(image) else _plain(image)).reduce(int(factor)))


def _turned(picture: Image.Image, turn: Image.Transpose | None) -> Image.Image:
    return picture if turn is None else picture.transpose(turn)


def _plain(image: Image.Image) -> Image.Image:
    """As RGB, or RGBA where something is transparent."""
    if image.mode in {"RGB", "RGBA"} and "transparency" not in image.info:
        return image
    has_alpha = image.mode in {"RGBA", "LA", "PA", "La"} or "transparency" in image.info
    return image.convert("RGBA" if has_alpha else "RGB")


def _resized(source: Image.Image, scale: float, whole: tuple[int, int]) -> Image.Image:
    """`whole` times `scale`; a very long picture becomes smaller, for WebP ends at 16383."""
    scale = min(scale, _WEBP_SIDE / max(whole))
    size = (max(1, round(whole[0] * scale)), max(1, round(whole[1] * scale)))
    small = source.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    small.info.clear()  # EXIF, GPS, comments
    return small


def _save(small: Image.Image, path: str) -> dict[str, Any]:
    small.save(path, "WEBP", quality=QUALITY, method=3)
    return {"path": path, "width": small.width, "height": small.height}
