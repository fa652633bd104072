"""Floors of the house: what may know of what, and what only one room may do."""

from __future__ import annotations

import ast
import re
import tomllib

from likelist import doorbell
from likelist.runenv import ROOT
from tests.house import tree

# Whoever opens a socket to the outside stands on the ground floor; the engines talk to
# themselves through local ones.
NETWORK = {"requests", "urllib3", "httpx", "aiohttp", "socket", "http.client", "urllib.request"}
LOCAL = {"likelist/engines/wire.py"}
NOT_DELIVERED = {"tests", "tools", "benchmarks"}
BELLS = {"celery", "kombu"}
NEAR_THE_BELL = {
    "harvester/tasks.py",
    "likelist/celery.py",
    "likelist/hearing.py",
    "likelist/runner/clockwork.py",
}


def is_any(module: str, roots: set[str]) -> bool:
    """Whether a module is one of `roots` or inside one."""
    return any(module == root or module.startswith(f"{root}.") for root in roots)


def users_of(roots: set[str], *rooms: str) -> set[str]:
    """The files of `rooms` that import any of these modules."""
    return {
        tree.name(path)
        for path in tree.modules(*rooms)
        if any(is_any(module, roots) for module in tree.imports(path))
    }


def test_imports_point_down() -> None:
    for level, room in enumerate(tree.FLOORS):
        above = set(tree.FLOORS[:level])
        assert users_of(above, room) == set(), room


def test_the_ground_floor_is_plain_python() -> None:
    assert users_of({"django", "celery", "storages", "boto3", *tree.FLOORS[:-1]}, "providers") == (
        set()
    )


def test_the_simulator_knows_nobody_and_nobody_knows_it() -> None:
    assert users_of({*tree.FLOORS, "django", "requests"}, "simulator") == set()
    assert users_of({"simulator"}, *tree.FLOORS) == set()


def test_only_the_ground_floor_speaks_to_the_outside() -> None:
    assert users_of(NETWORK, *tree.FLOORS[:-1]) - LOCAL == set()


def test_few_files_of_the_ground_floor_open_connections() -> None:
    allowed = {"providers/http.py", "providers/fetch.py", "providers/pinned.py"}
    allowed |= {"providers/deadline.py"}
    assert users_of(NETWORK, "providers") - allowed == set()


def test_only_tasks_know_celery() -> None:
    assert users_of(BELLS) - NEAR_THE_BELL == set()


def test_only_one_module_opens_a_seal() -> None:
    # The other one only looks whether a key is one.
    assert users_of({"cryptography"}) == {"accounts/tokens.py", "likelist/env.py"}


def test_tests_do_not_reach_into_the_product() -> None:
    assert users_of({"tests"}) == set()


def test_the_contracts_name_every_room() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_DELIVERED
    assert set(told["tool"]["importlinter"]["root_packages"]) == rooms
    assert set(told["tool"]["mypy"]["packages"]) == rooms
    (layers,) = (
        contract["layers"]
        for contract in told["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    )
    assert [*layers, "simulator"] == list(tree.ROOMS)
    assert set(tree.ROOMS) == rooms


def test_the_metronome_has_one_beat() -> None:
    assert list(doorbell.beat_schedule) == ["tick"]
    assert doorbell.beat_schedule["tick"]["task"] == "harvester.tasks.tick"


def test_tasks_are_never_run_in_place() -> None:
    eager = re.compile("always_eager|task_eager", re.IGNORECASE)
    here = re.compile("test_floors")
    found = [
        tree.name(path)
        for path in tree.files(".py", ".yml", ".toml", ".example", "Makefile")
        if eager.search(path.read_text()) and not here.search(path.name)
    ]
    assert found == []


def test_every_task_has_a_queue_that_a_worker_listens_to() -> None:
    tasks = {
        f"harvester.tasks.{node.name}"
        for node in ast.walk(tree.parsed(ROOT / "harvester" / "tasks.py"))
        if isinstance(node, ast.FunctionDef)
        and any("shared_task" in ast.unparse(mark) for mark in node.decorator_list)
    }
    assert set(doorbell.task_routes) == tasks


def test_no_result_is_kept_and_no_task_runs_for_ever() -> None:
    assert doorbell.task_ignore_result is True
    assert not hasattr(doorbell, "result_backend")
    assert doorbell.task_soft_time_limit < doorbell.task_time_limit
    assert doorbell.task_time_limit * 3 < doorbell.broker_transport_options["visibility_timeout"]


def test_no_room_hides_its_deeds_in_signals() -> None:
    assert users_of({"django.dispatch", "django.db.models.signals"}) == set()
