"""`python -m likelist.engines DATA`: the keeper. `--throwaway`: engines for one test run."""

from __future__ import annotations

import sys
from pathlib import Path

from likelist.engines import fleeting, keeper
from likelist.engines.errors import EngineError, sentence
from likelist.engines.places import places


def main(arguments: list[str]) -> int:
    if arguments == ["--throwaway"]:
        return fleeting.serve()
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m likelist.engines DATA | --throwaway\n")
        return 2
    try:
        return keeper.keep(places(Path(arguments[0])))
    except (EngineError, OSError) as exc:
        sys.stderr.write(f"{sentence(exc)}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
