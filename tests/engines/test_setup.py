"""Installing refuses in one sentence with the remedy; half an install is no install."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from likelist import runenv


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """As much of a clone as installing needs; one small package to install."""
    shutil.copytree(runenv.ROOT / "tools", tmp_path / "clone" / "tools")
    (tmp_path / "clone" / "requirements-embedded.txt").write_text("celery==0.0 --hash=sha256:00\n")
    return tmp_path / "clone"


def install(clone: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    words = ["tools/setup.sh", "requirements-embedded.txt", ".venv/.embedded"]
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "UV_INDEX_URL": "http://127.0.0.1:9"}
    base = {"PATH": os.environ["PATH"], "HOME": str(clone), "PIP_RETRIES": "0", "UV_OFFLINE": "1"}
    return subprocess.run(
        words, cwd=clone, env={**base, **nowhere, **environ}, capture_output=True, text=True
    )


def python_that(clone: Path, script: str) -> str:
    """A Python of another kind, as PYTHON may name one."""
    fake = clone / "python3"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)
    return str(fake)


INSTALLS = '#!/bin/sh\nfor last; do :; done\necho "$last" >installed\n'


@contextmanager
def index_of(clone: Path, program: str, *, spoilt: bool = False) -> Iterator[str]:
    """A package index that has a uv for this machine, which is the one that is pinned."""
    libc = "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    wheel = clone / "index" / "uv" / f"uv-1-py3-none-{libc}_2_17_{platform.machine()}.whl"
    wheel.parent.mkdir(parents=True)
    with zipfile.ZipFile(wheel, "w") as files:
        files.writestr("uv-1.data/scripts/uv", program)
    told = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (wheel.parent / "index.html").write_text(f'<a href="{wheel.name}#sha256={told}">uv</a>')
    (clone / "tools" / "uv.txt").write_text(f"uv==1 --hash=sha256:{told}\n")
    if spoilt:
        with wheel.open("ab") as file:
            file.write(b"more")
    serve = partial(SimpleHTTPRequestHandler, directory=str(clone / "index"))
    with ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_an_old_python_is_named_with_the_remedy(clone: Path) -> None:
    old = python_that(clone, 'if [ "$1" = -V ]; then echo Python 3.9.2; else exit 1; fi')
    done = install(clone, PYTHON=old)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert "Python 3.9.2" in done.stderr
    assert done.stderr.count("\n") == 1


def test_no_python_at_all_is_the_same_sentence(clone: Path) -> None:
    done = install(clone, PYTHON="no-such-python")
    assert "no-such-python is" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.fixture
def bare(clone: Path) -> str:
    """The Python of Debian and Ubuntu alone: it makes environments without pip."""
    return python_that(
        clone, f'case "$2" in *ensurepip*) exit 1;; esac\nexec {sys.executable} "$@"'
    )


def test_where_pip_is_missing_uv_alone_installs(clone: Path, bare: str) -> None:
    with index_of(clone, INSTALLS) as address:
        done = install(clone, PYTHON=bare, PIP_INDEX_URL=address)
    assert done.returncode == 0, done.stderr
    assert not list((clone / ".venv").glob("lib/*/site-packages/pip"))
    assert (clone / "installed").read_text() == "requirements-embedded.txt\n"
    assert (clone / ".venv" / ".embedded").exists()


def test_a_uv_that_is_not_the_pinned_one_is_not_run(clone: Path, bare: str) -> None:
    with index_of(clone, INSTALLS, spoilt=True) as address:
        done = install(clone, PYTHON=bare, PIP_INDEX_URL=address)
    assert done.returncode == 1
    assert "not the one that is pinned" in done.stderr
    assert not (clone / "installed").exists()


def test_a_python_without_pip_and_network_names_the_package(clone: Path, bare: str) -> None:
    done = install(clone, PYTHON=bare)
    assert done.returncode == 1
    assert "could not be fetched from 127.0.0.1:9" in done.stderr
    assert "apt install python3-venv" in done.stderr.splitlines()[-1]
    assert not (clone / ".venv" / ".embedded").exists()


@pytest.mark.faults
def test_no_network_says_so_and_the_next_try_goes_on(clone: Path) -> None:
    done = install(clone, PYTHON=sys.executable)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("✗ The packages of requirements-embedded.txt")
    assert not (clone / ".venv" / ".embedded").exists()
    (clone / "requirements-embedded.txt").write_text("")
    assert install(clone, PYTHON=sys.executable).returncode == 0
    assert (clone / ".venv" / ".embedded").exists()


def test_every_target_of_make_is_explained() -> None:
    said = subprocess.run(["make", "-C", str(runenv.ROOT)], capture_output=True, text=True).stdout
    text = (runenv.ROOT / "Makefile").read_text()
    (line,) = [line for line in text.splitlines() if line.startswith(".PHONY:")]
    assert all(f"make {target} " in said for target in line.split()[1:])
