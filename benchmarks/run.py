"""`make bench`: every measurement, each a table. `ARGS=harvest` takes only those that are named.

All run the product as its users do, in processes of its own, beside an upstream from memory that
is never the bottleneck. On a machine that others use too, only ratios within one run mean
anything: whatever is compared takes turns.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

from benchmarks import browse, faults, fleet, harvest, memory, people, visits

ALL: dict[str, Callable[[], None]] = {
    "harvest": harvest.main,
    "visits": visits.main,
    "people": people.main,
    "faults": faults.main,
    "fleet": fleet.main,
    "memory": memory.main,
    "browse": browse.main,
}


def main(words: list[str]) -> int:
    asked = argparse.ArgumentParser(prog="make bench", description=__doc__)
    asked.add_argument("names", nargs="*")
    asked.add_argument("--likes", type=int, help="of `browse`: how many to build")
    options = asked.parse_args(words)
    names: list[str] = options.names
    if options.likes:
        ALL["browse"] = lambda: browse.main(options.likes)
    unknown = [name for name in names if name not in ALL]
    if unknown:
        print(f"There is no {unknown[0]}: {', '.join(ALL)}.", file=sys.stderr)
        return 2
    for name in names or ALL:
        print(f"\n# {name}", flush=True)
        began = time.perf_counter()
        ALL[name]()
        print(f"({time.perf_counter() - began:.0f} s)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
