"""The rules of a storm, and its results as a table."""

from __future__ import annotations

from typing import Any

from tests.faults.raging import QUIET

Row = dict[str, Any]
ZERO = ("lost", "doubled", "displaced", "missing", "corrupt", "false_gaps")
# Of one process, and of all that die with the worker or lose their database.
THREADS, ALL_THREADS = 4, 12
ALL_AT_ONCE = {"worker", "keeper", "database restarted", "connections cut", "worker asked to end"}
# Nobody who dies of these was asking anybody for anything.
IDLE = {"beat", "web", "web child"}
HEAD = (
    *("seed", "storage", "likes", "kills", "of which at named moments", "faults", "spoilt answers"),
    *("pages asked", "least", "files asked", "least", "lost", "doubled", "displaced", "missing"),
    *("corrupt", "false gaps", "quiet after"),
)
PREFACE = """# The storm

Written by `make soak`. Each row is one person's archive in a house of real processes. The first
visit finds {likes:,} likes, then come {rounds} rounds of 1 to 180 new ones and up to 5 un-likes.
All the while processes are killed with SIGKILL, at random moments and at named ones
(`providers/crashpoints.py`); the database is restarted, Valkey killed and emptied, the storage
taken away, the worker put to sleep for three leases; and one answer of the service in twenty is
spoilt. Then the archive is compared with the stand-in's truth, like by like and byte by byte,
and `verify_archive` has to find nothing.

**Together: {kills} kill -9 over {seeds} seeds and {all_rounds} rounds; {zeros}.**

"""
RULES = f"""
What has to hold in every row, or `make soak` fails:

- nothing lost, doubled, displaced, missing or corrupt; no gap where nothing is missing;
- `verify_archive` finds nothing, and no token is in any file, log, dumped row or command line;
- at most one page is asked for again per kill, and one file per kill for each thread that was
  fetching ({THREADS} in a process, {ALL_THREADS} where all of them die or lose the database);
  beside those that a spoilt answer, a fault or a refusing storage cost;
- all is quiet within {QUIET:g} s after the last kill.

"""


def broken(row: Row) -> list[str]:
    """The rules that did not hold, in words."""
    if row["quiet"] is None:
        return [f"not quiet after {QUIET:g} s"]
    told = [f"{row[name]} {name.replace('_', ' ')}" for name in ZERO if row[name]]
    told += [f"verify_archive: {name}" for name in row["complaints"]]
    told += [f"a secret in {place}" for place in row["leaks"]]
    if row["pages"] > row["least_pages"] + most_pages(row):
        told.append(
            f"{row['pages']} pages for {row['least_pages']}, {most_pages(row)} may be extra"
        )
    if row["files"] > row["least_files"] + most_files(row):
        told.append(
            f"{row['files']} files for {row['least_files']}, {most_files(row)} may be extra"
        )
    return told


def most_pages(row: Row) -> int:
    """One for each that may have cost one: a kill, a fault, a spoilt answer."""
    return _striking(row) + row["spoilt"] + sum(row["faults"].values())


def most_files(row: Row) -> int:
    """What the threads of the dead were fetching, and what could not be put away."""
    blows = {**row["kills"], **row["faults"]}
    cost = sum(
        times * (ALL_THREADS if name in ALL_AT_ONCE else THREADS)
        for name, times in blows.items()
        if name not in IDLE
    )
    return int(cost + row["spoilt"] + row["storage_failed"])


def _striking(row: Row) -> int:
    return sum(times for name, times in row["kills"].items() if name not in IDLE)


def line(row: Row) -> str:
    """A row for whoever waits."""
    told = zip(HEAD, _cells(row), strict=True)
    return " · ".join(f"{name} {cell}" for name, cell in told)


def document(rows: list[Row]) -> str:
    """The page with the table."""
    kills = sum(sum(row["kills"].values()) for row in rows)
    rounds = [len(row["rounds"]) for row in rows]
    sums = {name: sum(row.get(name) or 0 for row in rows) for name in ZERO}
    head = PREFACE.format(
        likes=min(row["first_likes"] for row in rows),
        rounds=max(rounds),
        all_rounds=sum(rounds),
        kills=kills,
        seeds=len(rows),
        zeros=", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sums.items()),
    )
    lines = [HEAD, ["---"] * len(HEAD), *map(_cells, rows)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"{head}{table}\n{RULES}{_who_died(rows)}"


def _who_died(rows: list[Row]) -> str:
    """Who was killed how often, at which moments, and what else went wrong."""
    parts = []
    for title, name in (("Killed", "kills"), ("At", "points"), ("Faults", "faults")):
        sums: dict[str, int] = {}
        for row in rows:
            for what, times in row[name].items():
                sums[what] = sums.get(what, 0) + times
        told = ", ".join(f"{what} {sums[what]}" for what in sorted(sums) if sums[what])
        parts.append(f"{title}: {told}.\n")
    return "\n".join(parts)


def _cells(row: Row) -> list[str]:
    quiet = "never" if row["quiet"] is None else f"{row['quiet']:.0f} s"
    return [
        str(row["seed"]),
        row["storage"],
        f"{row['likes']:,}",
        str(sum(row["kills"].values())),
        str(row["kills"].get("at", 0)),
        str(sum(row["faults"].values())),
        str(row["spoilt"]),
        *(str(row[name]) for name in ("pages", "least_pages", "files", "least_files")),
        *(str(row.get(name, "?")) for name in ZERO),
        quiet,
    ]
