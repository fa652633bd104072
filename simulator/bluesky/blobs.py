"""Pictures and videos by their content: drawn once, kept beside the world, named by their hash."""

from __future__ import annotations

import io
import json
import re
import threading
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from simulator.bluesky.ids import cid_of_bytes
from simulator.bluesky.posts import Drawing
from simulator.pictures import Order, encode
from simulator.settings import Settings
from simulator.video import encode_video

_TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "mp4": "video/mp4"}
_STILL = "-still"
_PRESETS = {"feed_fullsize": 1000, "feed_thumbnail": 500, "avatar": 160, "banner": 1000}


@dataclass(frozen=True, slots=True)
class Blob:
    """What is known of a kept file; `owner` is the key of its account, `name` of its drawing."""

    owner: str
    name: str
    cid: str
    size: int
    kind: str
    width: int
    height: int


class Blobs:
    """The files of all accounts. What was drawn before is found again after a restart."""

    def __init__(self, settings: Settings) -> None:
        self._seed = settings.seed
        self._tiny = settings.tiny
        world = re.sub(r"[^A-Za-z0-9_-]", "_", settings.seed)[:40]
        self._folder = settings.data / "blobs" / (f"{world}-tiny" if settings.tiny else world)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._index = self._folder / "index.jsonl"
        self._lock = threading.Lock()
        self._by_name: dict[tuple[str, str], Blob] = {}
        self._by_cid: dict[tuple[str, str], Blob] = {}
        for line in _whole_lines(self._index):
            self._know(Blob(*json.loads(line)))

    def of(self, owner: str, drawing: Drawing) -> Blob:
        """The blob of a drawing, drawn now if it never was."""
        with self._lock:
            known = self._by_name.get((owner, drawing.name))
        return known or self._draw(owner, self._fitted(drawing))

    def find(self, owner: str, cid: str) -> Blob | None:
        with self._lock:
            return self._by_cid.get((owner, cid))

    def body(self, blob: Blob) -> bytes:
        return (self._folder / blob.cid).read_bytes()

    def smaller(self, blob: Blob, preset: str) -> bytes | None:
        """A JPEG as the CDN has it: scaled down, never the original's bytes."""
        if preset not in _PRESETS or blob.kind == "video/mp4":
            return None
        most, whole = min(_PRESETS[preset], max(blob.width, blob.height) * 3 // 4), io.BytesIO()
        with Image.open(io.BytesIO(self.body(blob))) as picture:
            scaled = picture.convert("RGB")
        scaled.thumbnail((most, most))
        scaled.save(whole, "JPEG", quality=76)
        return whole.getvalue()

    def poster(self, owner: str, drawing: Drawing) -> Blob:
        """The still of a video, which no record mentions."""
        name = f"{drawing.name}{_STILL}"
        return self.of(owner, replace(drawing, name=name, extension="jpg"))

    def still_of(self, video: Blob) -> Blob | None:
        """The same by the video's blob; None when no view has shown it yet."""
        with self._lock:
            return self._by_name.get((video.owner, f"{video.name}{_STILL}"))

    def _fitted(self, drawing: Drawing) -> Drawing:
        """As large as this simulator draws; videos come in steps of sixteen."""
        if not self._tiny:
            return drawing
        if drawing.extension == "mp4" or drawing.name.endswith(_STILL):
            return replace(drawing, width=32, height=32)
        return replace(drawing, width=drawing.width // 40, height=drawing.height // 40)

    def _draw(self, owner: str, drawing: Drawing) -> Blob:
        order = Order(
            f"{self._seed}|sky|{owner}|{drawing.name.removesuffix(_STILL)}", drawing.subject,
            drawing.width, drawing.height, drawing.extension, drawing.style,
        )  # fmt: skip
        body = encode_video(order) if drawing.extension == "mp4" else encode(order)
        kind, shape = _TYPES[drawing.extension], (drawing.width, drawing.height)
        blob = Blob(owner, drawing.name, cid_of_bytes(body), len(body), kind, *shape)
        self._keep(blob, body)
        return blob

    def _keep(self, blob: Blob, body: bytes) -> None:
        """The file first, then the line that says it is there."""
        part = self._folder / f"{blob.cid}.{threading.get_ident()}.part"
        part.write_bytes(body)
        part.replace(self._folder / blob.cid)
        line = [blob.owner, blob.name, blob.cid, blob.size, blob.kind, blob.width, blob.height]
        with self._lock, self._index.open("a", encoding="utf-8") as index:
            index.write(json.dumps(line) + "\n")
            self._know(blob)

    def _know(self, blob: Blob) -> None:
        self._by_name[blob.owner, blob.name] = blob
        self._by_cid[blob.owner, blob.cid] = blob


def _whole_lines(path: Path) -> list[str]:
    """The lines that a kill did not cut."""
    text = path.read_text("utf-8") if path.exists() else ""
    return text[: text.rfind("\n") + 1].splitlines()
