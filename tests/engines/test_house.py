"""make run: opens with a line for each service, closes without a trace, refuses in one sentence."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from likelist import doorbell, runenv
from likelist.engines import wire
from likelist.engines.processes import until
from likelist.runner import clockwork, fresh, leash
from tests.engines.conftest import PYTHON, all_gone, fresh_terminal, kill, users_of

# Generous: other tests run beside these. What is measured is in docs.
OPENING = 120.0
CLOSING = 60.0


class Run:
    """`make run` in a terminal of its own, whose screen can be read."""

    def __init__(self, data: Path, **environ: str) -> None:
        self.data = data
        self.port = environ.setdefault("PORT", str(wire.any_port()))
        self.screen = data / "screen"
        with self.screen.open("ab") as screen:
            self.process = subprocess.Popen(
                [PYTHON, "-m", "likelist.runner"],
                cwd=runenv.ROOT,
                env=fresh_terminal(data, **environ),
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=screen,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.screen.read_text()

    def says(self, words: str, times: int = 1) -> bool:
        until(lambda: self.said.count(words) >= times or self.ended, OPENING, pause=0.1)
        return self.said.count(words) >= times

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def refuses(self) -> str:
        """What it says when it cannot open: one line, after which nothing is left."""
        assert self.process.wait(OPENING) == 1
        assert all_gone(self.data)
        assert not leash.marked(leash.mark_of(self.data))
        assert "Traceback" not in self.said
        (sentence,) = [line for line in self.said.splitlines() if "✗" in line]
        return sentence

    def leaves_nothing(self) -> bool:
        """No process and no socket of this run is left, within what is promised."""
        mark = leash.mark_of(self.data)
        return (
            until(lambda: not leash.marked(mark) and not users_of(self.data), CLOSING)
            and wire.free(int(self.port))
            and not list((self.data / "engines" / "run").glob("*.sock"))
        )


@pytest.fixture
def opened(lived_in: Path) -> Iterator[Run]:
    run = Run(lived_in)
    assert run.says("\nOpen http://127.0.0.1:"), run.said
    yield run
    kill(run.process.pid)
    run.process.wait()


def test_it_opens_serves_and_closes_without_a_trace(opened: Run) -> None:
    for name in ("postgres", "valkey", "database", "simulator", "web", "worker", "beat"):
        assert re.search(rf"✓ {name} ", opened.said)
    assert wire.answers(int(opened.port), "/healthz/ready") == 200
    # As a closing terminal or a service manager does it: the group, the runner twice.
    os.killpg(opened.process.pid, signal.SIGTERM)
    os.kill(opened.process.pid, signal.SIGTERM)
    assert opened.process.wait(CLOSING) == 0
    assert opened.leaves_nothing()
    assert "Traceback" not in opened.said


@pytest.mark.faults
def test_what_dies_is_started_again_and_a_killed_runner_leaves_nothing(opened: Run) -> None:
    for name in ("worker", "beat", "web", "simulator"):
        kill(_main_process(opened.data, name))
        assert opened.says("✓ " + name.ljust(10) + " is back"), opened.said
    kill(opened.process.pid)
    opened.process.wait()
    assert opened.leaves_nothing()
    again = Run(opened.data, PORT=opened.port)
    assert again.says("\nOpen http://127.0.0.1:", times=2), again.said
    os.kill(again.process.pid, signal.SIGINT)
    assert again.process.wait(CLOSING) == 0
    assert again.leaves_nothing()


@pytest.mark.faults
def test_the_kill_of_runner_and_leash_and_engines_is_cleaned_up_by_the_next(opened: Run) -> None:
    kill(opened.process.pid, *users_of(opened.data))
    opened.process.wait()
    again = Run(opened.data, PORT=opened.port)
    assert again.says("\nOpen http://127.0.0.1:", times=2), again.said
    os.kill(again.process.pid, signal.SIGTERM)
    assert again.process.wait(CLOSING) == 0
    assert again.leaves_nothing()


@pytest.mark.faults
def test_a_signal_during_the_opening_closes_it_too(data: Path) -> None:
    for moment in (0.1, 1.5, 4.0):
        run = Run(data)
        # Before it has made this, it is Python that is asked to end, and not yet ours.
        assert until((data / "run.lock").exists, OPENING)
        time.sleep(moment)
        os.killpg(run.process.pid, signal.SIGINT)
        assert run.process.wait(CLOSING) in {0, -signal.SIGINT}
        assert run.leaves_nothing()


def test_a_taken_port_names_another(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert f"make run PORT={port + 1}" in Run(data, PORT=str(port)).refuses()


def test_a_port_that_is_none_says_so(data: Path) -> None:
    assert "PORT=eighty: use a number" in Run(data, PORT="eighty").refuses()


def test_a_second_run_on_the_same_data_is_refused(data: Path) -> None:
    runenv.put(data, {"PORT": "8123"})
    with (data / "run.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = Run(data).refuses()
    assert "http://127.0.0.1:8123" in said
    assert "LIKELIST_DATA" in said


def test_a_broken_variable_is_its_own_sentence(lived_in: Path) -> None:
    said = Run(lived_in, TICK_INTERVAL="often").refuses()
    assert said == "✗ TICK_INTERVAL=often: use a number."


@pytest.mark.faults
def test_it_is_the_same_sentence_from_a_service(opened: Run) -> None:
    opened.process.terminate()
    assert opened.process.wait(CLOSING) == 0
    again = Run(opened.data, TICK_INTERVAL="often")
    assert again.refuses() == "✗ TICK_INTERVAL=often: use a number."


def test_a_database_that_does_not_answer_is_named(data: Path) -> None:
    url = f"postgresql://nobody@127.0.0.1:{wire.any_port()}/none"
    assert "DATABASE_URL" in Run(data, DATABASE_URL=url).refuses()


def test_a_data_directory_that_cannot_be_made_is_named(data: Path) -> None:
    (data / "file").write_text("in the way")
    run = Run(data, LIKELIST_DATA=str(data / "file" / "var"))
    assert str(data / "file") in run.refuses()


def test_the_worker_listens_to_every_queue_that_tasks_are_sent_to() -> None:
    sent = {route["queue"] for route in doorbell.task_routes.values()}
    assert sent | {doorbell.task_default_queue} == set(clockwork.QUEUES)


def test_a_changed_migration_calls_for_a_preparing(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(runenv, "ROOT", tmp_path)
    before = fresh.sources()
    (tmp_path / "archive" / "migrations").mkdir(parents=True)
    (tmp_path / "archive" / "migrations" / "0002_more.py").write_text("")
    assert fresh.sources() != before


def _main_process(data: Path, name: str) -> int:
    words = {"web": "gunicorn", "simulator": "simulator"}.get(name, f"clockwork\0{name}").encode()
    pids = [pid for pid in leash.marked(leash.mark_of(data)) if words in _command(pid)]
    return min(pids)


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
