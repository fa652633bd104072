"""A real S3 server for the tests that need one: SeaweedFS, for as long as the run lasts."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

KEY, SECRET = "likelist", "likelist-secret"
IDENTITIES = {
    "identities": [
        {
            "name": "likelist",
            "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
            "actions": ["Admin", "Read", "Write", "List"],
        }
    ]
}


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an S3 server."""
    folder = tmp_path_factory.mktemp("seaweed")
    (folder / "s3.json").write_text(json.dumps(IDENTITIES))
    master, volume, filer, s3 = _ports(4)
    program = Path(sys.executable).with_name("weed")
    server = subprocess.Popen(
        [
            *(program, "server", f"-dir={folder}", "-ip=127.0.0.1", "-filer", "-s3"),
            *(f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}"),
            *(f"-s3.port={s3}", f"-s3.config={folder / 's3.json'}"),
            *("-master.volumeSizeLimitMB=64", "-volume.max=200"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait(f"http://127.0.0.1:{s3}")
        yield f"http://127.0.0.1:{s3}"
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def in_bucket(seaweed: str, settings: Any) -> str:
    """The storage of this test is an empty bucket; its server's address."""
    name = f"test-{uuid.uuid4().hex}"
    client(seaweed).create_bucket(Bucket=name)
    use(settings, seaweed, name)
    return seaweed


def use(settings: Any, endpoint: str, bucket: str) -> None:
    """Make a bucket the storage, as S3_* in the environment would."""
    options = {
        **settings.S3,
        "bucket_name": bucket,
        "endpoint_url": endpoint,
        "region_name": "us-east-1",
        "access_key": KEY,
        "secret_key": SECRET,
    }
    s3 = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": s3}


def client(endpoint: str) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        config=Config(retries={"max_attempts": 0}),
    )


def _wait(endpoint: str) -> None:
    """Until it takes a bucket: the parts of the server find each other after they listen."""
    ends = time.monotonic() + 60
    while True:
        try:
            client(endpoint).create_bucket(Bucket=(name := f"ready-{uuid.uuid4().hex}"))
            client(endpoint).put_object(Bucket=name, Key="ready", Body=b"ready")
        except (BotoCoreError, ClientError):
            if time.monotonic() > ends:
                raise
            time.sleep(0.1)
        else:
            return


def _ports(count: int) -> list[int]:
    """Free ports; the server takes those 10,000 above as well."""
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(20_000, 50_000)
        if port not in found and _is_free(port) and _is_free(port + 10_000):
            found.append(port)
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
