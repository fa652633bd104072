"""`python -m likelist.runner.probe PORT [PATH]`: for a container's health check; exit 0 on 200."""

from __future__ import annotations

import os
import sys

from likelist.engines import wire


def main(port: str, path: str = "/healthz/ready") -> int:
    # A host that the product knows: a check of our own must not need an opening for everybody.
    known = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".*")
    return 0 if wire.answers(int(port), path, host=known or f"127.0.0.1:{port}") == 200 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
