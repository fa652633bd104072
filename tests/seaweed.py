"""A real S3 server for the tests that ask for one: SeaweedFS from its wheel."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from likelist.engines import processes

KEY, SECRET, BUCKET = "likelist", "a-secret-of-the-tests", "media"
READY_SECONDS = 90.0
# Its gRPC ports are these and ten thousand more. Both are below those that Linux hands out to
# whoever connects somewhere.
PORTS = range(10_000, 22_500)


@dataclass(frozen=True)
class S3:
    """A bucket at a server; ours is empty at first."""

    url: str
    bucket: str = BUCKET

    @property
    def options(self) -> dict[str, Any]:
        """What django-storages is told, as our settings tell it."""
        return {
            **settings.S3,
            "bucket_name": self.bucket,
            "endpoint_url": self.url,
            "region_name": "us-east-1",
            "access_key": KEY,
            "secret_key": SECRET,
        }

    @property
    def environ(self) -> dict[str, str]:
        """The same for a process of ours."""
        return {
            "S3_BUCKET": self.bucket,
            "S3_ENDPOINT_URL": self.url,
            "S3_REGION": "us-east-1",
            "S3_ACCESS_KEY_ID": KEY,
            "S3_SECRET_ACCESS_KEY": SECRET,
        }

    @property
    def backend(self) -> dict[str, Any]:
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": self.options}

    def another_bucket(self) -> S3:
        """A fresh bucket at the same server."""
        name = f"test-{uuid.uuid4().hex}"
        with closing(self._client()) as client:
            client.create_bucket(Bucket=name)
        return S3(self.url, name)

    def is_ready(self) -> bool:
        with closing(self._client()) as client:
            try:
                client.put_object(Bucket=self.bucket, Key="ready", Body=b"yes")
                client.delete_object(Bucket=self.bucket, Key="ready")
            except (BotoCoreError, ClientError):
                return False
        return True

    def _client(self) -> Any:
        once = {"total_max_attempts": 1}
        path = {"addressing_style": "path"}
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            config=Config(connect_timeout=1, read_timeout=5, retries=once, s3=path),
        )


class Server:
    """SeaweedFS on ports of its own, to be killed and started again on what it has."""

    def __init__(self) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="likelist-s3-"))
        self._ports = free_ports(4)
        self._process: subprocess.Popen[bytes] | None = None
        self.s3 = S3(f"http://127.0.0.1:{self._ports[0]}")

    def start(self) -> None:
        """It takes files when this returns."""
        with (self._home / "weed.log").open("ab") as log:
            self._process = processes.spawn(
                _command(self._home, *self._ports),
                log=log,
                prepare=processes.leashed(signal.SIGKILL),
                environ=_environment(self._home),
            )
        if not processes.until(self.s3.is_ready, READY_SECONDS, pause=0.2):
            raise RuntimeError((self._home / "weed.log").read_text(errors="replace")[-2000:])

    def kill(self) -> None:
        if self._process:
            processes.stop(self._process, signal.SIGKILL, patience=5.0)

    @contextmanager
    def down(self) -> Iterator[None]:
        """In the block nobody answers."""
        self.kill()
        try:
            yield
        finally:
            self.start()

    def close(self) -> None:
        """Nothing is left of it."""
        self.kill()
        shutil.rmtree(self._home, ignore_errors=True)


@contextmanager
def serving() -> Iterator[S3]:
    """SeaweedFS on a port of its own; gone with the block, or with this process."""
    server = Server()
    try:
        server.start()
        yield server.s3
    finally:
        server.close()


def _command(home: Path, s3: int, master: int, volume: int, filer: int) -> list[str]:
    said = {
        "dir": home,
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "s3.port": s3,
        "master.port": master,
        "volume.port": volume,
        "filer.port": filer,
        "webdav": "false",
        "admin.ui": "false",
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        "bucket": BUCKET,
        "master.telemetry": "false",
        "volume.preStopSeconds": 0,
        "master.electionTimeout": "1s",
        "master.heartbeatInterval": "200ms",
    }
    weed = Path(sys.executable).with_name("weed")
    flags = [f"-{name}={value}" for name, value in said.items()]
    return [str(weed), "-logtostderr=true", "mini", *flags, "-disableHttp"]


def _environment(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "GOMEMLIMIT": "150MiB",
        "GOGC": "50",
    }


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, nor on those ten thousand above."""
    found: list[int] = []
    for port in random.sample(PORTS, 500):
        if _is_free(port) and _is_free(port + 10_000):
            found.append(port)
        if len(found) == count:
            return found
    raise RuntimeError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
