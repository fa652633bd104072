"""The peers, measured in the same run: gallery-dl from its wheel, curl as the limit."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from benchmarks import measure
from benchmarks.house import VAR

GALLERY_DL = "gallery-dl==1.32.*"
_HOME = VAR / "bench-peers"
# gallery-dl reads sites by modules; this one reads version 1's list, page by page.
_EXTRACTOR = """
from gallery_dl.extractor.common import Extractor, Message

class LikesExtractor(Extractor):
    category = "likes"
    directory_fmt = ("likes",)
    filename_fmt = "{num}.{extension}"
    pattern = r"likes:(.+)"

    def items(self):
        url, num = self.groups[0], 0
        yield Message.Directory, "", {}
        while url:
            page = self.request(url).json()
            for post in page["data"]:
                num += 1
                image = post["images"]["standard_resolution"]["url"]
                yield Message.Url, image, {"num": num, "extension": "jpg", "id": post["id"]}
            url = page["pagination"].get("next_url")
"""


class GalleryDl:
    """gallery-dl in a virtual environment of its own, made when first needed."""

    def __init__(self) -> None:
        self.program = _HOME / "venv" / "bin" / "gallery-dl"
        if not self.program.exists():
            self._install()
        (_HOME / "modules").mkdir(exist_ok=True)
        (_HOME / "modules" / "likes.py").write_text(_EXTRACTOR)
        self.config = _HOME / "config.json"
        self.config.write_text(
            json.dumps({"extractor": {"module-sources": [str(_HOME / "modules"), None]}})
        )

    def _install(self) -> None:
        _HOME.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", str(_HOME / "venv")], check=True)
        pip = [str(_HOME / "venv" / "bin" / "pip"), "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", GALLERY_DL], check=True)

    def command(self, pages: str, into: Path) -> list[str]:
        words = [str(self.program), "--config-ignore", "-c", str(self.config), "-q"]
        return [*words, "-D", str(into), f"likes:{pages}"]

    def harvest(self, pages: str) -> tuple[measure.Cost, int]:
        """The whole list with its files; what it cost, and how many files there are."""
        folder = _folder()
        cost = measure.run(self.command(pages, folder))
        files = sum(1 for _ in folder.glob("*.jpg"))
        shutil.rmtree(folder)
        return cost, files


def curl(pages: str) -> measure.Cost:
    """The bytes of all files, 16 at once: what no harvester can beat. Addresses known before."""
    folder = _folder()
    addresses = folder / "addresses"
    addresses.write_text(
        "".join(
            f'url = "{url}"\noutput = "{folder}/{at}.jpg"\n' for at, url in enumerate(urls(pages))
        )
    )
    command = ["curl", "-s", "--parallel", "--parallel-max", "16", "--config", str(addresses)]
    cost = measure.run(command)
    shutil.rmtree(folder)
    return cost


def urls(pages: str) -> list[str]:
    """The addresses of all pictures of a list."""
    found: list[str] = []
    while pages:
        with urllib.request.urlopen(pages, timeout=60) as answer:
            page = json.load(answer)
        found += [post["images"]["standard_resolution"]["url"] for post in page["data"]]
        pages = page["pagination"].get("next_url", "")
    return found


def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="bench-peer-", dir=VAR))
