"""run.env: made once, private, replaced whole; a real Instagram meets no half of the stand-in."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

from cryptography.fernet import Fernet

from likelist import runenv
from likelist.runner import standin
from tests.engines.conftest import PYTHON, fresh_terminal

SAY = """
import sys
from likelist import runenv
print("here", flush=True)
sys.stdin.read()
print(runenv.ensure(runenv.data_dir()))
"""


def test_of_eight_commands_at_once_all_see_the_same_secrets(data: Path) -> None:
    commands = [
        subprocess.Popen(
            [PYTHON, "-c", SAY],
            cwd=runenv.ROOT,
            env=fresh_terminal(data / "new"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    assert [command.stdout and command.stdout.readline() for command in commands] == ["here\n"] * 8
    for command in commands:
        assert command.stdin
        command.stdin.close()
        command.stdin = None
    said = {command.communicate()[0] for command in commands}
    assert len(said) == 1
    assert runenv.load(data / "new", {})["SECRET_KEY"] in said.pop()


def test_the_file_and_its_directory_are_for_their_owner_alone(data: Path) -> None:
    runenv.put(data / "new", {"PORT": "8001"})
    assert stat.S_IMODE((data / "new").stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "new" / runenv.NAME).stat().st_mode) == 0o600


def test_the_token_key_seals(data: Path) -> None:
    assert Fernet(runenv.ensure(data)["TOKEN_KEYS"].encode())


def test_a_new_line_leaves_the_others_and_none_removes_one(data: Path) -> None:
    before = runenv.put(data, {"PORT": "8001", "SIGNUPS": "closed"})
    after = runenv.put(data, {"PORT": None})
    assert after == {name: value for name, value in before.items() if name != "PORT"}
    assert runenv.load(data, {}) == after


def test_reading_writes_nothing(data: Path) -> None:
    assert runenv.load(data / "new", {}) == {}
    assert not (data / "new").exists()


def test_a_real_client_id_hides_everything_of_the_stand_in(data: Path) -> None:
    standin.settle(data, {})
    assert runenv.load(data, {})["INSTAGRAM_CLIENT_ID"] == "demo"
    for name in ("INSTAGRAM_CLIENT_ID", "INSTAGRAM_CLIENT_ID_FILE"):
        assert not runenv.SIMULATED & runenv.load(data, {name: "a real one"}).keys()


def test_a_run_with_a_real_client_id_forgets_the_stand_in(data: Path) -> None:
    standin.settle(data, {})
    assert standin.settle(data, {"INSTAGRAM_CLIENT_ID": "a real one"}) == {}
    assert not runenv.SIMULATED & runenv.load(data, {}).keys()


def test_the_stand_in_comes_back_at_the_same_address(data: Path) -> None:
    first = standin.settle(data, {})
    standin.settle(data, {"INSTAGRAM_CLIENT_ID": "a real one"})
    assert standin.settle(data, {}) == first
