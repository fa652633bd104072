"""The world lives, remembers, and is the same after a restart."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request

from simulator.serve import Simulator
from tests.simulator.conftest import ids


def test_a_restart_finds_the_same_world(sim, walk):
    sim.like("ada", 3)
    sim.unlike("ada", position=5)
    sim.delete_post(person="ada", position=7)
    sim.set_likes("p1", 12)
    sim.window("ada", 77)
    before, token = (sim.truth("ada"), sim.truth("p1"), ids(walk())), sim.token()
    sim.restart()
    assert (sim.truth("ada"), sim.truth("p1"), ids(walk())) == before
    assert len(ids(walk())) == 76  # and one that was deleted
    assert sim.token() == token


def test_two_worlds_of_one_seed_and_start_are_one_world(tmp_path):
    with Simulator(seed="same", data=tmp_path / "a") as one:
        truth = one.truth("ben")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "same.jsonl").write_text((tmp_path / "a" / "same.jsonl").read_text())
    with Simulator(seed="same", data=tmp_path / "b") as other:
        assert other.truth("ben") == truth


def test_another_seed_is_another_world():
    with Simulator(seed="one") as one, Simulator(seed="two") as two:
        first = {like["post_id"] for like in one.truth("chika")["likes"]}
        assert first.isdisjoint({like["post_id"] for like in two.truth("chika")["likes"]})


def test_a_line_cut_by_a_kill_is_forgotten(tmp_path):
    with Simulator(seed="cut", data=tmp_path) as sim:
        sim.like("dora", 2)
    diary = tmp_path / "cut.jsonl"
    diary.write_text(diary.read_text() + '["like", "dora", 12')
    with Simulator(seed="cut", data=tmp_path) as sim:
        sim.like("dora")
        assert len(sim.truth("dora")["likes"]) == 3


def test_people_go_on_liking_while_you_watch(sim):
    before = len(sim.truth("ada")["likes"])
    sim.rate(60_000, person="ada", unlike=0, relike=0, delete=0)
    while len(sim.truth("ada")["likes"]) == before:
        continue  # the world moves when somebody looks
    sim.rate(0)
    still = sim.truth("ada")
    assert sim.truth("ada") == still


def test_people_unlike_and_delete_when_told_to(sim):
    sim.rate(20_000, person="ben", unlike=0.4, relike=0.1, delete=0.2)
    truth = sim.truth("ben")
    while not (truth["unliked"] and truth["deleted"]):
        truth = sim.truth("ben")
    assert len(sim.truth("ada")["likes"]) == 3412


def test_likes_are_told_newest_first_and_grow_in_time(sim):
    sim.like("ada", 5)
    likes = sim.truth("ada")["likes"]
    times = [like["liked_at"] for like in likes]
    assert times == sorted(times, reverse=True)
    assert len({like["post_id"] for like in likes}) == len(likes)
    assert all(like["posted_at"] <= like["liked_at"] for like in likes)
    assert times[0] - times[-1] > 4 * 365 * 86_400


def test_the_program_serves_until_it_is_told_to_stop(tmp_path):
    command = [sys.executable, "-m", "simulator", "--port", "0", "--data", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        url = re.fullmatch(r"simulator ready on (http://\S+)\n", running.stdout.readline())[1]
        with urllib.request.urlopen(f"{url}/_control/people", timeout=20) as answer:
            assert json.load(answer)["people"][0]["key"] == "ada"
        os.kill(running.pid, signal.SIGTERM)
        assert running.wait(timeout=20) == 0


def test_a_taken_port_is_one_sentence(sim, tmp_path):
    command = [sys.executable, "-m", "simulator", "--data", str(tmp_path), "--port"]
    said = subprocess.run(
        [*command, sim.url.rpartition(":")[2]], capture_output=True, text=True, check=False
    )
    assert said.returncode == 1
    assert said.stderr.count("\n") == 1
