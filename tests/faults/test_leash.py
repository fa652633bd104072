"""The leash of a killed run ends what that run started, and nothing of the next one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from likelist.engines.processes import alive
from likelist.runner import leash

SLEEPS = "import time; time.sleep(600)"
DEAF = f"import signal; signal.signal(15, signal.SIG_IGN); print(flush=True); {SLEEPS}"


@contextmanager
def started_by(mark: str, words: str = SLEEPS) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-I", "-c", words]
    with subprocess.Popen(command, env={leash.NAME: mark}, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def test_the_leash_of_one_run_leaves_the_next_run_alone(tmp_path: Path) -> None:
    dead, next_one = leash.mark_of_run(tmp_path), leash.mark_of_run(tmp_path)
    with started_by(dead) as left_over, started_by(next_one) as new:
        runner_is_gone = [sys.executable, "-I", leash.__file__, dead]
        subprocess.run(runner_is_gone, stdin=subprocess.DEVNULL, check=True)
        assert not alive(left_over.pid)
        assert alive(new.pid)


def test_a_start_ends_the_rest_of_every_earlier_run(tmp_path: Path) -> None:
    with started_by(leash.mark_of_run(tmp_path)) as left_over:
        assert leash.sweep(leash.mark_of(tmp_path))
        assert not alive(left_over.pid)


def test_it_leaves_other_directories_alone(tmp_path: Path) -> None:
    with started_by(leash.mark_of_run(tmp_path / "other")) as other:
        assert leash.sweep(leash.mark_of(tmp_path))
        assert alive(other.pid)


def test_who_does_not_listen_is_killed(tmp_path: Path) -> None:
    mark = leash.mark_of_run(tmp_path)
    with started_by(mark, DEAF) as process:
        assert process.stdout
        assert process.stdout.readline()
        assert leash.sweep(mark, patience=0.2)
        assert not alive(process.pid)
