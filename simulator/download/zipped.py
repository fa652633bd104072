"""An export as zip files; each of several is a zip of its own."""

from __future__ import annotations

import io
import zipfile

from simulator.download import beside
from simulator.download.files import File, lists
from simulator.download.order import Order
from simulator.download.told import Told


def zips(told: Told, order: Order) -> list[bytes]:
    """The bytes of every part: pieces of a list are spread, all else goes with the first."""
    parts: list[list[File]] = [[] for _ in range(order.parts)]
    for pieces in lists(told, order):
        for number, piece in enumerate(pieces):
            parts[number * order.parts // len(pieces)].append(piece)
    parts[0].insert(0, beside.personal(told, order.layout))
    parts[-1] = [*beside.private(told, order.layout), *parts[-1]]
    return [_zip(files) for files in parts]


def _zip(files: list[File]) -> bytes:
    """The same files give the same bytes, whenever they are asked for."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as packed:
        for path, body in files:
            entry = zipfile.ZipInfo(path)
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, body)
    return whole.getvalue()
