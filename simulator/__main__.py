"""`python -m simulator`: a stand-in Instagram until SIGTERM."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from simulator.server import Server
from simulator.settings import DEMO_SECRET, Settings


def main() -> int:
    """Serve until told to stop; 1 when the port is taken or the folder cannot be written."""
    settings = _settings()
    try:
        server = Server(settings)
    except OSError as refused:
        sys.stderr.write(f"simulator: {settings.host}:{settings.port}: {refused.strerror}\n")
        return 1
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    if settings.warm:
        threading.Thread(target=server.app.warm, daemon=True).start()
    sys.stdout.write(f"simulator ready on {server.url}\n")
    sys.stdout.flush()
    stop.wait()
    server.shutdown()
    server.server_close()
    return 0


def _settings() -> Settings:
    said = _parser().parse_args()
    return Settings(
        data=said.data,
        host=said.host,
        port=said.port,
        seed=said.seed,
        rate=said.rate,
        client_id=said.client_id,
        client_secret=said.client_secret,
        redirect_uris=tuple(said.redirect_uri),
        tiny=said.tiny,
        ratelimit=said.ratelimit,
        warm=said.warm,
    )


def _parser() -> argparse.ArgumentParser:
    told = os.environ
    parser = argparse.ArgumentParser(prog="simulator", description="A stand-in Instagram (API v1).")
    add = parser.add_argument
    add("--host", default="127.0.0.1")
    add("--port", type=int, default=9100, help="0 takes a free one; the first line says which")
    add("--data", type=Path, default=Path("var/simulator"), help="where the world is kept")
    add("--seed", default="likelist", help="another word, another world")
    add("--rate", type=float, default=2.0, help="likes a minute and person; 0 is still")
    add("--client-id", default=told.get("SIMULATOR_CLIENT_ID", "demo"))
    add("--client-secret", default=told.get("SIMULATOR_CLIENT_SECRET", DEMO_SECRET))
    add("--redirect-uri", action="append", default=[], help="allow only these (repeat it)")
    add("--ratelimit", type=int, default=5000, help="requests an hour and token")
    add("--warm", action=argparse.BooleanOptionalAction, default=True, help="draw ahead")
    add("--tiny", action="store_true", help="pictures of 16 pixels, for quick tests")
    return parser


if __name__ == "__main__":
    sys.exit(main())
