"""Put uv into an environment that has no pip, as the Python of Debian and Ubuntu makes it.

`fetch_uv.py BIN`: the wheel for this machine, of the version and with one of the hashes in uv.txt
beside this file, comes from PIP_INDEX_URL, or PyPI. Only what Python itself brings is used.
"""

from __future__ import annotations

import hashlib
import io
import os
import platform
import re
import sys
import urllib.request
import zipfile
from pathlib import Path
from urllib.parse import urljoin, urlsplit

INDEX = "https://pypi.org/simple"
SECONDS = 60


def main(folder: Path) -> None:
    """Fetch and unpack it; SystemExit says why that cannot be."""
    index = os.environ.get("PIP_INDEX_URL") or INDEX
    pinned = set(
        re.findall(r"sha256:([0-9a-f]{64})", Path(__file__).with_name("uv.txt").read_text())
    )
    try:
        address = _wheel(f"{index.rstrip('/')}/uv/", pinned)
        wheel = _read(address)
    except OSError as error:
        raise SystemExit(
            f"uv could not be fetched from {urlsplit(index).netloc}: {error}"
        ) from None
    if hashlib.sha256(wheel).hexdigest() not in pinned:
        raise SystemExit("The wheel of uv is not the one that is pinned in tools/uv.txt.")
    _unpack(wheel, folder / "uv")


def _wheel(page: str, pinned: set[str]) -> str:
    """Where the pinned wheel for this machine is, by an index in HTML (PEP 503)."""
    links = re.findall(r'href="([^"#]+)#sha256=([0-9a-f]{64})"', _read(page).decode())
    fitting = [link for link, told in links if told in pinned and _fits(urlsplit(link).path)]
    if not fitting:
        raise SystemExit(f"There is no uv for this machine ({platform.machine()}).")
    return urljoin(page, fitting[0])


def _fits(path: str) -> bool:
    libc = "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    system = "macosx" if sys.platform == "darwin" else libc
    return system in path and path.endswith(f"{platform.machine()}.whl")


def _read(address: str) -> bytes:
    # The index is the operator's own choice, and what comes is compared with its hash.
    asked = urllib.request.Request(address, headers={"Accept": "text/html, */*;q=0.1"})  # noqa: S310
    with urllib.request.urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310
        return bytes(answer.read())


def _unpack(wheel: bytes, program: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(wheel)) as files:
        (name,) = [name for name in files.namelist() if name.endswith("/scripts/uv")]
        program.write_bytes(files.read(name))
    program.chmod(0o755)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
