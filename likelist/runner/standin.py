"""The simulator beside the house: where it listens, and how the product is pointed at it.

All of it stands in run.env, so that a command in another terminal sees the same Instagram.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from likelist import runenv
from likelist.engines import wire

CLIENT = "demo"
PORT = "SIMULATOR_PORT"
SECRET = "SIMULATOR_CLIENT_SECRET"  # noqa: S105  the name of a variable
# Below the range from which the kernel takes ports for outgoing connections.
FIRST_PORT, PORTS = 20_000, 10_000


def settle(data: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """`port` and `secret` of the simulator to start; {} with a real Instagram to talk to.

    The port stays the same as long as it is free: addresses of pictures contain it.
    """
    known = runenv.ensure(data)
    if runenv.real_instagram(environ):
        runenv.put(data, dict.fromkeys(runenv.SIMULATED))
        return {}
    if known.get("INSTAGRAM_CLIENT_ID", CLIENT) != CLIENT:
        return {}
    port = _port(data, known.get(PORT, ""))
    secret = known.get(SECRET) or secrets.token_hex(16)
    runenv.put(data, {PORT: str(port), SECRET: secret, **_product(port, secret)})
    return {"port": str(port), "secret": secret}


def _product(port: int, secret: str) -> dict[str, str]:
    house = f"127.0.0.1:{port}"
    return {
        "INSTAGRAM_CLIENT_ID": CLIENT,
        "INSTAGRAM_CLIENT_SECRET": secret,
        "INSTAGRAM_OAUTH_URL": f"http://{house}",
        "INSTAGRAM_API_URL": f"http://{house}/v1",
        "FETCH_ALLOW_PRIVATE_HOSTS": house,
        "VISIT_INTERVAL_MIN": "20",
    }


def _port(data: Path, known: str) -> int:
    if known.isdigit() and wire.free(int(known)):
        return int(known)
    start = int.from_bytes(hashlib.sha256(os.fsencode(data.absolute())).digest()[:4])
    candidates = (FIRST_PORT + (start + step) % PORTS for step in range(PORTS))
    return next(port for port in candidates if wire.free(port))
